//! A person says that pictures that look alike are different.
//!
//! This node says so in its records of those that it has, and it counts for every node that hears of it. A photo that
//! was retired for another one of them is shown again; its file comes back from this node's trash at once, and from
//! another trash like any photo that is shown and has too few copies.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Clients, Waiting};
use crate::node::context::Context;
use crate::node::limits::PUT;
use crate::node::table::entry::{Entry, are_distinct};
use crate::node::table::names::Found;
use crate::node::table::verdict::Verdict;
use crate::node::{DiskError, LinkId, Time};
use crate::photo::PhotoId;
use crate::protocol::client::{DistinctReport, MAX_DISTINCT, Refusal};
use crate::protocol::{Answer, Facts, Holding};

/// Photos that a client has called different, until everything that follows here is done.
#[derive(Debug)]
pub(in crate::node) struct TellingApart {
    photos: Vec<PhotoId>,
    /// Photos that were not shown before, and were not judged again yet.
    hidden: BTreeSet<PhotoId>,
    /// Photos on their way back from this node's trash.
    returning: BTreeSet<PhotoId>,
    until: Time,
}

impl Clients {
    /// A client says that all these are different pictures.
    pub(super) fn distinct(&mut self, cx: &mut Context, link: LinkId, names: &[String]) {
        let mut photos = Vec::new();
        if !(2..=MAX_DISTINCT).contains(&names.len()) {
            let error = format!("name 2 to {MAX_DISTINCT} pictures that are different");
            return self.refuse(cx, link, Refusal::Request, &error);
        }
        for name in names {
            match cx.table.find_exact(name) {
                Found::One(photo) if photos.contains(&photo) => {
                    let error = format!("{name} and an earlier name are the same photo");
                    return self.refuse(cx, link, Refusal::Request, &error);
                }
                Found::One(photo) => photos.push(photo),
                found @ (Found::Ambiguous(_) | Found::Nothing) => {
                    return self.answer_not_found(cx, link, name, found, true);
                }
            }
        }
        if let Err(error) = self.tell_apart(cx, &photos) {
            return self.refuse(cx, link, Refusal::Request, &error);
        }
        let hidden = |photo: &PhotoId| {
            let entry = cx.table.get(*photo);
            entry.is_some_and(|entry| !cx.table.is_shown(entry))
        };
        let told = TellingApart {
            hidden: photos.iter().copied().filter(hidden).collect(),
            photos,
            returning: BTreeSet::new(),
            until: cx.now() + PUT,
        };
        self.waiting.insert(link, Waiting::Distinct(told));
    }

    /// Records that no two of these are versions of each other, or returns why that is not possible.
    fn tell_apart(&mut self, cx: &mut Context, photos: &[PhotoId]) -> Result<(), String> {
        let mine = |photo: &PhotoId| cx.table.mine(*photo).is_some();
        let pairs = || {
            let numbered = photos.iter().enumerate();
            numbered.flat_map(|(at, one)| photos[..at].iter().map(move |other| (*one, *other)))
        };
        if let Some((one, other)) = pairs().find(|(one, other)| !mine(one) && !mine(other)) {
            return Err(self.where_to_tell_apart(cx, one, other));
        }
        let held: Vec<PhotoId> = photos.iter().copied().filter(mine).collect();
        for photo in held {
            let others = photos.iter().copied().filter(|other| *other != photo);
            let facts = Facts { distinct: others.collect(), ..Facts::default() };
            cx.table.learn(photo, &Arc::new(facts));
        }
        let recorded = |one: PhotoId, other: PhotoId| {
            let pair = cx.table.get(one).zip(cx.table.get(other));
            pair.is_some_and(|(one, other)| are_distinct(one, other))
        };
        match pairs().find(|(one, other)| !recorded(*one, *other)) {
            None => Ok(()),
            Some((one, other)) => Err(format!(
                "{} and {} cannot be told apart: one of them is recorded as different from {} pictures already, the maximum",
                cx.name_of(one),
                cx.name_of(other),
                Facts::MAX
            )),
        }
    }

    /// A text that names a node which can record that these are different.
    fn where_to_tell_apart(&self, cx: &Context, one: PhotoId, other: PhotoId) -> String {
        let (a, b) = (cx.name_of(one), cx.name_of(other));
        let holders = |photo| {
            let entry = cx.table.get(photo).into_iter();
            entry.flat_map(|entry| entry.on_disk().chain(entry.retired()))
        };
        let node = holders(one).chain(holders(other)).next();
        let address = node.and_then(|node| cx.mesh.peer(node));
        match (node, address) {
            (Some(node), Some(peer)) => format!(
                "this node has neither {a} nor {b}: ask one that has, such as {}, --daemon {}",
                cx.called(node),
                peer.address
            ),
            _ => format!("this node has neither {a} nor {b}: ask one that has"),
        }
    }

    /// Goes on with the photos that clients have told apart: once the collection is judged again, photos that are shown
    /// again come back from the trash, and then the client is answered.
    pub(super) fn tend_distinct(&mut self, cx: &mut Context) {
        let clients = self.clients_that(|waiting| matches!(waiting, Waiting::Distinct(_)));
        for link in clients {
            let is_judged = cx.table.is_judged();
            let Some(Waiting::Distinct(told)) = self.waiting.get_mut(&link) else {
                continue;
            };
            let late = told.until <= cx.now();
            if is_judged {
                let back: Vec<PhotoId> = std::mem::take(&mut told.hidden)
                    .into_iter()
                    .filter(|photo| {
                        let entry = cx.table.get(*photo);
                        entry.is_some_and(|entry| entry.verdict == Verdict::Keeper)
                            && cx.table.is_in_my_trash(*photo)
                    })
                    .collect();
                told.returning.extend(&back);
                for photo in back {
                    cx.restore(photo);
                }
            }
            let Some(Waiting::Distinct(told)) = self.waiting.get(&link) else {
                continue;
            };
            let done = told.hidden.is_empty() && told.returning.is_empty();
            if done || late {
                let photos = told.photos.clone();
                self.answer_distinct(cx, link, &photos);
            }
        }
    }

    /// A photo is back from the trash, or could not be restored: a client that has told it apart may wait for it.
    pub(super) fn distinct_returned(
        &mut self,
        cx: &mut Context,
        photo: PhotoId,
        result: &Result<Holding, DiskError>,
    ) {
        let mut failed = Vec::new();
        for (link, waiting) in &mut self.waiting {
            if let Waiting::Distinct(told) = waiting
                && told.returning.remove(&photo)
                && let Err(error) = result
            {
                failed.push((*link, error.to_string()));
            }
        }
        for (link, error) in failed {
            let name = cx.name_of(photo);
            let error = format!(
                "they count as different pictures, but {name} stays in the trash for now: {error}"
            );
            self.refuse(cx, link, Refusal::Disk, &error);
        }
    }

    fn answer_distinct(&mut self, cx: &mut Context, link: LinkId, photos: &[PhotoId]) {
        let entries = photos.iter().filter_map(|photo| cx.table.get(*photo));
        let photos = entries
            .map(|entry| DistinctReport {
                name: cx.name_of(entry.photo.id),
                id: entry.photo.id,
                shown: cx.table.is_shown(entry),
                state: self.place_of(cx, entry),
            })
            .collect();
        self.answer(cx, link, Answer::Distinct { photos });
    }

    /// A text that says where a photo is, or which photo is shown instead of it.
    fn place_of(&self, cx: &Context, entry: &Entry) -> String {
        if let Some(keeper) = cx.table.shown_instead(entry) {
            return format!(
                "not shown: {} is another version of it; if that is a different picture, too, say so as well",
                cx.table.label(keeper.photo.id)
            );
        }
        let live = entry.on_disk().count();
        if live > 0 {
            let nodes = if live == 1 { "node" } else { "nodes" };
            return format!("shown, on {live} {nodes}");
        }
        match entry.retired().next() {
            Some(node) => format!(
                "shown, and served from the trash of {}, which puts it back by itself",
                cx.called(node)
            ),
            None => "no node that is here has it any more".to_owned(),
        }
    }
}
