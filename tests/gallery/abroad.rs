//! What other groups show, seen through a gallery: real groups with real super-peers.

use photomesh::photo::PhotoId;
use photomesh::protocol::CircleFile;
use serde_json::json;

use crate::house::{Gallery, PATIENCE, house, photo, program};
use crate::sessions::{links, visitor};
use crate::support::city::City;
use crate::support::wait::eventually;
use crate::web::Web;

/// A name that is a page, for whoever takes it for one.
pub(crate) const HOSTILE: &str = "<img src=x onerror=alert(1)>.jpg";

/// Two groups: in porto ana shows her photos, and ben does not. In aveiro zoe has a photo, which nobody shows.
pub(crate) fn two() -> (City, City) {
    let circle = CircleFile::new([20; 32]);
    let mut porto = City::new(program(), "porto", 21, &circle);
    porto.give("ana", "IMG_20240612_101530.jpg", &photo(1));
    porto.give("ana", HOSTILE, &photo(2));
    porto.give("ben", "ben.jpg", &photo(3));
    porto.start_super("ana", &["--share"], &[]);
    porto.start("ben", &[]);
    let mut aveiro = City::new(program(), "aveiro", 22, &circle);
    aveiro.give("zoe", "zoe.jpg", &photo(4));
    aveiro.start_super("zoe", &[], &[porto.super_peer(0)]);
    aveiro.sees("porto", 2);
    (porto, aveiro)
}

/// A gallery of zoe's, and browsers of hers and of a guest's.
pub(crate) fn gallery(aveiro: &City) -> (Gallery, Web, Web, [String; 2]) {
    let member = aveiro.member_file("zoe");
    let options = ["--member", member.to_str().unwrap()];
    let gallery = Gallery::start(aveiro.place(), aveiro.address("zoe"), &options);
    let secrets = links(&gallery);
    let [owner, guest] = [0, 1].map(|number| visitor(&gallery, &secrets[number]));
    (gallery, owner, guest, secrets)
}

fn id(number: u64) -> PhotoId {
    PhotoId::of(&photo(number))
}

#[test]
fn guests_look_at_what_another_group_shows_and_at_nothing_else() {
    let (porto, aveiro) = two();
    let (gallery, owner, guest, _) = gallery(&aveiro);
    let groups = eventually("the other group is there", PATIENCE, || {
        let groups = owner.get("/api/groups").json();
        if groups["groups"][0].is_null() { Err(groups.to_string()) } else { Ok(groups) }
    });
    let bytes = photo(1).len() + photo(2).len();
    let porto_now = json!({"name": "porto", "photos": 2, "bytes": bytes, "lost_secs": null});
    assert_eq!(groups.unwrap(), json!({"groups": [porto_now]}));

    let list = guest.get("/api/groups/porto/photos").json();
    let mut shown = list["photos"].as_array().unwrap().clone();
    shown.sort_by_key(|photo| photo["name"].to_string());
    assert_eq!((shown.len(), &shown[0]["name"]), (2, &json!(HOSTILE)));
    let date = json!({"day": "2024-06-12", "time": "10:15:30", "source": "name"});
    let first = json!({
        "id": id(1), "name": "IMG_20240612_101530.jpg", "width": 320, "height": 240, "date": date,
    });
    assert_eq!((&shown[1], &list["next"]), (&first, &json!(null)));

    for path in [format!("/abroad/porto/thumb/{}", id(1)), format!("/abroad/porto/view/{}", id(1))]
    {
        let picture = guest.get(&path);
        assert!(picture.status == 200 && picture.body.starts_with(&[0xff, 0xd8]), "{path}");
        assert_eq!(picture.header("Content-Type"), Some("image/jpeg"));
        assert_eq!(picture.header("Content-Security-Policy"), Some("default-src 'none'; sandbox"));
        assert_eq!(gallery.web.get(&path).code(), (401, "login".to_owned()), "{path}");
        let of_evil = format!("Host: evil.example\r\nConnection: close\r\n{}", guest.headers);
        let heard = guest.raw(format!("GET {path} HTTP/1.1\r\n{of_evil}\r\n").as_bytes());
        assert!(heard.starts_with("HTTP/1.1 421 "), "{path}: {heard}");
    }
    let path = format!("/abroad/porto/photo/{}", id(2));
    let whole = guest.get(&format!("{path}?download"));
    assert!(whole.status == 200 && whole.body == photo(2), "{}", whole.head);
    let saved = whole.header("Content-Disposition").unwrap();
    assert!(saved.starts_with("attachment; filename=\"_img src_x onerror_alert(1)_.jpg\""));
    let part = guest.ask("GET", &path, "Range: bytes=5-9\r\n", &[]);
    assert_eq!((part.status, &part.body[..]), (206, &photo(2)[5..10]));
    assert_eq!(guest.ask("HEAD", &path, "", &[]).status, 200);

    // What is not shown, what is one's own, and what there is not are the same there.
    for hidden in [id(3), id(4), PhotoId::of(b"nothing")] {
        for kind in ["thumb", "view", "photo"] {
            let path = format!("/abroad/porto/{kind}/{hidden}");
            assert_eq!(owner.get(&path).code(), (404, "unknown".to_owned()), "{path}");
        }
    }
    let timeline = owner.get("/api/timeline").json();
    assert_eq!(timeline["total"], 1, "nothing came along");
    drop(porto);
}

#[test]
fn no_group_of_such_a_name_and_none_that_answers() {
    let (mut porto, aveiro) = two();
    let (_gallery, owner, _, _) = gallery(&aveiro);
    let path = |name: &str| format!("/api/groups/{name}/photos");
    for name in ["lisboa", "porto~ffffffffffffffff", "aveiro"] {
        assert_eq!(owner.get(&path(name)).code(), (404, "unknown".to_owned()), "{name}");
    }
    let long = "a".repeat(33);
    for name in [
        "",
        "porto~",
        "porto~x",
        "porto~1~2",
        "~1f",
        "3fa9c1",
        "por%20to",
        "porto%2f..",
        "%c3%a9",
        "porto%3fx",
        "%3cscript%3e",
        &long,
    ] {
        let reply = owner.get(&path(name));
        assert_eq!(reply.json()["error"], "there is nothing here", "{name}");
        let picture = owner.get(&format!("/abroad/{name}/thumb/{}", id(1)));
        assert_eq!(picture.json()["error"], "there is nothing here", "{name}");
    }
    for path in ["thumb/cat.jpg", "photo/12", "thumb/..%2f..", "small/x", "photo", "photo/x/y"] {
        assert_eq!(owner.get(&format!("/abroad/porto/{path}")).status, 404, "{path}");
    }
    assert_eq!(owner.get(&(path("porto") + "?after=x")).code(), (400, "after".to_owned()));
    let wrong = owner.ask("POST", &path("porto"), &owner.as_page(), b"{}");
    assert_eq!((wrong.status, wrong.header("Allow")), (405, Some("GET, HEAD")));
    let after = format!("{}?after={}", path("porto"), "f".repeat(64));
    assert_eq!(owner.get(&after).json(), json!({"photos": [], "next": null}));

    porto.kill("ana");
    let thumb = format!("/abroad/porto/thumb/{}", id(1));
    for path in [path("porto"), thumb, format!("/abroad/porto/photo/{}", id(1))] {
        let reply = owner.get(&path);
        assert_eq!(reply.code(), (503, "away".to_owned()), "{path}");
        assert!(reply.json()["error"].as_str().unwrap().starts_with("out of reach"), "{path}");
    }
    assert_eq!(
        owner.get(&format!("/photo/{}", id(4))).status,
        200,
        "the own ones are as they were"
    );
}

#[test]
fn a_group_without_a_super_peer_sees_no_other() {
    let house = house();
    let web = &house.gallery.web;
    assert_eq!(web.get("/api/groups").json(), json!({"groups": []}));
    let reply = web.get("/api/groups/porto/photos");
    assert_eq!(reply.status, 503);
    assert!(reply.json()["error"].as_str().unwrap().contains("no super-peer"), "{}", reply.json());
}
