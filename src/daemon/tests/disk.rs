//! The folder's threads, as the state thread sees them.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;

use super::rig::Rig;
use crate::node::{DiskAction, DiskError, DiskEvent, LinkId, Spool};
use crate::photo::{Photo, PhotoId, PreviewSize};
use crate::protocol::{Departure, Facts, Holding, Tombstone, Wish};

const BYTES: &[u8] = b"no picture, and still a photo";

/// What the threads report of the next job that puts a photo somewhere.
fn next_result(rig: &Rig) -> Result<(), DiskError> {
    rig.next(|event| {
        if let DiskEvent::Installed { result, .. } | DiskEvent::PutAway { result, .. } = event {
            return Some(result);
        }
        None
    })
}

/// What is said to be done, is done; and what could not be done is not said to be.
#[test]
fn what_is_reported_is_on_the_disk() {
    let rig = Rig::new();
    let act = |action| rig.act(action);

    let photo = Arc::new(Photo::opaque(PhotoId::of(BYTES), BYTES.len() as u64));
    let install = |spool| DiskAction::Install {
        spool,
        photo: Arc::clone(&photo),
        facts: Facts::named("cat.jpg"),
        holding: Holding::Original,
    };
    let (written, missing) = (Spool::Put(LinkId(1)), Spool::Put(LinkId(2)));
    act(DiskAction::Write { spool: written, offset: 0, data: BYTES.to_vec().into() });
    // The one that cannot be done first, so that the other's bytes are not there yet.
    for (spool, expected) in [(missing, Err(DiskError::Gone)), (written, Ok(()))] {
        act(install(spool));
        assert_eq!(next_result(&rig), expected);
    }
    assert_eq!(fs::read(rig.dir.path().join("cat.jpg")).unwrap(), BYTES);

    let within = Duration::from_secs(60);
    for expected in [Ok(()), Err(DiskError::Gone)] {
        let photo = photo.id;
        act(DiskAction::PutAway { photo, departure: Departure::Surplus, within });
        assert_eq!(next_result(&rig), expected);
        assert!(!rig.dir.path().join("cat.jpg").exists());
    }
    rig.workers.stop();
}

/// What a photo looks like is not kept when it is removed, or has left.
#[test]
fn what_is_gone_is_not_shown() {
    let rig = Rig::new();
    let act = |action| rig.act(action);
    let jpeg = [0xff, 0xd8, 0xff, 0, 0xff, 0xd9];

    let photo = Arc::new(Photo::opaque(PhotoId::of(BYTES), BYTES.len() as u64));
    let (id, spool, size) = (photo.id, Spool::Put(LinkId(1)), PreviewSize::View);
    rig.previews.put_theirs(id, size, &jpeg, rig.previews.since());
    let (facts, holding) = (Facts::named("cat.jpg"), Holding::Original);
    act(DiskAction::Write { spool, offset: 0, data: BYTES.to_vec().into() });
    act(DiskAction::Install { spool, photo, facts, holding });
    assert_eq!(next_result(&rig), Ok(()));
    assert_eq!(rig.previews.get_any(id, size), None, "the photo itself is here");
    rig.previews.put(id, size, &jpeg, rig.previews.since());
    let (departure, within) = (Departure::Surplus, Duration::from_secs(60));
    act(DiskAction::PutAway { photo: id, departure, within });
    assert_eq!(next_result(&rig), Ok(()));
    assert_eq!(rig.previews.get_any(id, size), None, "it is in the trash");

    let of_others = PhotoId::of(b"of others");
    rig.previews.put_theirs(of_others, size, &jpeg, rig.previews.since());
    let word = Tombstone::sign(&SigningKey::from_bytes(&[7; 32]), of_others, 1, Wish::Removed);
    let settle = |act: &dyn Fn(DiskAction)| {
        act(DiskAction::PutAway { photo: id, departure: Departure::Surplus, within });
        assert_eq!(next_result(&rig), Err(DiskError::Gone));
    };
    act(DiskAction::NoteTombstones { tombstones: vec![word] });
    settle(&act);
    assert!(rig.previews.get_any(of_others, size).is_some(), "somebody has said so of it");
    act(DiskAction::ForgetPreview { photo: of_others });
    settle(&act);
    assert_eq!(rig.previews.get_any(of_others, size), None, "it is removed");
    rig.workers.stop();
}
