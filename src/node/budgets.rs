//! How much this node reads for each person who asks it to.
//!
//! To ask costs nothing, and to answer means to read a whole photo, or to draw one. So each person has a budget that
//! fills up again with time, however many nodes of theirs ask; who asks for more is told at once when it is worth to ask
//! again.

use std::collections::BTreeMap;

use super::Time;
use super::limits::{READ_LEAST, READ_SPAN};
use super::table::spread::Person;

/// The bytes that were read for each person, as far as time has not made up for them.
#[derive(Debug)]
pub(in crate::node) struct Budgets {
    /// How many may be read for each within [`READ_SPAN`].
    most: u64,
    spent: BTreeMap<Person, (u64, Time)>,
}

/// A budget is spent: after how many seconds it is worth to ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::node) struct Spent {
    pub(in crate::node) wait: u64,
}

impl Budgets {
    pub(in crate::node) fn new(most: u64) -> Budgets {
        Budgets { most, spent: BTreeMap::new() }
    }

    /// Reads so many bytes for somebody, unless that is more than its budget.
    pub(in crate::node) fn spend(
        &mut self,
        now: Time,
        asker: Person,
        bytes: u64,
    ) -> Result<(), Spent> {
        let most = self.most;
        if !self.spent.contains_key(&asker) {
            // Identities cost nothing: those whose budget is full again are as good as new ones.
            self.spent.retain(|_, spent| left(*spent, now, most) > 0);
        }
        let spent = self.spent.get(&asker).map_or(0, |spent| left(*spent, now, most));
        let wanted = spent + bytes.clamp(READ_LEAST, most);
        let Some(over) = wanted.checked_sub(most).filter(|over| *over > 0) else {
            self.spent.insert(asker, (wanted, now));
            return Ok(());
        };
        Err(Spent { wait: over.saturating_mul(READ_SPAN.as_secs()).div_ceil(most) })
    }
}

/// What is left of spent bytes by now.
fn left((bytes, at): (u64, Time), now: Time, most: u64) -> u64 {
    let elapsed = now.since(at).min(READ_SPAN);
    let made_up = elapsed.as_millis() * u128::from(most) / READ_SPAN.as_millis();
    bytes.saturating_sub(u64::try_from(made_up).unwrap_or(u64::MAX))
}

impl Spent {
    /// The same in words.
    pub(in crate::node) fn in_words(self) -> String {
        format!("enough was read for one member: ask again in {} s", self.wait)
    }
}
