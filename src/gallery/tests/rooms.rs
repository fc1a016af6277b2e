//! Whole photos on the disk, without a daemon.

use std::fs;
use std::io::Read;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::gallery::pool::Pool;
use crate::gallery::spool::{Missing, Spool};
use crate::photo::PhotoId;
use crate::protocol::Address;

/// Links to nobody.
fn nobody() -> Pool {
    Pool::new(Address::new("127.0.0.1", 1), None)
}

#[test]
fn a_photo_on_the_disk_is_sent_only_if_it_is_that_photo() {
    let folder = TempDir::new().unwrap();
    let spooled = folder.path().join("photomesh");
    drop(Spool::open(spooled.clone()).unwrap());
    let (good, bad) = (PhotoId::of(b"good"), PhotoId::of(b"bad"));
    fs::write(spooled.join(good.to_string()), b"good").unwrap();
    fs::write(spooled.join(bad.to_string()), b"changed").unwrap();
    fs::write(spooled.join("other"), b"of somebody else").unwrap();
    fs::write(spooled.join("coming-now"), b"of another gallery").unwrap();
    let left = fs::File::create(spooled.join("coming-then")).unwrap();
    left.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
    let spool = Spool::open(spooled.clone()).unwrap();
    let mut text = String::new();
    spool.photo(&nobody(), good, 4).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "good");
    let missing = spool.photo(&nobody(), bad, 3).unwrap_err();
    assert!(matches!(missing, Missing::Trouble(_)), "it is asked for anew: {missing:?}");
    let there = |name: &str| spooled.join(name).exists();
    assert!(there("other") && there("coming-now") && !there("coming-then"));
    // Whoever asks again does not wait for the one who failed.
    spool.photo(&nobody(), bad, 3).unwrap_err();
}
