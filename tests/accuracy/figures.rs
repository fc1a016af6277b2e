//! Counts, and how sure one can be of them.

use photomesh::photo::Relation;

use crate::looks::Looks;

/// What both looks have called so many pairs.
#[derive(Clone, Default)]
pub(crate) struct Count {
    pub(crate) pairs: u64,
    first_same: u64,
    first_variant: u64,
    pub(crate) same: u64,
    pub(crate) variant: u64,
}

impl Count {
    pub(crate) fn add(&mut self, looks: Looks) {
        let is = |relation: Relation, wanted: Relation| u64::from(relation == wanted);
        self.pairs += 1;
        self.first_same += is(looks.first, Relation::Same);
        self.first_variant += is(looks.first, Relation::Variant);
        self.same += is(looks.both, Relation::Same);
        self.variant += is(looks.both, Relation::Variant);
    }

    pub(crate) fn join(&mut self, other: &Count) {
        self.pairs += other.pairs;
        self.first_same += other.first_same;
        self.first_variant += other.first_variant;
        self.same += other.same;
        self.variant += other.variant;
    }

    /// The pairs that both looks together call the same or variants.
    pub(crate) fn found(&self) -> u64 {
        self.same + self.variant
    }

    /// The five columns of a table: pairs; same and variant by the first look; same and variant after the second.
    pub(crate) fn columns(&self) -> String {
        format!(
            "{:>8} {:>8} {:>8} {:>8} {:>8}",
            self.pairs, self.first_same, self.first_variant, self.same, self.variant
        )
    }
}

/// The heads of [`Count::columns`].
pub(crate) const HEADS: &str = "   pairs   same 1   vari 1   same 2   vari 2";

/// A share in per cent with its interval of 95 % (Wilson 1927).
pub(crate) fn share(hits: u64, of: u64) -> String {
    if of == 0 {
        return "-".to_owned();
    }
    let (low, high) = wilson(hits, of);
    let part = hits as f64 / of as f64;
    format!("{:6.2} % ({:.2}-{:.2})", 100.0 * part, 100.0 * low, 100.0 * high)
}

/// Between which shares the true one lies, with 95 % confidence.
fn wilson(hits: u64, of: u64) -> (f64, f64) {
    const Z: f64 = 1.959_964;
    let (hits, of) = (hits as f64, of as f64);
    let part = hits / of;
    let middle = part + Z * Z / (2.0 * of);
    let reach = Z * (part * (1.0 - part) / of + Z * Z / (4.0 * of * of)).sqrt();
    let whole = 1.0 + Z * Z / of;
    (((middle - reach) / whole).max(0.0), ((middle + reach) / whole).min(1.0))
}
