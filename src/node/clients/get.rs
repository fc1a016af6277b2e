//! Get: a photo for a client, from here or from another node.

use std::sync::Arc;
use std::time::Duration;

use super::{Clients, Waiting};
use crate::node::context::Context;
use crate::node::limits::{GET, GET_MIN_RATE, GETS_OF_MEMBER};
use crate::node::news::{Fetcher, News};
use crate::node::table::names::Found;
use crate::node::table::verdict::Verdict;
use crate::node::{Asker, ClientAction, DiskError, LinkId, Source};
use crate::photo::{Photo, PhotoId, PreviewSize};
use crate::protocol::{Answer, MemberName};

impl Clients {
    /// A client wants the photo of this name.
    pub(super) fn get(&mut self, cx: &mut Context, link: LinkId, by: &Asker, name: String) {
        match cx.table.find(&name) {
            Found::One(photo) => self.get_photo(cx, link, by, name, photo),
            found @ (Found::Ambiguous(_) | Found::Nothing) => {
                self.answer_not_found(cx, link, &name, found, false);
            }
        }
    }

    /// A client wants the bytes of this very photo, shown or not.
    pub(super) fn get_exact(&mut self, cx: &mut Context, link: LinkId, by: &Asker, id: PhotoId) {
        let name = id.to_string();
        let entry = cx.table.get(id);
        match entry.map(|entry| entry.verdict) {
            Some(Verdict::Keeper | Verdict::Loser(_)) => self.get_photo(cx, link, by, name, id),
            Some(Verdict::Absent | Verdict::Removed) | None => {
                self.answer_not_found(cx, link, &name, Found::Nothing, true);
            }
        }
    }

    /// A client wants to see what this very photo looks like, shown or not. What is removed is for nobody to look at but
    /// this node's owner, if it still lies in the trash here.
    pub(super) fn get_preview(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        by: &Asker,
        photo: PhotoId,
        size: PreviewSize,
    ) {
        let is_mine = *by == Asker::Owner && cx.table.mine(photo).is_some();
        let by = member(by);
        match cx.table.get(photo).map(|entry| entry.verdict) {
            // What only nodes have that are away may be in the owner's cache.
            Some(Verdict::Keeper | Verdict::Loser(_) | Verdict::Absent) => {
                cx.tell(News::Show { link, by, photo, size });
            }
            Some(Verdict::Removed) if is_mine => cx.tell(News::Show { link, by, photo, size }),
            Some(Verdict::Removed) | None => {
                self.answer_not_found(cx, link, &photo.to_string(), Found::Nothing, true);
            }
        }
    }

    fn get_photo(&mut self, cx: &mut Context, link: LinkId, by: &Asker, name: String, id: PhotoId) {
        let Some(photo) = cx.table.get(id).map(|entry| entry.photo.clone()) else {
            return self.answer_not_found(cx, link, &name, Found::Nothing, false);
        };
        // All of them may come on one line, piece by piece.
        let bytes = photo.bytes;
        let time = |bytes: u64| Duration::from_secs(bytes / GET_MIN_RATE);
        let mut coming = bytes;
        for waiting in self.waiting.values_mut() {
            if let Waiting::Get { bytes: other, until, reading: None, .. } = waiting {
                coming = coming.saturating_add(*other);
                *until = *until + time(bytes);
            }
        }
        let until = cx.now() + GET + time(coming);
        let by = member(by);
        let is_here = cx.table.mine(id).is_some();
        let has_enough =
            !is_here && by.is_some_and(|member| self.gets_of(member) >= GETS_OF_MEMBER);
        let get = Waiting::Get { name, by, photo: id, bytes, until, reading: None };
        self.waiting.insert(link, get);
        if is_here {
            self.deliver(cx, link, photo, Source::Held(id));
        } else if has_enough {
            self.undelivered(cx, link, "you wait for too many others: try again later");
        } else if let Some(free) = cx.folder.too_full_for(coming) {
            let mega = |bytes: u64| bytes as f64 / 1e6;
            let why = format!(
                "it must pass through this daemon's disk, which has {:.1} MB free for {:.1} MB on their way: make room \
                 there, or ask another daemon",
                mega(free),
                mega(coming)
            );
            self.undelivered(cx, link, &why);
        } else {
            let wanted_by = fetcher(cx, link, by);
            cx.tell(News::Fetch { photo, wanted_by });
        }
    }

    /// For how many photos clients of another member wait. Those of this node's owner may be any number.
    fn gets_of(&self, member: MemberName) -> usize {
        let is_theirs = |waiting: &&Waiting| matches!(waiting, Waiting::Get { by: Some(by), .. } if *by == member);
        self.waiting.values().filter(is_theirs).count()
    }

    /// Has a photo read and sent to the client that waits for it.
    pub(in crate::node) fn deliver(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        photo: Arc<Photo>,
        source: Source,
    ) {
        let Some(Waiting::Get { name, reading, .. }) = self.waiting.get_mut(&link) else {
            return;
        };
        *reading = Some(source);
        let name = name.clone();
        let label = cx.name_of(photo.id);
        cx.client(ClientAction::AnswerPhoto { link, name, label, photo, source });
    }

    /// A photo is sent to a client, or could not be read.
    pub(in crate::node) fn photo_answered(
        &mut self,
        cx: &mut Context,
        link: LinkId,
        result: &Result<(), DiskError>,
    ) {
        let Some(Waiting::Get { photo, reading, by, .. }) = self.waiting.get_mut(&link) else {
            return;
        };
        let (photo, source) = (*photo, reading.take());
        let wanted_by = fetcher(cx, link, *by);
        let failure = match result {
            Ok(()) => {
                self.waiting.remove(&link);
                return cx.tell(News::ClientDone(link));
            }
            Err(error) => error.to_string(),
        };
        cx.tell(News::ClientDone(link));
        match (source, cx.table.get(photo).map(|entry| entry.photo.clone())) {
            (Some(source @ (Source::Held(_) | Source::Kept(_))), Some(photo)) => {
                if matches!(source, Source::Kept(_)) {
                    cx.tell(News::Spoiled(photo.id));
                }
                cx.tell(News::Fetch { photo, wanted_by });
            }
            _ => self.undelivered(cx, link, &failure),
        }
    }

    /// No node could deliver the photo that a client waits for.
    pub(in crate::node) fn undelivered(&mut self, cx: &mut Context, link: LinkId, why: &str) {
        if let Some(Waiting::Get { name, .. }) = self.waiting.get(&link) {
            let (image_name, reason) =
                (name.clone(), format!("the photo is in the collection, but {why}"));
            self.answer(
                cx,
                link,
                Answer::NotFound { image_name, candidates: Vec::new(), undelivered: true, reason },
            );
        }
    }
}

/// Who wants a photo: a client that is of this node's owner, and is none of their own, asks for another group.
fn fetcher(cx: &Context, link: LinkId, by: Option<MemberName>) -> Fetcher {
    match by == Some(cx.my_member()) {
        true => Fetcher::Stranger(link),
        false => Fetcher::Client(link),
    }
}

/// Which other member asks.
fn member(by: &Asker) -> Option<MemberName> {
    match by {
        Asker::Owner => None,
        Asker::Member(certificate) => Some(certificate.name()),
    }
}
