//! The secret that a group of friends shares.

use std::fmt;
use std::str::FromStr;

use crate::photo::PhotoId;

/// 32 random bytes. Who has them is a friend: every daemon and client of a group proves at the start of each connection
/// that it knows them, and neither tells them.
///
/// As text it is one line, `photomesh-key-` with 64 hex digits and 8 more that tell a mistyped one from a real one.
#[derive(Clone, PartialEq, Eq)]
pub struct GroupKey([u8; 32]);

const PREFIX: &str = "photomesh-key-";

impl GroupKey {
    /// A key of these bytes, which must be random.
    pub fn new(bytes: [u8; 32]) -> GroupKey {
        GroupKey(bytes)
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The one line that is kept in a file. Deliberately no `Display`: a secret is not to be printed by accident.
    pub fn to_text(&self) -> String {
        format!("{PREFIX}{}-{}", PhotoId(self.0), self.check_digits())
    }

    fn check_digits(&self) -> String {
        let digest = blake3::derive_key("photomesh 2026 group key check digits", &self.0);
        PhotoId(digest).to_string()[..8].to_owned()
    }
}

impl FromStr for GroupKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<GroupKey, &'static str> {
        let body =
            text.trim().strip_prefix(PREFIX).ok_or("it does not begin with `photomesh-key-`")?;
        let (digits, check) = body.split_once('-').ok_or("its end is missing")?;
        // A secret has the shape of a digest: 32 bytes as hex.
        let PhotoId(bytes) = digits.parse().map_err(|_| "it has not 64 hex digits")?;
        let key = GroupKey(bytes);
        if check == key.check_digits() {
            Ok(key)
        } else {
            Err("its check digits are wrong: something in it was changed")
        }
    }
}

impl fmt::Debug for GroupKey {
    /// Shows nothing of the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GroupKey(..)")
    }
}
