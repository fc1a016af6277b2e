//! A gallery of a group: who has a link gets in, as far as the link goes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use photomesh::photo::PhotoId;
use photomesh::protocol::group::GroupFile;
use serde_json::json;
use tempfile::TempDir;

use crate::house::{Gallery, PATIENCE, photo, program};
use crate::support::daemon::Daemon;
use crate::support::disk;
use crate::support::wait::eventually;
use crate::web::{Reply, Web};

/// A daemon of a group of friends.
pub(crate) struct Group {
    place: TempDir,
    daemon: Daemon,
}

/// Ana's daemon with one photo.
pub(crate) fn group() -> Group {
    let place = TempDir::new().unwrap();
    let folder = place.path().join("photos");
    fs::create_dir(&folder).unwrap();
    disk::lay(&folder.join("cat.jpg"), &photo(1)).unwrap();
    let file = member(place.path(), "ana");
    let daemon = Daemon::start(program(), &folder, &["--member", file.to_str().unwrap()]).unwrap();
    Group { place, daemon }
}

/// The file of a member of the group.
fn member(place: &Path, name: &str) -> PathBuf {
    let mut group = GroupFile::new([1; 32], [101; 32]);
    let key = PhotoId::of(name.as_bytes()).0;
    let file = group.invite(name.parse().unwrap(), key, 1_790_000_000).unwrap();
    let path = place.join(format!("{name}.member"));
    fs::write(&path, file.to_text()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

impl Group {
    /// A gallery of this member's before the daemon.
    pub(crate) fn gallery(&self, name: &str, options: &[&str]) -> Gallery {
        let file = member(self.place.path(), name);
        let mut all = vec!["--member", file.to_str().unwrap()];
        all.extend(options);
        Gallery::start(self.place.path(), self.daemon.address(), &all)
    }
}

/// The secrets of the owner's link and the guest's.
pub(crate) fn links(gallery: &Gallery) -> [String; 2] {
    ["your own link:   http://", "a guest's link:  http://"].map(|beginning| {
        let line = gallery.lines.recv_timeout(PATIENCE).unwrap();
        assert!(line.starts_with(&format!("{beginning}{}/#", gallery.web.address())), "{line}");
        line.split('#').nth(1).unwrap().to_owned()
    })
}

fn log_in(web: &Web, secret: &str) -> Reply {
    let body = json!({ "secret": secret }).to_string();
    let origin = format!("Origin: http://{}\r\n", web.address());
    web.ask("POST", "/api/login", &origin, body.as_bytes())
}

/// A browser with the cookie for this secret.
pub(crate) fn visitor(gallery: &Gallery, secret: &str) -> Web {
    let reply = log_in(&gallery.web, secret);
    assert_eq!(reply.status, 204, "{}", reply.head);
    let cookie = reply.header("Set-Cookie").unwrap();
    assert!(cookie.contains("HttpOnly; SameSite=Strict; Path=/"), "{cookie}");
    let pair = cookie.split(';').next().unwrap();
    let mut web = gallery.web.clone();
    web.headers = format!("Cookie: {pair}\r\n");
    web
}

#[test]
fn a_link_lets_in_and_a_wrong_one_does_not() {
    let group = group();
    let gallery = group.gallery("ana", &[]);
    let [owner, guest] = links(&gallery);
    let stranger = &gallery.web;
    let id = PhotoId::of(&photo(1)).to_string();
    for path in [
        "/api/timeline",
        "/api/status",
        "/api/events",
        &format!("/photo/{id}"),
        &format!("/thumb/{id}.jpg"),
    ] {
        assert_eq!(stranger.get(path).code(), (401, "login".to_owned()), "{path}");
    }
    assert_eq!(stranger.get("/").status, 200, "the page is open: it has the field for the link");

    let mut as_owner = gallery.web.clone();
    as_owner.headers = format!("Authorization: Bearer {owner}\r\n");
    let by = visitor(&gallery, &owner);
    crate::support::wait::eventually("the photo is there", PATIENCE, || {
        let timeline = by.get("/api/timeline").json();
        if timeline["total"] == 1 { Ok(()) } else { Err(timeline.to_string()) }
    })
    .unwrap();
    let status = by.get("/api/status").json();
    assert_eq!((&status["role"], &status["may_change"]), (&json!("owner"), &json!(true)));
    assert_eq!(as_owner.get("/api/status").status, 200);
    assert_eq!(by.get(&format!("/photo/{id}")).body, photo(1));
    let put = by.ask("PUT", "/api/upload/two.jpg", &by.as_page(), &photo(2));
    assert_eq!(put.status, 201, "{}", put.json());
    assert_eq!(put.json()["nodes"][0].as_str().unwrap().split('/').next(), Some("ana"));

    let guest = visitor(&gallery, &guest);
    let status = guest.get("/api/status").json();
    assert_eq!((&status["role"], &status["token"]), (&json!("guest"), &json!(null)));
    assert_eq!(status["may_change"], false);
    assert_eq!(guest.get(&format!("/photo/{id}?download")).status, 200);
    assert_eq!(guest.get("/api/trash").code(), (403, "guest".to_owned()));
    let stolen = by.as_page();
    let refused = guest.ask("PUT", "/api/upload/x.jpg", &stolen, &photo(3));
    assert_eq!(refused.code(), (403, "guest".to_owned()));
    let out =
        guest.ask("POST", "/api/logout", &format!("Origin: http://{}\r\n", guest.address()), b"");
    assert_eq!(out.status, 204);
    assert!(out.header("Set-Cookie").unwrap().contains("Max-Age=0"));

    for _ in 0..5 {
        assert_eq!(
            log_in(stranger, "00000000000000000000000000000000").code(),
            (401, "login".to_owned())
        );
    }
    assert_eq!(log_in(stranger, "00000000000000000000000000000000").status, 429);
    assert_eq!(log_in(stranger, &owner).status, 204, "wrong ones lock nobody out");
    assert_eq!(by.get("/api/status").status, 200, "who is in stays in");
}

#[test]
fn new_links_void_the_old_ones() {
    let group = group();
    let first = group.gallery("ana", &[]);
    let [owner, _] = links(&first);
    drop(first);
    let second = group.gallery("ana", &[]);
    assert_eq!(links(&second)[0], owner, "links last");
    drop(second);
    let third = group.gallery("ana", &["--new-links"]);
    assert_ne!(links(&third)[0], owner);
    assert_eq!(log_in(&third.web, &owner).status, 401);
}

#[test]
fn at_a_friends_daemon_one_looks() {
    let group = group();
    let gallery = group.gallery("ben", &[]);
    let [owner, _] = links(&gallery);
    let ben = visitor(&gallery, &owner);
    let seen = crate::support::wait::eventually("the photo is there", PATIENCE, || {
        let status = ben.get("/api/status").json();
        if status["status"]["photos"] == 1 { Ok(status) } else { Err(status.to_string()) }
    });
    assert_eq!(seen.unwrap()["may_change"], false);
    let id = PhotoId::of(&photo(1)).to_string();
    assert_eq!(ben.get(&format!("/photo/{id}")).status, 200);
    let refused = ben.ask("PUT", "/api/upload/x.jpg", &ben.as_page(), &photo(3));
    assert_eq!(refused.code(), (403, "not-yours".to_owned()));
    assert_eq!(ben.post("/api/remove", &json!({"photos": [id]})).status, 403);
    assert_eq!(ben.get("/api/trash").status, 403);
}

#[test]
fn off_this_computer_there_is_a_login_and_a_warning() {
    let place = TempDir::new().unwrap();
    let gallery =
        Gallery::start(place.path(), &"127.0.0.1:1".parse().unwrap(), &["--host", "0.0.0.0"]);
    let port = gallery.web.address().rsplit(':').next().unwrap();
    let web = Web::new(&format!("127.0.0.1:{port}"));
    assert_eq!(web.get("/api/timeline").code(), (401, "login".to_owned()));
    crate::support::wait::eventually("it is said", PATIENCE, || {
        let log = gallery.log();
        if log.contains("unencrypted") { Ok(()) } else { Err(log) }
    })
    .unwrap();
    let output = std::process::Command::new(program())
        .args(["gallery", "--port", "0", "--host", "203.0.113.5", "--daemon", "1"])
        .env("XDG_STATE_HOME", place.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("203.0.113.5 is not in a private network"), "{said}");
}

#[test]
fn links_are_printed_as_visitors_call_the_gallery() {
    let place = TempDir::new().unwrap();
    let links = |options: &[&str]| {
        let output = std::process::Command::new(program())
            .args(["gallery", "--links", "--port", "8090"])
            .args(options)
            .env("XDG_STATE_HOME", place.path())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("no gallery runs at"), "{said}");
        String::from_utf8(output.stdout).unwrap()
    };
    for (options, home) in [
        (&["--host", "192.168.1.7"][..], "http://192.168.1.7:8090/#"),
        (&["--host", "localhost"], "http://127.0.0.1:8090/#"),
        (&["--behind-proxy", "https://Photos.Example/"], "https://photos.example/#"),
        (&["--behind-proxy", "https://photos.example:8443"], "https://photos.example:8443/#"),
    ] {
        let text = links(options);
        assert_eq!(text.matches(home).count(), 2, "{options:?}: {text}");
    }
}

#[cfg(not(target_os = "macos"))]
#[test]
fn a_browser_that_cannot_be_started_is_told_of() {
    let (place, tools) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (opener, log) = (tools.path().join("xdg-open"), place.path().join("log"));
    for (script, said) in [
        ("", "there is no program `xdg-open` here"),
        ("#!/bin/sh\nexit 3\n", "is there a desktop?"),
    ] {
        if !script.is_empty() {
            fs::write(&opener, script).unwrap();
            fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let mut child = std::process::Command::new(program())
            .args(["gallery", "--open", "--port", "0", "--daemon", "127.0.0.1:1"])
            .env("XDG_STATE_HOME", place.path())
            .env("XDG_CACHE_HOME", place.path())
            .env("PATH", tools.path())
            .stdout(std::process::Stdio::null())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let told = eventually("it says so", PATIENCE, || {
            let text = fs::read_to_string(&log).unwrap();
            let is_told = text.contains("no browser could be started: ") && text.contains(said);
            if is_told { Ok(()) } else { Err(text) }
        });
        child.kill().and_then(|()| child.wait()).unwrap();
        told.unwrap();
    }
}
