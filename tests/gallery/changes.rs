//! What people change, seen by other clients of the daemon.

use std::time::Duration;

use photomesh::photo::PhotoId;
use serde_json::{Value, json};

use crate::house::{House, NAMES, PATIENCE, house, photo};
use crate::support::ask;
use crate::support::pictures::{draw, jpeg, smaller};
use crate::support::wait::eventually;

fn upload(house: &House, name: &str, bytes: &[u8]) -> (u16, Value) {
    let web = &house.gallery.web;
    let reply = web.ask("PUT", &format!("/api/upload/{name}"), &web.as_page(), bytes);
    (reply.status, reply.json())
}

#[test]
fn what_no_camera_has_dated_has_the_day_of_its_file() {
    let house = house();
    let web = &house.gallery.web;
    let upload = |name: &str, dated: &str, seed| {
        let headers = format!("{}X-Photomesh-Dated: {dated}\r\n", web.as_page());
        let bytes = photo(seed);
        let reply = web.ask("PUT", &format!("/api/upload/{name}"), &headers, &bytes);
        assert_eq!(reply.status, 201);
        web.get(&format!("/api/photo/{}", PhotoId::of(&bytes))).json()["date"].clone()
    };
    let date = upload("screenshot.jpg", "2021-03-04T05:06:07", 31);
    assert_eq!(date, json!({"day": "2021-03-04", "time": "05:06:07", "source": "file"}));
    let named = upload("2022-05-06.jpg", "2021-03-04T05:06:07", 32);
    assert_eq!(named, json!({"day": "2022-05-06", "time": null, "source": "name"}));
    assert_eq!(upload("none.jpg", "yesterday", 33), json!(null));
}

#[test]
fn an_uploaded_photo_is_in_the_collection() {
    let house = house();
    let bytes = jpeg(&draw(20, 800, 600), 95);
    let (status, stored) = upload(&house, "M%C3%BCnchen%20%2F..%2F1.jpg", &bytes);
    assert_eq!(status, 201, "{stored}");
    let id = PhotoId::of(&bytes).to_string();
    assert_eq!(stored["id"], id);
    assert_eq!(stored["already"], false);
    let label = stored["stored"].as_str().unwrap();
    assert_eq!(label, "1.jpg", "a name is no path");
    let (_, got, back) = ask::fetch(house.daemon.address(), label).unwrap();
    assert_eq!((got.to_string(), &back[..]), (id.clone(), &bytes[..]));
    house.wait_for(5);
    let (status, again) = upload(&house, "again.jpg", &bytes);
    assert_eq!((status, &again["already"]), (201, &json!(true)));
    let worse = jpeg(&smaller(&draw(20, 800, 600), 50), 80);
    let (status, have) = upload(&house, "small.jpg", &worse);
    assert_eq!((status, &have["id"]), (200, &json!(id)), "{have}");
    eventually("the timeline tells of the worse version", PATIENCE, || {
        let web = &house.gallery.web;
        let rev = web.get("/api/timeline").json()["rev"].as_str().unwrap().to_owned();
        let page = web.get(&format!("/api/page/0?rev={rev}")).json();
        let rows = page["photos"].as_array().cloned().unwrap_or_default();
        let row = rows.iter().find(|row| row[0] == id).cloned().unwrap_or_default();
        if row[6] == 1 { Ok(()) } else { Err(format!("{page}")) }
    })
    .unwrap();
    duplicates_are_told_and_ticked_off(&house, &id, &worse);
}

fn duplicates_are_told_and_ticked_off(house: &House, keeper: &str, worse: &[u8]) {
    let web = &house.gallery.web;
    let version = PhotoId::of(worse).to_string();
    let listed = || web.get("/api/duplicates").json()["duplicates"][0].clone();
    let duplicate = listed();
    assert_eq!(duplicate["version"]["id"], version);
    let place = &duplicate["version"]["where"][0];
    assert_eq!(place["holding"], "original", "a node that is alone moves nothing");
    assert_eq!(duplicate["keeper"]["id"], keeper);
    assert_eq!(duplicate["reviewed"], false);
    let about = web.get(&format!("/api/photo/{version}")).json();
    assert_eq!((&about["id"], &about["shown"]), (&json!(version), &json!(keeper)));
    assert_eq!(about["width"], 400);
    assert_eq!(about["versions"][0]["id"], version);
    assert_eq!(web.get(&format!("/photo/{version}")).body, worse, "what is put away can be seen");
    let pairs = json!({"pairs": [[keeper, version]], "undo": false});
    assert_eq!(web.post("/api/reviewed", &pairs).status, 200);
    assert_eq!(listed()["reviewed"], true);
    let undo = json!({"pairs": [[keeper, version]], "undo": true});
    assert_eq!(web.post("/api/reviewed", &undo).status, 200);
    assert_eq!(listed()["reviewed"], false);
    let distinct = web.post("/api/distinct", &json!({"photos": [keeper, version]}));
    assert_eq!(distinct.status, 200, "{}", distinct.json());
    house.wait_for(6);
}

#[test]
fn a_photo_is_removed_by_its_plan_and_comes_back() {
    let house = house();
    let web = &house.gallery.web;
    let id = house.id("cat.jpg");
    let plan = web.post("/api/remove/plan", &json!({"photo": id})).json();
    assert_eq!(plan["name"], "cat.jpg");
    assert_eq!(
        (&plan["photos"][0]["id"], &plan["photos"][0]["withdrawn"]),
        (&json!(id), &json!(true))
    );
    house.wait_for(4);
    let removed = web.post("/api/remove", &json!({"photos": [id]}));
    assert_eq!((removed.status, removed.json()), (200, json!({"photos": [id]})));
    house.wait_for(3);
    let labels = ask::labels(house.daemon.address()).unwrap();
    assert!(!labels.contains(&"cat.jpg".to_owned()), "{labels:?}");
    let trash = eventually("it is in the trash", PATIENCE, || {
        let trash = web.get("/api/trash").json();
        if trash["photos"][0]["id"] == id { Ok(trash) } else { Err(trash.to_string()) }
    });
    let trash = trash.unwrap();
    assert_eq!(trash["photos"][0]["name"], "cat.jpg");
    assert!(trash["photos"][0]["stay"]["days"].is_u64(), "{trash}");
    assert_eq!(trash["next"], json!(null));
    let restored = web.post("/api/trash/restore", &json!({"photo": id}));
    assert_eq!((restored.status, restored.json()), (200, json!({"name": "cat.jpg", "id": id})));
    house.wait_for(4);
    let again = web.post("/api/trash/restore", &json!({"photo": id}));
    assert_eq!(again.status, 404, "{}", again.json());
    let purged = web.post("/api/trash/purge", &json!({"older_than": 0}));
    assert_eq!(purged.code(), (409, "not-now".to_owned()), "alone, nothing is deleted");
    let unknown = "0".repeat(64);
    assert_eq!(web.post("/api/remove/plan", &json!({"photo": unknown})).status, 404);
}

#[test]
fn what_is_new_is_told_to_who_listens() {
    let house = house();
    let mut listener = Listener::new(&house);
    let (name, status) = listener.next();
    assert_eq!((name.as_str(), &status["role"]), ("status", &json!("owner")));
    let (name, revision) = listener.next();
    assert_eq!((name.as_str(), &revision["total"]), ("revision", &json!(NAMES.len())));
    upload(&house, "new.jpg", &photo(30));
    let began = std::time::Instant::now();
    loop {
        let (name, told) = listener.next();
        if name == "revision" && told["total"] == 5 {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "{name} {told}");
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

/// Somebody who listens to events.
pub(crate) struct Listener {
    lines: std::io::Lines<std::io::BufReader<std::net::TcpStream>>,
}

impl Listener {
    pub(crate) fn new(house: &House) -> Listener {
        use std::io::{BufRead, BufReader, Write};
        let web = &house.gallery.web;
        let mut stream = web.connect();
        let head = format!("GET /api/events HTTP/1.1\r\nHost: {}\r\n\r\n", web.address());
        stream.write_all(head.as_bytes()).unwrap();
        let mut lines = BufReader::new(stream).lines();
        let head: Vec<String> =
            lines.by_ref().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
        assert_eq!(head[0], "HTTP/1.1 200 OK");
        assert!(head.contains(&"Content-Type: text/event-stream".to_owned()), "{head:?}");
        Listener { lines }
    }

    /// The next event, and what it tells.
    pub(crate) fn next(&mut self) -> (String, Value) {
        let mut name = String::new();
        loop {
            let line = self.lines.next().expect("the stream goes on").unwrap();
            if let Some(event) = line.strip_prefix("event: ") {
                name = event.to_owned();
            } else if let Some(data) = line.strip_prefix("data: ") {
                return (name, serde_json::from_str(data).unwrap());
            }
        }
    }
}
