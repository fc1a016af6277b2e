//! The limits that the protocol's document names are those by which a daemon goes.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::daemon::limits::{DEADLINES, FIRST_FRAME, WRITE_PIECE};
use crate::node::limits::{
    GET_STALL, HEARTBEAT, NODES, OFFER, PUT, REMOVE, SERVING, SILENCE, WINDOW,
};
use crate::photo::MAX_PHOTO;
use crate::protocol::between::{GROUPS, SUPERS};
use crate::protocol::client::{MAX_DISTINCT, MAX_REMOVED};
use crate::protocol::codec::{MAX_FRAME, MAX_REQUEST, MAX_VALUES};
use crate::protocol::group::MEMBERS;
use crate::protocol::{Facts, MAX_CHUNK};

const DOCUMENT: &str = include_str!("../../protocol/PROTOCOL.md");

fn bytes(number: usize) -> String {
    const KIB: usize = 1024;
    const MIB: usize = 1024 * KIB;
    match number.is_multiple_of(MIB) {
        true => format!("{} MiB", number / MIB),
        false => format!("{} KiB", number / KIB),
    }
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f32())
}

#[test]
fn the_limits_in_the_document_are_the_real_ones() {
    let real = [
        ("MAX_FRAME", bytes(MAX_FRAME)),
        ("MAX_REQUEST", bytes(MAX_REQUEST)),
        ("MAX_VALUES", MAX_VALUES.to_string()),
        ("MAX_CHUNK", bytes(MAX_CHUNK)),
        ("WINDOW", bytes(WINDOW as usize)),
        ("SERVING", SERVING.to_string()),
        ("MAX_PHOTO", bytes(MAX_PHOTO as usize)),
        ("NODES", NODES.to_string()),
        ("MEMBERS", MEMBERS.to_string()),
        ("Facts::MAX", Facts::MAX.to_string()),
        ("Facts::MAX_NAME", Facts::MAX_NAME.to_string()),
        ("MAX_REMOVED", MAX_REMOVED.to_string()),
        ("MAX_DISTINCT", MAX_DISTINCT.to_string()),
        ("GROUPS", GROUPS.to_string()),
        ("SUPERS", SUPERS.to_string()),
        ("FIRST_FRAME", seconds(FIRST_FRAME)),
        ("DEADLINES.frame", seconds(DEADLINES.frame)),
        ("DEADLINES.write", seconds(DEADLINES.write)),
        ("HEARTBEAT", seconds(HEARTBEAT)),
        ("SILENCE", seconds(SILENCE)),
        ("DEADLINES.quiet", seconds(DEADLINES.quiet)),
        ("GET_STALL", seconds(GET_STALL)),
        ("OFFER", seconds(OFFER)),
        ("PUT", seconds(PUT)),
        ("REMOVE", seconds(REMOVE)),
    ];
    let real: BTreeMap<&str, String> = real.into();
    let chapter = DOCUMENT.split("\n## ").find(|chapter| chapter.starts_with("Limits")).unwrap();
    let mut told = BTreeMap::new();
    for row in chapter.lines() {
        let columns: Vec<&str> = row.split('|').map(str::trim).collect();
        if let [_, _, value, name, _] = columns[..]
            && let Some(name) = name.strip_prefix('`')
        {
            told.insert(name.trim_end_matches('`'), value.to_owned());
        }
    }
    assert_eq!(told, real);
    assert!(chapter.contains(&format!("takes {} of what is sent", bytes(WRITE_PIECE))));
}
