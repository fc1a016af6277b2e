//! Everything the group has said about its members, as far as one node has heard.

use serde::{Deserialize, Serialize};

use super::{Certificate, MEMBERS, Revocation};
use crate::protocol::bounds;

/// Certificates and removals, each of which proves itself. They only grow: of one name the highest serial of each
/// counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// Who is a member, one certificate for each.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "bounds::list::<_, _, MEMBERS>"
    )]
    pub certificates: Vec<Certificate>,
    /// Who was removed, one removal for each.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "bounds::list::<_, _, MEMBERS>"
    )]
    pub removals: Vec<Revocation>,
}

impl Roster {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty() && self.removals.is_empty()
    }
}
