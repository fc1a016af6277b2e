//! On how many nodes a photo is, and why not on more, for people.

use super::View;
use crate::node::table::entry::Entry;
use crate::protocol::client::RiskReport;

impl View<'_> {
    pub(super) fn risk(&self, entry: &Entry, copies: usize) -> RiskReport {
        RiskReport {
            name: self.cx.table.label(entry.photo.id),
            id: entry.photo.id,
            copies: u32::try_from(copies).unwrap_or(u32::MAX),
            reason: self.why_not_more(entry),
        }
    }

    /// A photo's copies, as a text for people.
    pub(super) fn state_of(&self, entry: &Entry) -> String {
        let (copies, wanted) = (entry.live().count(), self.cx.copies());
        let copies = match copies {
            _ if copies < wanted => {
                format!("on {copies} of {wanted} nodes: {}", self.why_not_more(entry))
            }
            _ if copies > wanted => {
                format!("on {copies} nodes, {wanted} are enough: the others give theirs up")
            }
            _ => format!("on {copies} of {wanted} nodes"),
        };
        let others = self.cx.table.refused(entry).into_iter().map(|(other, by_me)| {
            let who = if by_me { "this node" } else { "another node" };
            let name = self.cx.name_of(other);
            format!("; {name} looks alike, but {who} has compared the pixels: different")
        });
        copies + &others.collect::<String>()
    }
}
