//! The folder's threads that find small pictures: what they draw, of what, for whom, and what they keep of it.

use std::fs;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use super::rig::Rig;
use crate::node::{DiskAction, DiskError, DiskEvent, LinkId, Spool, Viewer};
use crate::photo::{Photo, PhotoId, PreviewSize};
use crate::protocol::{Facts, Holding};

const SPOOL: Spool = Spool::Put(LinkId(1));

impl Rig {
    /// A client puts these bytes; what they are found to be.
    fn put(&self, bytes: &[u8]) -> Arc<Photo> {
        self.act(DiskAction::Write { spool: SPOOL, offset: 0, data: bytes.to_vec().into() });
        self.act(DiskAction::Inspect { spool: SPOOL });
        self.next(|event| {
            let DiskEvent::Inspected { result, .. } = event else { return None };
            Some(result.unwrap())
        })
    }

    fn install(&self, photo: &Arc<Photo>) -> PathBuf {
        self.act(DiskAction::Install {
            spool: SPOOL,
            photo: Arc::clone(photo),
            facts: Facts::named("cat.png"),
            holding: Holding::Original,
        });
        self.settle();
        self.dir.path().join("cat.png")
    }

    /// Waits until the folder thread has done the jobs before this.
    fn settle(&self) {
        let installed = |event| {
            let DiskEvent::Installed { result, .. } = event else { return None };
            Some(result)
        };
        self.next(installed).unwrap();
        // Of what is not there, this is said at once.
        let nothing = PhotoId::of(b"nothing");
        assert_eq!(self.find(nothing, PreviewSize::Grid, Viewer::Owner), Err(DiskError::Gone));
    }

    fn find(
        &self,
        photo: PhotoId,
        size: PreviewSize,
        viewer: Viewer,
    ) -> Result<PreviewSize, DiskError> {
        self.act(DiskAction::FindPreview { photo, size, held: true, viewer });
        self.next(|event| {
            let DiskEvent::PreviewFound { photo: of, result, .. } = event else { return None };
            let fits = |picture: crate::protocol::Blob| {
                assert!(size.fits(&picture));
                size
            };
            (of == photo).then(|| result.map(fits))
        })
    }
}

fn png(grey: u8) -> Vec<u8> {
    let picture = RgbImage::from_fn(400, 300, |x, y| Rgb([grey, x as u8, y as u8]));
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

#[test]
fn what_is_put_is_shown_when_it_is_taken_and_not_before() {
    let rig = Rig::new();
    let (bytes, size) = (png(1), PreviewSize::Grid);
    let photo = rig.put(&bytes);
    assert_eq!(rig.previews.get(photo.id, size), None);
    rig.act(DiskAction::Discard { spool: SPOOL });
    rig.put(&bytes);
    rig.install(&photo);
    assert!(rig.previews.get(photo.id, size).is_some());
    rig.workers.stop();
}

#[test]
fn a_rotten_photo_is_not_shown() {
    let rig = Rig::new();
    let (right, mut wrong) = (png(1), png(2));
    wrong.resize(right.len(), 0);
    let photo = rig.put(&right);
    let file = rig.install(&photo);
    fs::write(&file, &wrong).unwrap();
    let (id, size) = (photo.id, PreviewSize::View);
    assert_eq!(rig.find(id, size, Viewer::Owner), Err(DiskError::Damaged));
    assert_eq!(rig.previews.get(id, size), None);
    rig.workers.stop();
}

#[test]
fn what_cannot_be_drawn_is_not_read_again() {
    let rig = Rig::new();
    let text = b"no picture, and still a photo";
    let photo = Arc::new(Photo::opaque(PhotoId::of(text), text.len() as u64));
    rig.act(DiskAction::Write { spool: SPOOL, offset: 0, data: text.to_vec().into() });
    let file = rig.install(&photo);
    let (id, undrawable) = (photo.id, Err(DiskError::NotAPicture));
    assert_eq!(rig.find(id, PreviewSize::Grid, Viewer::Peer), undrawable);
    fs::remove_file(file).unwrap();
    for viewer in [Viewer::Owner, Viewer::Member, Viewer::Peer] {
        assert_eq!(rig.find(id, PreviewSize::View, viewer), undrawable);
    }
    rig.workers.stop();
}

#[test]
fn only_for_the_owner_a_picture_for_a_screen_is_kept() {
    let rig = Rig::new();
    let photo = rig.put(&png(1));
    rig.install(&photo);
    let (id, size) = (photo.id, PreviewSize::View);
    for viewer in [Viewer::Peer, Viewer::Member] {
        assert_eq!(rig.find(id, size, viewer), Ok(size));
        assert_eq!(rig.previews.get(id, size), None);
    }
    assert_eq!(rig.find(id, size, Viewer::Owner), Ok(size));
    assert!(rig.previews.get(id, size).is_some());
    rig.workers.stop();
}
