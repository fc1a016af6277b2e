//! A challenge that is refused.

use crate::node::budgets::Spent;

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

impl From<Spent> for Refused {
    fn from(spent: Spent) -> Refused {
        Refused { why: spent.in_words(), wait: u32::try_from(spent.wait).ok() }
    }
}
