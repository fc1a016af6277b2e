//! A set of few things.

use std::borrow::Borrow;
use std::slice;

use serde::{Deserialize, Serialize};

/// A set of few things, in order: a list of the exact length.
///
/// Of a million photos each has a name or two and an owner. A `BTreeSet` makes room for eleven at once, which would be
/// most of the memory that a photo takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<T>", bound(deserialize = "T: Ord + Deserialize<'de>"))]
pub struct Few<T>(Box<[T]>);

impl<T> Few<T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first in order.
    pub fn first(&self) -> Option<&T> {
        self.0.first()
    }

    /// All, in order.
    pub fn iter(&self) -> slice::Iter<'_, T> {
        self.0.iter()
    }
}

impl<T: Ord> Few<T> {
    /// Whether it is among them.
    pub fn contains<Q: Ord + ?Sized>(&self, one: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.place(one).is_ok()
    }

    /// Adds one; whether it is new.
    pub fn insert(&mut self, one: T) -> bool {
        let Err(at) = self.place(&one) else {
            return false;
        };
        let mut all = std::mem::take(&mut self.0).into_vec();
        all.reserve_exact(1);
        all.insert(at, one);
        self.0 = all.into_boxed_slice();
        true
    }

    /// Takes one away; whether it was there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, one: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        let Ok(at) = self.place(one) else {
            return false;
        };
        let mut all = std::mem::take(&mut self.0).into_vec();
        all.remove(at);
        self.0 = all.into_boxed_slice();
        true
    }

    /// Keeps those for which this holds.
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        let mut all = std::mem::take(&mut self.0).into_vec();
        all.retain(keep);
        self.0 = all.into_boxed_slice();
    }

    /// All of this set, then what only the other one has.
    pub fn union<'a>(&'a self, other: &'a Few<T>) -> impl Iterator<Item = &'a T> {
        self.iter().chain(other.iter().filter(|one| !self.contains(*one)))
    }

    /// What only this set has.
    pub fn difference<'a>(&'a self, other: &'a Few<T>) -> impl Iterator<Item = &'a T> {
        self.iter().filter(|one| !other.contains(*one))
    }

    fn place<Q: Ord + ?Sized>(&self, one: &Q) -> Result<usize, usize>
    where
        T: Borrow<Q>,
    {
        self.0.binary_search_by(|other| other.borrow().cmp(one))
    }
}

impl<T> Default for Few<T> {
    fn default() -> Few<T> {
        Few(Box::default())
    }
}

impl<T: Ord> From<Vec<T>> for Few<T> {
    fn from(mut all: Vec<T>) -> Few<T> {
        all.sort_unstable();
        all.dedup();
        Few(all.into_boxed_slice())
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for Few<T> {
    fn from(all: [T; N]) -> Few<T> {
        Vec::from(all).into()
    }
}

impl<T: Ord> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(all: I) -> Few<T> {
        all.into_iter().collect::<Vec<T>>().into()
    }
}

impl<T: Ord> Extend<T> for Few<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, more: I) {
        let all = std::mem::take(&mut self.0).into_iter();
        *self = all.chain(more).collect();
    }
}

impl<'a, T: Ord + Copy + 'a> Extend<&'a T> for Few<T> {
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, more: I) {
        self.extend(more.into_iter().copied());
    }
}

impl<T> IntoIterator for Few<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_vec().into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Few<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
