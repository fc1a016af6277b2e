//! Pictures: small ones as the daemon has them, whole photos from the spool.

use std::io::{self, Seek, SeekFrom};
use std::ops::Range;

use super::details::{label, nobody_has_it};
use super::refusals::{Answered, refused};
use crate::gallery::Gallery;
use crate::gallery::http::head::{Head, Method};
use crate::gallery::http::range::{Part, part, tagged};
use crate::gallery::http::response::{Content, IMMUTABLE, Response};
use crate::gallery::http::target::encoded;
use crate::gallery::limits::RETRY_AFTER;
use crate::gallery::pool::Whose;
use crate::gallery::spool::Missing;
use crate::photo::{Format, MAX_PHOTO, PhotoId, PreviewSize};
use crate::protocol::client::Explanation;
use crate::protocol::{Answer, Request};

/// What has to be known of a photo before it is sent.
struct Known {
    /// A name for its file.
    name: String,
    bytes: u64,
    format: Format,
}

impl Gallery {
    /// A small picture, which is a holder's claim: at worst another picture is shown. It is not decoded here, only in a
    /// browser's sandbox.
    pub(super) fn small_picture(
        &self,
        head: &Head,
        whose: Whose<'_>,
        size: PreviewSize,
        id: PhotoId,
    ) -> Answered {
        let etag = match size {
            PreviewSize::Grid => format!("\"{id}-t1\""),
            PreviewSize::View => format!("\"{id}-v1\""),
        };
        let picture = tagged(head, &etag, IMMUTABLE, || self.drawn(whose, size, id));
        picture.map(Response::picture)
    }

    fn drawn(&self, whose: Whose<'_>, size: PreviewSize, id: PhotoId) -> Answered {
        let request = Request::GetPreview { photo: id, size, shared: false };
        let answer = self.ask(whose, &request)?;
        if let Answer::Preview { image, .. } = answer {
            if !size.fits(&image) {
                let error = "what came is no small picture";
                return Err(Response::refusal(404, "undrawable", error));
            }
            return Ok(Response::of(200, "image/jpeg", Content::Bytes(Box::new(image))));
        }
        if let Answer::NotFound { undelivered: false, reason, .. } = &answer
            && whose == Whose::Own
            && self.mirror.present().find(id).is_some()
        {
            return Err(Response::refusal(404, "undrawable", reason));
        }
        Err(refused(answer))
    }

    /// A photo, or the part of it that is wanted.
    pub(super) fn photo(&self, head: &Head, whose: Whose<'_>, id: PhotoId) -> Answered {
        let etag = format!("\"{id}\"");
        let photo = tagged(head, &etag, IMMUTABLE, || self.wanted(head, &etag, whose, id));
        photo.map(Response::picture)
    }

    fn wanted(&self, head: &Head, etag: &str, whose: Whose<'_>, id: PhotoId) -> Answered {
        let photo = self.known(whose, id)?;
        let wanted = match part(head, etag, photo.bytes) {
            Part::Whole => None,
            Part::Some(range) => Some(range),
            Part::Nothing => {
                let error = "the photo is not as long as that";
                let range = format!("bytes */{}", photo.bytes);
                return Err(Response::refusal(416, "range", error).header("Content-Range", range));
            }
        };
        let range = wanted.clone().unwrap_or(0..photo.bytes);
        let content = match head.method {
            // Nothing is fetched for somebody who only asks whether it is there.
            Method::Head => Content::Absent(photo.bytes),
            Method::Get | Method::Put | Method::Post | Method::Other => {
                self.bytes(whose, id, photo.bytes, &range)?
            }
        };
        let status = if wanted.is_some() { 206 } else { 200 };
        let mut response = Response::of(status, kind(photo.format), content)
            .header("Accept-Ranges", "bytes")
            .header("Content-Disposition", disposition(head, &photo));
        if wanted.is_some() {
            let (first, last) = (range.start, range.end - 1);
            response =
                response.header("Content-Range", format!("bytes {first}-{last}/{}", photo.bytes));
        }
        Ok(response)
    }

    /// A part of a photo that has so many bytes.
    fn bytes(
        &self,
        whose: Whose<'_>,
        id: PhotoId,
        bytes: u64,
        range: &Range<u64>,
    ) -> Result<Content, Response> {
        let (pool, spool) = self.ways(whose);
        let file = spool.photo(pool, whose, id, bytes);
        let mut file = file.map_err(|missing| match missing {
            Missing::Answer(answer) => refused(*answer),
            Missing::Trouble(trouble) => trouble.into(),
            Missing::Coming => {
                let error = "the photo is still on its way: try again in a moment";
                Response::refusal(503, "busy", error).header("Retry-After", RETRY_AFTER)
            }
            Missing::Disk(error) => Response::refusal(507, "disk", &error),
        })?;
        let unreadable =
            |_: io::Error| Response::refusal(500, "disk", "the photo cannot be read from the disk");
        // How long it is was a holder's claim so far. A part of a photo must not be kept by a browser as all of it.
        if file.metadata().map_err(unreadable)?.len() != bytes {
            let error = "the photo is not as long as a node says that it is";
            return Err(Response::refusal(502, "length", error));
        }
        file.seek(SeekFrom::Start(range.start)).map_err(unreadable)?;
        Ok(Content::File(file, range.end - range.start))
    }

    /// What there is to know of a photo: from the timeline, else from the daemon, which knows those that are put away. Of
    /// another group's it is asked each time, so that what is not shown any more cannot be had.
    fn known(&self, whose: Whose<'_>, id: PhotoId) -> Result<Known, Response> {
        let mirrored = (whose == Whose::Own).then(|| self.mirror.present());
        let shown = mirrored.as_ref().and_then(|snapshot| snapshot.find(id)).map(|shot| Known {
            name: shot.name.to_string(),
            bytes: shot.bytes,
            format: shot.format,
        });
        let known = match shown {
            Some(shown) => Some(shown),
            None => described(id, *self.explain(whose, id)?),
        };
        // No daemon has a photo that is larger; whoever says so is not believed.
        let known = known.filter(|known| known.bytes <= MAX_PHOTO);
        known.ok_or_else(nobody_has_it)
    }
}

/// What an explanation tells of a photo: it may be about what is shown in its place.
fn described(id: PhotoId, explained: Explanation) -> Option<Known> {
    if explained.photo.id == id {
        let photo = explained.photo;
        return Some(Known { name: photo.name, bytes: photo.bytes, format: photo.format });
    }
    let version = explained.versions.into_iter().find(|version| version.id == id)?;
    let name = label(&version.names, id);
    Some(Known { name, bytes: version.bytes, format: version.format })
}

/// The type of a format. It comes from the content and never from a name; what nobody here can draw is a file.
fn kind(format: Format) -> &'static str {
    match format {
        Format::Jpeg => "image/jpeg",
        Format::Png => "image/png",
        Format::Gif => "image/gif",
        Format::Webp => "image/webp",
        Format::Bmp => "image/bmp",
        Format::Tiff => "image/tiff",
        Format::Heic => "image/heic",
        Format::Opaque => "application/octet-stream",
    }
}

/// How the browser treats a photo, and the name that it saves it under: once for old programs, once with all its
/// characters.
fn disposition(head: &Head, photo: &Known) -> String {
    let saved = head.asked("download").is_some() || photo.format == Format::Opaque;
    let how = if saved { "attachment" } else { "inline" };
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_. ()".contains(c);
    let plain: String = photo.name.chars().map(|c| if harmless(c) { c } else { '_' }).collect();
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{}", encoded(&photo.name))
}
