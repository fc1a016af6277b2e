//! A member who makes up as much as it likes takes up so much memory and no more, and keeps nobody waiting.

use std::iter;
use std::time::{Duration, Instant};

use photomesh::photo::PhotoId;
use photomesh::protocol::{Answer, Request};
use serde_json::{Value, json};

use crate::strangers::Member;
use crate::support::wait::eventually;
use crate::{Group, PATIENCE, get};

/// What a daemon may take up whatever one member does, in MiB.
const MEMORY: u64 = 400;

/// How long a list may take, of tens of thousands of photos, by a daemon that is not optimised.
const AT_ONCE: Duration = Duration::from_secs(5);

/// What a link takes in memory, with the page that waits to be sent on it, in KiB.
const LINK: u64 = 500;

/// Pages of made-up photos like this one, so many on each.
fn pages(
    like: &Value,
    kind: &str,
    photos: usize,
    on_each: usize,
    change: fn(usize, &mut Value),
) -> Vec<Value> {
    let photo = |n: usize| {
        let mut record = like.clone();
        record["id"] = json!(PhotoId::of(format!("{kind} {n}").as_bytes()).to_string());
        change(n, &mut record);
        record
    };
    let pages = (0..photos).step_by(on_each).map(|from| {
        let records: Vec<Value> = (from..photos.min(from + on_each)).map(photo).collect();
        json!({"command": "ImageInfo", "records": records, "gone": [], "complete": false})
    });
    pages.collect()
}

/// As many names as a record can have, each as long as it can be.
fn long_names(n: usize, record: &mut Value) {
    let names = |of: &str| -> Vec<String> {
        (0..32).map(|name| format!("{of}{n}-{name}{}", "x".repeat(240))).collect()
    };
    record["names"] = json!(names("n"));
    record["aliases"] = json!(names("a"));
    record["fingerprint"] = Value::Null;
}

/// Another length and width, and the same name and picture.
fn the_same(n: usize, record: &mut Value) {
    record["bytes"] = json!(1000 + n);
    record["width"] = json!(1 + n % 5000);
}

/// A name of its own, and no picture.
fn plain(n: usize, record: &mut Value) {
    record["names"] = json!([format!("{n}.jpg")]);
    record["fingerprint"] = Value::Null;
}

#[test]
fn what_a_member_makes_up_takes_up_so_much_memory_and_no_more() {
    let group = Group::new(51);
    let picture = group.picture("anna", "a.jpg");
    let quick = ["--pin", "2s", "--grace", "3s"];
    let anna = group.start_with("anna", None, &quick);
    group.settles(anna.address(), 1, 1);
    let mut liar = Member::dial(&group, anna.address());
    liar.register(liar.own);
    liar.say(&json!({"command": "RequestInfo"}));
    let record = iter::repeat_with(|| liar.receive())
        .find(|message| message["command"] == "ImageInfo" && message["records"] != json!([]))
        .map(|message| message["records"][0].clone())
        .unwrap();

    let floods = [
        pages(&record, "the same", 2_000, 256, the_same),
        pages(&record, "plain", 30_000, 256, plain),
        pages(&record, "long names", 6_000, 50, long_names),
    ];
    let mut slowest = Duration::ZERO;
    for page in floods.into_iter().flatten() {
        liar.say(&page);
        let began = Instant::now();
        let answer = group.ask(anna.address(), &Request::List { after: None, shared: false });
        let listed = matches!(answer, Ok(Answer::Photos { .. }));
        slowest = slowest.max(began.elapsed());
        assert!(listed && slowest < AT_ONCE, "{slowest:?}: {answer:?}");
        let name = PhotoId::of(&picture).to_string();
        let answer = group.ask(anna.address(), &get(&name));
        let is_the_photo =
            matches!(&answer, Ok(Answer::ReceiveImage { image, .. }) if **image == picture[..]);
        assert!(is_the_photo, "{answer:?}");
    }
    let most = anna.memory("VmHWM").unwrap() / 1024;
    eprintln!("told all that it takes: {most} MiB, the slowest list took {slowest:?}");
    assert!(most < MEMORY, "{most} MiB");
    let is_flooded = || match group.status(anna.address())? {
        (_, photos) if photos > 25_000 => Ok(()),
        told => Err(format!("{told:?}")),
    };
    eventually("that was a flood", PATIENCE, is_flooded).unwrap();

    let before = anna.memory("VmRSS").unwrap();
    let mut others: Vec<Member> = (100..160)
        .map(|node| {
            let mut other = Member::dial_as(&group, anna.address(), node);
            assert_eq!(other.register(other.own)["command"], "register");
            other
        })
        .collect();
    others.iter_mut().for_each(Member::say_almost_all);
    let asks = (0..20).map(|_| group.ask(anna.address(), &get(&PhotoId::of(&picture).to_string())));
    assert!(asks.into_iter().all(|answer| matches!(answer, Ok(Answer::ReceiveImage { .. }))));
    let more = anna.memory("VmRSS").unwrap().saturating_sub(before);
    eprintln!("{} nodes that say half of something: {more} KiB more", others.len());
    assert!(more < others.len() as u64 * LINK + 8 * 1024, "{more} KiB");

    drop((liar, others));
    let is_well = || {
        let answer = group.ask(anna.address(), &Request::GetImageList)?;
        let is_well = matches!(&answer, Answer::ListImage { list } if **list == ["a.jpg"]);
        is_well.then_some(()).ok_or_else(|| format!("{:.200}", format!("{answer:?}")))
    };
    eventually("what was made up is forgotten", PATIENCE, is_well).unwrap();
}
