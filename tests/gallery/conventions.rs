//! What `curl`, `wget` and browsers rely on.

use std::io::{Read, Write};

use photomesh::photo::PhotoId;
use serde_json::json;

use crate::house::{NAMES, house, photo};

#[test]
fn the_page_is_kept_and_its_files_for_ever() {
    let house = house();
    let web = &house.gallery.web;
    let page = web.get("/");
    assert_eq!(page.status, 200);
    assert_eq!(page.header("Content-Type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("Cache-Control"), Some("no-cache"));
    let policy = page.header("Content-Security-Policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    for path in ["/photos", "/p/abc", "/duplicates", "/trash", "/health", "/search?q=x"] {
        assert_eq!(web.get(path).body, page.body, "{path}");
    }
    let known = format!("If-None-Match: {}\r\n", page.header("ETag").unwrap());
    let again = web.ask("GET", "/", &known, &[]);
    assert_eq!((again.status, again.body.len(), again.header("Content-Length")), (304, 0, None));
    let text = String::from_utf8(page.body).unwrap();
    let path =
        text.split('"').find(|text| text.starts_with("/a/") && text.ends_with(".js")).unwrap();
    let script = web.get(path);
    assert_eq!(script.header("Content-Type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(script.header("Cache-Control"), Some("private, max-age=31536000, immutable"));
    assert_eq!(script.header("Content-Encoding"), None);
    let packed =
        |accepts: &str| web.ask("GET", path, &format!("Accept-Encoding: {accepts}\r\n"), &[]);
    let small = packed("deflate, gzip, br");
    assert_eq!(small.header("Content-Encoding"), Some("gzip"));
    assert_eq!(small.header("Vary"), Some("Accept-Encoding"));
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&*small.body).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == script.body && small.body.len() < script.body.len() / 2);
    assert_eq!(packed("gzip;q=0, br").body, script.body);
    let other = path.replace("/a/", "/a/0");
    assert_eq!(web.get(&other).status, 404);
}

#[test]
fn slideshows_and_scripts_find_photos() {
    let house = house();
    let web = &house.gallery.web;
    let feed = web.get("/feed.json").json();
    let first = &feed["photos"][0];
    assert_eq!((&first["name"], feed["photos"].as_array().unwrap().len()), (&json!(NAMES[1]), 4));
    assert_eq!(web.get(first["view"].as_str().unwrap()).header("Content-Type"), Some("image/jpeg"));
    assert_eq!(web.get(first["photo"].as_str().unwrap()).status, 200);
    let any = web.get("/random.jpg");
    let view = any.header("Location").unwrap();
    assert_eq!((any.status, web.get(view).status), (302, 200), "{view}");
    assert_eq!(any.header("Cache-Control"), Some("no-cache"), "another one the next time");
    let id = first["id"].as_str().unwrap();
    let short = web.get(&format!("/photo/{}", id[..8].to_uppercase()));
    assert_eq!((short.status, short.header("Location")), (302, Some(&*format!("/photo/{id}"))));
    let saved = web.get(&format!("/photo/{}?download", &id[..8]));
    assert_eq!(saved.header("Location"), Some(&*format!("/photo/{id}?download")));
    assert_eq!(first["date"], json!({"day": "2024-06-13", "time": null, "source": "name"}));
    let unknown = if id.starts_with('0') { "111111" } else { "000000" };
    for nothing in [unknown, &id[..5], "notes", &format!("{id}0")] {
        assert_eq!(web.get(&format!("/photo/{nothing}")).status, 404, "{nothing}");
    }
    let short = web.get(&format!("/photo/{}", &id[..5]));
    assert_eq!(short.json()["error"], "give at least 6 digits of an id");
}

#[test]
fn the_timeline_is_told_once() {
    let house = house();
    let web = &house.gallery.web;
    let reply = web.get("/api/timeline");
    let timeline = reply.json();
    let rev = timeline["rev"].as_str().unwrap();
    assert_eq!(timeline["days"], json!([[0, 1], [1, 1], [null, 2]]));
    assert_eq!(timeline["first"], 19_887);
    assert_eq!(reply.header("ETag").unwrap(), format!("\"{rev}\""));
    let known = format!("If-None-Match: \"other\", \"{rev}\"\r\n");
    assert_eq!(web.ask("GET", "/api/timeline", &known, &[]).status, 304);
    let page = web.get(&format!("/api/page/0?rev={rev}")).json();
    let names: Vec<&str> =
        page["photos"].as_array().unwrap().iter().map(|row| row[1].as_str().unwrap()).collect();
    assert_eq!(names[..2], [NAMES[1], NAMES[0]]);
    assert_eq!(page["photos"][1][2], 1_718_187_330, "the time that its name tells");
    assert_eq!(web.get("/api/page/0?rev=other-1").code(), (410, "gone".to_owned()));
    let found = |query: &str| web.get(&format!("/api/search?q={query}")).json();
    assert_eq!(found("2024-06")["positions"], json!([0, 1]));
    assert_eq!(found("2024-06")["near"], json!(null));
    assert_eq!(found("catt.jpg"), json!({"rev": rev, "positions": [], "near": ["cat.jpg"]}));
    assert_eq!(web.get(&format!("/api/search?q={}", "a".repeat(300))).status, 400);
}

#[test]
fn figures_are_told_to_programs_that_watch() {
    let house = house();
    let figures = || {
        let reply = house.gallery.web.get("/metrics");
        assert!(reply.head.contains("text/plain; version=0.0.4"), "{}", reply.head);
        String::from_utf8(reply.body).unwrap()
    };
    let text = figures();
    let id = crate::support::ask::status(house.daemon.address()).unwrap().node;
    let own = format!("id=\"{id}\"}} 1");
    for line in [
        "photomesh_up 1",
        "photomesh_photos 4",
        "photomesh_photos_at_risk 4",
        "photomesh_gets_cached_total 0",
        &own,
    ] {
        assert!(text.lines().any(|own| own.ends_with(line)), "{line}\n{text}");
    }
    // Each figure is explained once, before it is told.
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split([' ', '{']).next().unwrap();
        let kind = if name.ends_with("_total") { "counter" } else { "gauge" };
        assert_eq!(text.matches(&format!("# TYPE {name} {kind}\n")).count(), 1, "{name}");
    }
}

#[test]
fn a_photo_comes_whole_or_in_parts() {
    let house = house();
    let web = &house.gallery.web;
    let (id, bytes) = (house.id("cat.jpg"), photo(2));
    assert_eq!(id, PhotoId::of(&bytes).to_string());
    let path = format!("/photo/{id}");
    let whole = web.get(&path);
    assert_eq!((whole.status, whole.body == bytes), (200, true));
    let etag = format!("\"{id}\"");
    for (name, value) in [
        ("Content-Type", "image/jpeg"),
        ("ETag", &etag),
        ("Accept-Ranges", "bytes"),
        ("Cache-Control", "private, max-age=31536000, immutable"),
        ("Content-Security-Policy", "default-src 'none'; sandbox"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Disposition", "inline; filename=\"cat.jpg\"; filename*=UTF-8''cat.jpg"),
    ] {
        assert_eq!(whole.header(name), Some(value), "{name}");
    }
    let length = bytes.len();
    let part = |headers: &str| web.ask("GET", &path, headers, &[]);
    let first = part("Range: bytes=0-99\r\n");
    assert_eq!((first.status, &first.body[..]), (206, &bytes[..100]));
    assert_eq!(first.header("Content-Range").unwrap(), format!("bytes 0-99/{length}"));
    let rest = part(&format!("Range: bytes=100-\r\nIf-Range: {etag}\r\n"));
    assert_eq!((rest.status, &rest.body[..]), (206, &bytes[100..]));
    assert_eq!(part("Range: bytes=-7\r\n").body, &bytes[length - 7..]);
    assert_eq!(part("Range: bytes=100-\r\nIf-Range: \"other\"\r\n").status, 200);
    assert_eq!(part("Range: bytes=0-1,5-6\r\n").status, 200);
    let beyond = part(&format!("Range: bytes={length}-\r\n"));
    assert_eq!(beyond.status, 416);
    assert_eq!(beyond.header("Content-Range").unwrap(), format!("bytes */{length}"));
    assert_eq!(part(&format!("If-None-Match: {etag}\r\n")).status, 304);
    let head = web.ask("HEAD", &path, "", &[]);
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("Content-Length").unwrap(), length.to_string());
    let saved = web.get(&format!("{path}/any%20name?download"));
    assert!(saved.header("Content-Disposition").unwrap().starts_with("attachment; "));
    let hostile = web.get(&format!("/photo/{}", house.id(NAMES[3])));
    assert_eq!(
        hostile.header("Content-Disposition").unwrap(),
        "inline; filename=\"_img src_x onerror_alert(1)_.jpg\"; \
         filename*=UTF-8''%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E.jpg"
    );
    let nobodys = "0".repeat(64);
    assert_eq!(web.get(&format!("/photo/{nobodys}")).code(), (404, "unknown".to_owned()));
    let details = web.get(&format!("/api/photo/{nobodys}"));
    assert_eq!(details.code(), (404, "unknown".to_owned()));
    assert_eq!(web.get(&format!("/thumb/{nobodys}.jpg")).code(), (404, "unknown".to_owned()));
}

#[test]
fn small_pictures_are_drawn_by_who_has_the_photo() {
    let house = house();
    let web = &house.gallery.web;
    let id = house.id("cat.jpg");
    for (path, etag) in [("thumb", "t1"), ("view", "v1")] {
        let path = format!("/{path}/{id}.jpg");
        let reply = web.get(&path);
        assert_eq!(reply.status, 200, "{path}: {:?}", reply.head);
        assert!(reply.body.starts_with(&[0xff, 0xd8]), "{path}");
        assert_eq!(reply.header("Content-Type"), Some("image/jpeg"));
        assert_eq!(reply.header("Content-Security-Policy"), Some("default-src 'none'; sandbox"));
        assert_eq!(reply.header("Cache-Control"), Some("private, max-age=31536000, immutable"));
        let etag = format!("\"{id}-{etag}\"");
        assert_eq!(reply.header("ETag"), Some(&*etag));
        let again = web.ask("GET", &path, &format!("If-None-Match: {etag}\r\n"), &[]);
        assert_eq!((again.status, again.body.len()), (304, 0));
        let head = web.ask("HEAD", &path, "", &[]);
        assert_eq!((head.status, head.body.len()), (200, 0));
        assert_eq!(head.header("Content-Length"), reply.header("Content-Length"));
    }
    let broken = &photo(7)[..300];
    let put = web.ask("PUT", "/api/upload/broken.jpg", &web.as_page(), broken);
    assert_eq!(put.status, 201, "{}", put.json());
    house.wait_for(5);
    let id = PhotoId::of(broken);
    assert_eq!(web.get(&format!("/thumb/{id}.jpg")).code(), (404, "undrawable".to_owned()));
    let file = web.get(&format!("/photo/{id}"));
    assert_eq!(file.header("Content-Type"), Some("application/octet-stream"));
    assert!(file.header("Content-Disposition").unwrap().starts_with("attachment; "));
}

#[test]
fn all_about_a_photo() {
    let house = house();
    let web = &house.gallery.web;
    let id = house.id(NAMES[0]);
    let about = web.get(&format!("/api/photo/{id}")).json();
    assert_eq!(about["name"], NAMES[0]);
    assert_eq!(about["names"], json!([NAMES[0]]));
    assert_eq!((&about["width"], &about["height"]), (&json!(320), &json!(240)));
    let date = json!({"day": "2024-06-12", "time": "10:15:30", "source": "name"});
    assert_eq!(about["date"], date);
    assert_eq!(about["shown"], id);
    let place = &about["where"][0];
    assert_eq!((&place["alive"], &place["this"]), (&json!(true), &json!(true)));
    assert_eq!(place["holding"], "original");
    assert_eq!(web.get(&format!("/api/photo/{}", house.id("cat.jpg"))).json()["date"], json!(null));
    let status = web.get("/api/status");
    assert_eq!(status.header("Cache-Control"), Some("no-store"));
    let status = status.json();
    assert_eq!(status["role"], "owner");
    assert_eq!(status["may_change"], true);
    assert_eq!(status["token"].as_str().unwrap().len(), 32);
    assert_eq!(status["status"]["photos"], 4);
    assert_eq!(status["daemon"], house.daemon.address().to_string());
}

#[test]
fn one_connection_serves_many_requests() {
    let house = house();
    let web = &house.gallery.web;
    let mut stream = web.connect();
    let get = |path: &str, more: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{more}\r\n", web.address())
    };
    let all = get("/api/timeline", "").repeat(20) + &get("/nothing", "Connection: close\r\n");
    stream.write_all(all.as_bytes()).unwrap();
    let mut heard = String::new();
    stream.read_to_string(&mut heard).unwrap();
    assert_eq!(heard.matches("HTTP/1.1 200 OK").count(), 20);
    assert_eq!(heard.matches("HTTP/1.1 404 Not Found").count(), 1);
    let old = web.raw(format!("GET / HTTP/1.0\r\nHost: {}\r\n\r\n", web.address()).as_bytes());
    assert!(old.starts_with("HTTP/1.1 200 ") && old.contains("Connection: close"), "{old}");
}
