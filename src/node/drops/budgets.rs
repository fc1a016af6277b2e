//! How much this node reads to prove photos to each other member.
//!
//! To ask costs nothing, and to answer means to read a whole photo. So each member has a budget that fills up again with
//! time, however many nodes of theirs ask; who asks for more is told at once when it is worth to ask again.

use std::collections::BTreeMap;

use crate::node::Time;
use crate::node::limits::{PROOF_BYTES, PROOF_LEAST, PROOF_SPAN};
use crate::node::table::spread::Person;

/// A challenge that is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::node) struct Refused {
    /// Why, in words.
    pub(in crate::node) why: String,
    /// After how many seconds it is worth to ask again, if that is known.
    pub(in crate::node) wait: Option<u32>,
}

impl From<&str> for Refused {
    fn from(why: &str) -> Refused {
        Refused { why: why.to_owned(), wait: None }
    }
}

/// The bytes that were read for each member, as far as time has not made up for them.
#[derive(Debug, Default)]
pub(super) struct Budgets(BTreeMap<Person, (u64, Time)>);

impl Budgets {
    /// Reads so many bytes for somebody, unless that is more than its budget.
    pub(super) fn spend(&mut self, now: Time, asker: Person, bytes: u64) -> Result<(), Refused> {
        if !self.0.contains_key(&asker) {
            // Identities cost nothing: those whose budget is full again are as good as new ones.
            self.0.retain(|_, spent| left(*spent, now) > 0);
        }
        let spent = self.0.get(&asker).map_or(0, |spent| left(*spent, now));
        let wanted = spent + bytes.clamp(PROOF_LEAST, PROOF_BYTES);
        let Some(over) = wanted.checked_sub(PROOF_BYTES).filter(|over| *over > 0) else {
            self.0.insert(asker, (wanted, now));
            return Ok(());
        };
        let wait = over.saturating_mul(PROOF_SPAN.as_secs()).div_ceil(PROOF_BYTES);
        let why = format!("enough was read for one member: ask again in {wait} s");
        Err(Refused { why, wait: u32::try_from(wait).ok() })
    }
}

/// What is left of spent bytes by now.
fn left((bytes, at): (u64, Time), now: Time) -> u64 {
    let elapsed = now.since(at).min(PROOF_SPAN);
    let made_up = elapsed.as_millis() * u128::from(PROOF_BYTES) / PROOF_SPAN.as_millis();
    bytes.saturating_sub(u64::try_from(made_up).unwrap_or(u64::MAX))
}
