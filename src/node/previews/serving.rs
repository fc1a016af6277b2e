//! What other nodes ask this one to show.
//!
//! For each person a few pictures at a time are being drawn or sent, and the next one is begun when one is sent. So who
//! reads slowly, or asks for more than they can take, makes this node hold little for them, however many nodes they run.
//! A picture for a whole screen costs a reading of its photo each time, for which each person has a
//! [budget](crate::node::budgets); one for a grid is drawn once, and kept.

use std::collections::{BTreeMap, VecDeque};

use super::{Key, is_opaque, is_removed};
use crate::node::budgets::Budgets;
use crate::node::context::Context;
use crate::node::limits::{PREVIEWS_AT_WORK, PREVIEWS_OF_NODE};
use crate::node::table::spread::Person;
use crate::node::{DiskError, LinkAction, LinkId};
use crate::photo::PreviewSize;
use crate::protocol::message::AskId;
use crate::protocol::{Blob, Message, NodeId};

/// The questions of other nodes.
#[derive(Debug, Default)]
pub(super) struct Serving {
    lines: BTreeMap<Person, Line>,
    /// Who waits for a picture that the disk looks for.
    looking: BTreeMap<Key, Vec<Asker>>,
}

/// The questions of one person's nodes.
#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<(NodeId, AskId, Key)>,
    /// How many pictures the disk is looking for. That goes on when the link is gone, and so this stays.
    looked_for: usize,
    /// How many are being sent to each node.
    sent: BTreeMap<NodeId, usize>,
}

#[derive(Debug)]
struct Asker {
    person: Person,
    /// The node and its question, unless its link is gone.
    question: Option<(NodeId, AskId)>,
}

impl Serving {
    /// A node asks. Returns what the disk is to look for now.
    pub(super) fn asked(
        &mut self,
        cx: &mut Context,
        budgets: &mut Budgets,
        link: LinkId,
        (ask, key): (AskId, Key),
    ) -> Vec<Key> {
        let Some(node) = cx.mesh.node_at(link) else {
            return Vec::new();
        };
        let person = cx.table.voice(cx.me(), node);
        let in_line = self.lines.get(&person).map_or(0, Line::len);
        let no = |undrawable, later, reason| Message::NoPreview { ask, undrawable, later, reason };
        let refusal = match cx.table.get(key.0).filter(|_| cx.table.mine(key.0).is_some()) {
            None => no(false, false, "not held here".to_owned()),
            Some(_) if is_removed(cx, key.0) => no(false, false, REMOVED.to_owned()),
            Some(_) if is_opaque(cx, key.0) => no(true, false, DiskError::NotAPicture.to_string()),
            Some(_) if in_line >= PREVIEWS_OF_NODE => {
                no(false, true, "too much was asked for at a time".to_owned())
            }
            Some(entry) => match spend(cx, budgets, person, (key.1, entry.photo.bytes)) {
                Err(why) => no(false, true, why),
                Ok(()) => {
                    let line = self.lines.entry(person).or_default();
                    line.waiting.push_back((node, ask, key));
                    return self.go_on(person);
                }
            },
        };
        cx.send(link, refusal);
        Vec::new()
    }

    /// The disk has found a picture, or has not: whoever asked for it hears that. Returns what it is to look for now.
    pub(super) fn found(
        &mut self,
        cx: &mut Context,
        key: Key,
        result: &Result<Blob, DiskError>,
    ) -> Vec<Key> {
        let mut next = Vec::new();
        for Asker { person, question } in self.looking.remove(&key).unwrap_or_default() {
            let line = self.lines.entry(person).or_default();
            line.looked_for = line.looked_for.saturating_sub(1);
            if let Some((node, ask)) = question {
                let removed = is_removed(cx, key.0);
                match (cx.mesh.link_to(node), result) {
                    (Some(link), Ok(image)) if !removed => {
                        *line.sent.entry(node).or_default() += 1;
                        cx.link(LinkAction::SendPreview { link, ask, image: image.clone() });
                    }
                    (_, result) => {
                        let error = result.as_ref().err().filter(|_| !removed);
                        let undrawable = error == Some(&DiskError::NotAPicture);
                        let reason = error.map_or(REMOVED.to_owned(), DiskError::to_string);
                        let no = Message::NoPreview { ask, undrawable, later: false, reason };
                        cx.send_to(node, no);
                    }
                }
            }
            next.extend(self.go_on(person));
        }
        next
    }

    /// A node has been sent a picture. Returns what the disk is to look for now.
    pub(super) fn sent(&mut self, node: NodeId) -> Vec<Key> {
        let mut lines = self.lines.iter_mut();
        let line = lines.find(|(_, line)| line.sent.contains_key(&node));
        let Some((person, line)) = line else {
            return Vec::new();
        };
        let person = *person;
        if let Some(sent) = line.sent.get_mut(&node) {
            *sent -= 1;
            if *sent == 0 {
                line.sent.remove(&node);
            }
        }
        self.go_on(person)
    }

    fn go_on(&mut self, person: Person) -> Vec<Key> {
        let mut next = Vec::new();
        let Some(line) = self.lines.get_mut(&person) else {
            return next;
        };
        while line.at_work() < PREVIEWS_AT_WORK
            && let Some((node, ask, key)) = line.waiting.pop_front()
        {
            line.looked_for += 1;
            if !self.looking.contains_key(&key) {
                next.push(key);
            }
            let asker = Asker { person, question: Some((node, ask)) };
            self.looking.entry(key).or_default().push(asker);
        }
        if line.len() == 0 {
            self.lines.remove(&person);
        }
        next
    }

    /// A node's link is gone, and nothing more can be sent to it. Returns what the disk is to look for now.
    pub(super) fn forget(&mut self, node: NodeId) -> Vec<Key> {
        for asker in self.looking.values_mut().flatten() {
            asker.question = asker.question.filter(|(asker, _)| *asker != node);
        }
        for line in self.lines.values_mut() {
            line.waiting.retain(|(asker, _, _)| *asker != node);
            line.sent.remove(&node);
        }
        let persons: Vec<Person> = self.lines.keys().copied().collect();
        persons.into_iter().flat_map(|person| self.go_on(person)).collect()
    }
}

impl Line {
    fn at_work(&self) -> usize {
        self.looked_for + self.sent.values().sum::<usize>()
    }

    fn len(&self) -> usize {
        self.waiting.len() + self.at_work()
    }
}

/// Why a photo is not shown to others that its owner has removed.
const REMOVED: &str = "its owner has removed it";

/// Counts that a photo is drawn for somebody; why it is not, if too much was drawn for them.
pub(super) fn spend(
    cx: &Context,
    budgets: &mut Budgets,
    person: Person,
    (size, bytes): (PreviewSize, u64),
) -> Result<(), String> {
    match size {
        PreviewSize::Grid => Ok(()),
        PreviewSize::View => {
            budgets.spend(cx.now(), person, bytes).map_err(|spent| spent.in_words())
        }
    }
}
