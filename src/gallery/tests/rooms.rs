//! Whole photos on the disk, without a daemon.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use tempfile::TempDir;

use crate::gallery::limits::SPOOL;
use crate::gallery::pool::{Need, Pool, Whose};
use crate::gallery::spool::{Missing, Spool};
use crate::photo::{PhotoId, PreviewSize};
use crate::protocol::{Address, Request};

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
    let written = fs::File::create(spooled.join("coming-now")).unwrap();
    written.try_lock().unwrap();
    fs::write(spooled.join("coming-then"), b"of a gallery that was killed just now").unwrap();
    let spool = Spool::open(spooled.clone()).unwrap();
    let mut text = String::new();
    spool.photo(&nobody(), Whose::Own, good, 4).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "good");
    let missing = spool.photo(&nobody(), Whose::Own, bad, 3).unwrap_err();
    assert!(matches!(missing, Missing::Trouble(_)), "it is asked for anew: {missing:?}");
    let there = |name: &str| spooled.join(name).exists();
    assert!(there("other") && there("coming-now") && !there("coming-then"));
    // Whoever asks again does not wait for the one who failed.
    spool.photo(&nobody(), Whose::Own, bad, 3).unwrap_err();
}

#[test]
fn whoever_waits_for_a_photo_is_told_that_it_does_not_come() {
    let folder = TempDir::new().unwrap();
    let spool = Arc::new(Spool::open(folder.path().join("photomesh")).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let pool = Arc::new(Pool::new(Address::new("127.0.0.1", port), None));
    let id = PhotoId::of(b"late");
    let asking: Vec<_> = (0..5)
        .map(|_| {
            let (spool, pool) = (Arc::clone(&spool), Arc::clone(&pool));
            thread::spawn(move || spool.photo(&pool, Whose::Own, id, 4).map(drop))
        })
        .collect();
    // A daemon that takes a request and hangs up after a while.
    let (stuck, _) = listener.accept().unwrap();
    thread::sleep(Duration::from_millis(500));
    drop(stuck);
    listener.set_nonblocking(true).unwrap();
    let began = Instant::now();
    for one in asking {
        let missing = one.join().unwrap().unwrap_err();
        assert!(matches!(missing, Missing::Trouble(_)), "{missing:?}");
    }
    assert!(began.elapsed() < Duration::from_secs(5), "none of them asks anew");
    assert!(listener.accept().is_err(), "none of them asks anew");
}

#[test]
fn a_cache_may_be_deleted() {
    let folder = TempDir::new().unwrap();
    let spooled = folder.path().join("deep/photomesh");
    let spool = Spool::open(spooled.clone()).unwrap();
    fs::remove_dir_all(spooled.parent().unwrap()).unwrap();
    let missing = spool.photo(&nobody(), Whose::Own, PhotoId::of(b"good"), 4).unwrap_err();
    assert!(matches!(missing, Missing::Trouble(_)), "the disk is good: {missing:?}");
    assert!(spooled.is_dir());
}

#[test]
fn pictures_that_do_not_come_leave_links_for_the_rest() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let pool = Arc::new(Pool::new(Address::new("127.0.0.1", port), None));
    // A daemon that asks a slow node: it takes the requests, and says nothing yet.
    for number in 0..12 {
        let pool = Arc::clone(&pool);
        thread::spawn(move || {
            let photo = PhotoId([number; 32]);
            pool.ask(&Request::GetPreview { photo, size: PreviewSize::Grid, shared: false })
                .map(drop)
        });
    }
    let asked: Vec<_> = (0..6).map(|_| listener.accept().unwrap()).collect();
    // Those that would go beyond their share have come by then, too.
    thread::sleep(Duration::from_millis(300));
    let began = Instant::now();
    pool.on_new_link(Whose::Own, Need::Short, |_| Ok(())).unwrap();
    pool.on_new_link(Whose::Own, Need::Long, |_| Ok(())).unwrap();
    assert!(began.elapsed() < Duration::from_secs(5));
    drop(asked);
}

#[test]
fn what_was_not_used_for_longest_makes_room() {
    let folder = TempDir::new().unwrap();
    let spooled = folder.path().join("photomesh");
    drop(Spool::open(spooled.clone()).unwrap());
    // Holes take no room on the disk.
    let photos = [b"old", b"new"].map(|bytes| spooled.join(PhotoId::of(bytes).to_string()));
    for (path, day) in photos.iter().zip(1..) {
        let file = fs::File::create(path).unwrap();
        file.set_len(SPOOL / 2 + 1).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(86_400 * day)).unwrap();
    }
    drop(Spool::open(spooled).unwrap());
    assert_eq!(photos.map(|path| path.exists()), [false, true]);
}
