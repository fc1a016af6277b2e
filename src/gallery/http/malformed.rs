//! Bytes that are no request.

/// Why a head is refused. Whoever is at the other end, the connection is of no more use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The HTTP status.
    pub status: u16,
    /// In words.
    pub words: &'static str,
}

impl Malformed {
    pub(super) fn new(status: u16, words: &'static str) -> Malformed {
        Malformed { status, words }
    }
}
