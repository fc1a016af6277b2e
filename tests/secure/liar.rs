//! A member who lies: it has a valid key, and makes up everything else.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use photomesh::photo::PhotoId;
use photomesh::protocol::{Answer, Request};
use serde_json::{Value, json};

use crate::strangers::Member;
use crate::support::wait::eventually;
use crate::support::{disk, pictures};
use crate::{Group, PATIENCE, get};

/// Everything that an honest node announces, until it says that this is all.
fn announced(member: &mut Member) -> Vec<Value> {
    let mut records = Vec::new();
    loop {
        let message = member.receive();
        if message["command"] == "ImageInfo" {
            records.extend(message["records"].as_array().unwrap().clone());
            if message["complete"] == true {
                return records;
            }
        }
    }
}

/// A copy of all that a node keeps for others, and a better version of all its own, with names that lead elsewhere.
fn made_up(theirs: &[Value]) -> Vec<Value> {
    let mut claims = theirs.to_vec();
    for record in &mut claims {
        if record["holding"] == "original" {
            let id = PhotoId::of(record.to_string().as_bytes());
            record["id"] = json!(id.to_string());
            record["width"] = json!(64_000);
            record["names"] = json!(["../../../etc/passwd", "\u{202e}gpj.exe"]);
        }
        record["holding"] = json!("original");
    }
    claims
}

/// Waits for a node that would give up its own copy of a photo for the one that is claimed, and has no proof for it.
fn prove_wrongly(liar: &mut Member) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "it was never asked");
        let message = liar.receive();
        if message["command"] == "challenge" {
            let proof = "00".repeat(32);
            liar.say(&json!({"command": "proof", "nonce": message["nonce"], "proof": proof}));
            return;
        }
        liar.say(&json!({"command": "heartbeat"}));
    }
}

#[test]
fn a_member_who_claims_everything_takes_nothing_away() {
    let group = Group::new(11);
    let mut bytes = BTreeMap::new();
    for (number, folder) in [(1, "anna"), (2, "anna"), (3, "ben"), (4, "ben")] {
        let name = format!("{number}.jpg");
        let picture = pictures::jpeg(&pictures::draw(number, 320, 240), 90);
        fs::create_dir_all(group.place.path().join(folder)).unwrap();
        fs::write(group.place.path().join(folder).join(&name), &picture).unwrap();
        bytes.insert(name, picture);
    }
    let quick = ["--pin", "2s", "--grace", "3s"];
    let anna = group.start_with("anna", None, &quick);
    let ben = group.start_with("ben", Some(anna.address()), &quick);
    group.settles(ben.address(), 2, 4);
    let copies = || disk::copies(&[anna.folder(), ben.folder()]);
    eventually("each photo is on both", PATIENCE, || {
        let copies = copies();
        let all = bytes.values().map(|photo| copies.get(&PhotoId::of(photo)));
        all.eq([Some(&2); 4]).then_some(()).ok_or(format!("{copies:?}"))
    })
    .unwrap();

    let mut liar = Member::dial(&group, anna.address());
    assert_eq!(liar.register(liar.own)["command"], "register");
    liar.say(&json!({"command": "RequestInfo"}));
    let claims = made_up(&announced(&mut liar));
    liar.say(&json!({"command": "ImageInfo", "records": claims, "gone": [], "complete": true}));
    let nodes =
        json!({"00000000000000aa": "127.0.0.1:22", "00000000000000ab": "255.255.255.255:5000"});
    liar.say(&json!({"command": "ConnectionUpdate", "nodes": nodes}));

    prove_wrongly(&mut liar);

    // While it is still there, every photo is found under its name and in some folder.
    for daemon in [&anna, &ben] {
        let Ok(Answer::ListImage { list }) = group.ask(daemon.address(), &Request::GetImageList)
        else {
            panic!("no list");
        };
        for (name, expected) in &bytes {
            assert!(list.contains(name), "{name} is not in {list:?}");
            let answer = group.ask(daemon.address(), &get(name)).unwrap();
            let Answer::ReceiveImage { image, .. } = answer else {
                panic!("{name}: {answer:?}");
            };
            assert_eq!(*image, expected[..], "{name}");
        }
    }
    let copies = copies();
    for (name, expected) in &bytes {
        assert!(copies.contains_key(&PhotoId::of(expected)), "{name} is gone");
    }
}

#[test]
fn a_member_who_floods_keeps_nobody_waiting() {
    let group = Group::new(12);
    let picture = group.picture("anna", "a.jpg");
    let anna = group.start("anna", None);
    group.settles(anna.address(), 1, 1);
    let mut liar = Member::dial(&group, anna.address());
    liar.register(liar.own);
    let strangers = (0..100).map(|n| (format!("{n:016x}"), json!(format!("127.0.1.{n}:5000"))));
    let messages = [
        json!({"command": "heartbeat"}),
        json!({"command": "ConnectionUpdate", "nodes": strangers.collect::<serde_json::Map<_, _>>()}),
        json!({"command": "ImageInfo", "records": [], "gone": [PhotoId::of(b"nothing")], "complete": false}),
    ];
    let stop = AtomicBool::new(false);
    let (answers, rounds) = thread::scope(|scope| {
        let flood = scope.spawn(|| liar.flood(&messages, &stop));
        let answers: Vec<_> = (0..50).map(|_| group.ask(anna.address(), &get("a.jpg"))).collect();
        stop.store(true, Ordering::Relaxed);
        (answers, flood.join().unwrap())
    });
    for answer in answers {
        let Ok(Answer::ReceiveImage { image, .. }) = answer else {
            panic!("{answer:?}");
        };
        assert_eq!(*image, picture[..]);
    }
    assert!(rounds > 100, "that was no flood: {rounds}");
}
