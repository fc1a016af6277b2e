//! Daemons come and go; the gallery stays, until it is told to end.

use std::time::{Duration, Instant};

use photomesh::protocol::Address;
use serde_json::json;
use tempfile::TempDir;

use crate::changes::Listener;
use crate::house::{Gallery, NAMES, PATIENCE, house, program};
use crate::support::daemon::Daemon;
use crate::support::wait::eventually;

#[test]
fn a_daemon_may_be_started_anew_under_a_gallery() {
    let mut house = house();
    let id = house.id("cat.jpg");
    let port = house.daemon.address().port();
    let mut listener = Listener::new(&house);
    listener.next();
    listener.next();
    house.daemon.kill().unwrap();
    let (name, told) = listener.next();
    assert_eq!((name.as_str(), &told["status"]), ("status", &json!(null)));
    assert!(told["gone"].as_str().unwrap().contains("daemon"), "{told}");
    assert!(told["since"].is_u64(), "{told}");
    let web = house.gallery.web.clone();
    assert_eq!(web.get("/").status, 200, "the page stays");
    assert_eq!(web.get("/api/timeline").json()["total"], NAMES.len(), "and what is known");
    assert_eq!(web.get(&format!("/api/photo/{id}")).code(), (503, "daemon".to_owned()));
    assert_eq!(web.get(&format!("/thumb/{id}.jpg")).status, 503);

    let folder = house.place.path().join("photos");
    let again =
        eventually("the port is free", PATIENCE, || Daemon::start_at(program(), &folder, port));
    house.daemon = again.unwrap();
    loop {
        let (name, told) = listener.next();
        if name == "status" && told["status"]["photos"] == NAMES.len() {
            assert_eq!(told["gone"], json!(null));
            break;
        }
    }
    assert_eq!(web.get(&format!("/api/photo/{id}")).status, 200);
    house.wait_for(NAMES.len());
}

#[test]
fn a_gallery_may_be_there_before_its_daemon() {
    let place = TempDir::new().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let address = Address::new("127.0.0.1", free.port());
    let gallery = Gallery::start(place.path(), &address, &[]);
    assert_eq!(gallery.web.get("/").status, 200);
    assert_eq!(gallery.web.get("/api/timeline").json()["total"], 0);
    let gone = eventually("it is said", PATIENCE, || {
        let status = gallery.web.get("/api/status").json();
        if status["gone"].is_string() { Ok(status) } else { Err(status.to_string()) }
    });
    assert_eq!(gone.unwrap()["may_change"], false);
    assert!(gallery.log().contains("no daemon answers"), "{}", gallery.log());
    let folder = place.path().join("photos");
    std::fs::create_dir(&folder).unwrap();
    let photo = crate::house::photo(1);
    crate::support::disk::lay(&folder.join("a.jpg"), &photo).unwrap();
    let _daemon = Daemon::start_at(program(), &folder, free.port()).unwrap();
    gallery.wait_for(1);
}

#[test]
fn a_gallery_stops_when_it_is_told_to_even_if_somebody_listens() {
    let mut house = house();
    let mut listener = Listener::new(&house);
    listener.next();
    let idle = house.gallery.web.connect();
    let began = Instant::now();
    let ended = house.gallery.stop(Duration::from_secs(10)).unwrap();
    assert!(ended.success(), "{ended}");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    drop(idle);
}
