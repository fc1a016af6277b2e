//! The order of the timeline, what is told of it, and how one follows another.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{report, shot};
use crate::gallery::mirror::Mirror;
use crate::gallery::snapshot::{Shot, Snapshot};
use crate::photo::{Format, PhotoId};

fn timeline(snapshot: &Snapshot) -> Value {
    serde_json::from_slice(&snapshot.timeline).unwrap()
}

fn snapshot(shots: Vec<Shot>) -> Snapshot {
    Snapshot::new("r-1".to_owned(), shots.into_iter().map(Arc::new).collect())
}

#[test]
fn newest_first_then_by_id_and_no_date_last() {
    let snapshot = snapshot(vec![
        shot(9, "nothing.jpg", None),
        shot(1, "nothing.jpg", None),
        shot(2, "a.jpg", Some("2019-07-14T12:00:00")),
        shot(8, "b.jpg", Some("2019-07-14T12:00:01")),
        shot(7, "c.jpg", Some("2019-07-14T12:00:01")),
        shot(3, "d.jpg", Some("2024-06-12T00:00:00")),
        shot(4, "20240612.jpg", None),
        shot(5, "e.jpg", Some("1969-12-31T23:59:59")),
    ]);
    let order: Vec<u8> = snapshot.shots.iter().map(|shot| shot.id.0[0]).collect();
    assert_eq!(order, [3, 4, 7, 8, 2, 5, 1, 9]);
    let told = timeline(&snapshot);
    assert_eq!(told["first"], 19_886);
    assert_eq!(told["total"], 8);
    assert_eq!(told["rev"], "r-1");
    assert_eq!(told["days"], json!([[0, 2], [19_886 - 18_091, 3], [18_092, 1], [null, 2]]));
    assert_eq!(snapshot.find(PhotoId([8; 32])).unwrap().name.as_ref(), "b.jpg");
    assert!(snapshot.find(PhotoId([99; 32])).is_none());
}

#[test]
fn an_empty_collection_and_one_without_dates() {
    let none = timeline(&snapshot(Vec::new()));
    assert_eq!((&none["first"], &none["total"]), (&json!(0), &json!(0)));
    assert_eq!((&none["days"], &none["ratios"]), (&json!([]), &json!("")));
    let undated = timeline(&snapshot(vec![shot(1, "a", None), shot(2, "b", None)]));
    assert_eq!((&undated["first"], &undated["days"]), (&json!(0), &json!([[null, 2]])));
}

#[test]
fn a_byte_tells_the_shape() {
    let sizes: [(u32, u32); 7] =
        [(100, 100), (200, 100), (100, 200), (0, 0), (100, 0), (u32::MAX, 1), (1, u32::MAX)];
    let shots = sizes.iter().zip(1..).map(|((width, height), number)| {
        let mut report = report(number, "a", None);
        (report.width, report.height) = (*width, *height);
        Shot::of(report)
    });
    let told = timeline(&snapshot(shots.collect()));
    let bytes = STANDARD.decode(told["ratios"].as_str().unwrap()).unwrap();
    assert_eq!(bytes, [128, 176, 80, 128, 128, 255, 0]);
}

#[test]
fn pages_have_rows() {
    let mut odd = report(1, "<img>.jpg", Some("2019-07-14T12:00:01"));
    (odd.versions, odd.format) = (3, Format::Opaque);
    let mut shots: Vec<Arc<Shot>> = vec![Arc::new(Shot::of(odd))];
    for number in 0..600_u64 {
        let mut report = report(0, "x.jpg", None);
        report.id.0[..8].copy_from_slice(&number.to_be_bytes());
        shots.push(Arc::new(Shot::of(report)));
    }
    let snapshot = Snapshot::new("r-2".to_owned(), shots);
    let page = |number| -> Value { serde_json::from_slice(&snapshot.page(number)).unwrap() };
    let first = page(0);
    assert_eq!(first["photos"].as_array().unwrap().len(), 512);
    let id = PhotoId([1; 32]).to_string();
    let row = json!([id, "<img>.jpg", 1_563_105_601, 4000, 3000, 2, 3, "opaque", 0]);
    assert_eq!(first["photos"][0], row);
    assert_eq!(first["photos"][1][2], Value::Null);
    assert_eq!(page(1)["photos"].as_array().unwrap().len(), 89);
    assert_eq!(page(2)["photos"], json!([]));
    assert_eq!(page(usize::MAX)["photos"], json!([]));
}

#[test]
fn a_timeline_follows_another_only_if_it_differs() {
    let replace = |mirror: &Mirror, shots: Vec<Shot>| {
        let before = mirror.present();
        mirror.replace(shots.into_iter().map(|shot| before.share(shot)).collect())
    };
    let mirror = Mirror::new("life".to_owned());
    assert_eq!(mirror.present().rev, "life-0");
    assert!(replace(&mirror, Vec::new()), "what was read differs from what was not");
    let two = || vec![shot(1, "a.jpg", None), shot(2, "b.jpg", None)];
    assert!(replace(&mirror, two()));
    assert_eq!(mirror.present().rev, "life-2");
    let before = mirror.present();
    assert!(!replace(&mirror, two()));
    assert!(Arc::ptr_eq(&before, &mirror.present()));
    let mut changed = two();
    changed[1].versions = 1;
    assert!(replace(&mirror, changed));
    let after = mirror.present();
    let same = |id| Arc::ptr_eq(before.find(id).unwrap(), after.find(id).unwrap());
    assert!(same(PhotoId([1; 32])), "what has not changed is shared");
    assert!(!same(PhotoId([2; 32])));
    assert!(replace(&mirror, Vec::new()));
    assert_eq!(mirror.present().rev, "life-4");
    let kept = |rev| mirror.of(rev).is_some();
    assert!(!kept("life-0") && kept("life-1") && kept("life-2") && kept("life-4"));
    assert!(!kept("other-4") && !kept(""));
}
