//! Small pictures: a disk draws those of its photos, and keeps those of others.
//!
//! Their pieces are messages like all others here, one after the other. That on a real link they take turns with photos,
//! and wait for messages, is the business of its writer, and nothing of it is simulated.

use photomesh::node::{DiskError, DiskEvent, LinkAction, LinkEvent, LinkId, Viewer};
use photomesh::photo::{PhotoId, PreviewSize};
use photomesh::protocol::message::AskId;
use photomesh::protocol::{Answer, Blob, Message, Request};

use std::time::Duration;

use crate::agenda::Life;
use crate::world::World;

/// How many bytes of one a daemon sends at a time.
const PIECE: usize = 63 * 1024;

/// What a photo looks like: as its id does, between what a JPEG begins and ends with.
fn drawn(photo: PhotoId, size: PreviewSize) -> Vec<u8> {
    let times = match size {
        PreviewSize::Grid => 10,
        PreviewSize::View => 3_000,
    };
    [&[0xff, 0xd8, 0xff][..], &photo.0.repeat(times), &[0xff, 0xd9]].concat()
}

impl World {
    /// A disk looks for a small picture.
    pub(crate) fn find_preview(
        &self,
        host: usize,
        (photo, size): (PhotoId, PreviewSize),
        viewer: Viewer,
        fine: Result<(), DiskError>,
    ) -> DiskEvent {
        let disk = &self.hosts[host].disk;
        let is_there = disk.previews.contains(&(photo, size)) || disk.has_bytes(photo);
        let found = if is_there { Ok(drawn(photo, size).into()) } else { Err(DiskError::Gone) };
        DiskEvent::PreviewFound { photo, size, viewer, result: fine.and(found) }
    }

    /// A node sends a small picture, piece by piece.
    pub(crate) fn send_preview(&mut self, life: Life, link: LinkId, ask: AskId, image: &Blob) {
        let bytes = image.len() as u64;
        for (at, piece) in image.chunks(PIECE).enumerate() {
            let (offset, image) = ((at * PIECE) as u64, Blob::from(piece.to_vec()));
            let message = Message::Preview { ask, bytes, offset, image };
            self.on_link(life, LinkAction::Send { link, message });
        }
    }

    /// A message is with the operating system, which may be the last piece of a small picture.
    pub(crate) fn preview_written(&mut self, life: Life, link: LinkId, message: &Message) {
        if let Message::Preview { bytes, offset, image, .. } = message
            && offset + image.len() as u64 == *bytes
        {
            self.tell(life, Duration::ZERO, LinkEvent::PreviewSent { link });
        }
    }

    /// What a client is shown is what the photo looks like that it asked for.
    pub(crate) fn judge_preview(&mut self, request: &Request, answer: &Answer) {
        let Answer::Preview { photo: shown, image, .. } = answer else {
            return;
        };
        let fits = match request {
            Request::GetPreview { photo, size, .. } => {
                shown == photo && **image == drawn(*photo, *size)[..]
            }
            _ => false,
        };
        if !fits {
            let photo = self.library.name(*shown);
            self.broken_promise(format!("{request:?} is answered by a picture of {photo}"));
        }
    }
}
