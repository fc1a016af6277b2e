//! Who belongs to the group, as far as this node has heard.
//!
//! # What it promises
//!
//! Only what the group has signed counts, whoever passes it on. What is known only grows: a certificate is replaced by
//! a later one of the same name, and a removal voids all up to its serial, even certificates that come afterwards. So
//! nodes that hear the same, in whatever order, agree on who is a member (a state-based CRDT, in the terms of Shapiro
//! et al. 2011).
//!
//! # What is left out
//!
//! There is no list of members that somebody publishes: whoever comes shows their certificate, and is told on with it.
//! So a node knows members that it, or a node that it has met, has met.

use std::collections::BTreeMap;

use super::Config;
use super::table::persons::Certified;
use crate::protocol::group::{MEMBERS, Revocation, Roster};
use crate::protocol::{Certificate, GroupId, MemberName, Membership, NodeId};

/// What this node knows of its group.
#[derive(Debug, Default)]
pub(in crate::node) struct Members {
    /// None without a group: then each node is a member of its own.
    group: Option<GroupId>,
    certificates: BTreeMap<MemberName, Certificate>,
    removals: BTreeMap<MemberName, Revocation>,
}

impl Members {
    /// What is remembered from earlier lives, and this node's own membership.
    pub(in crate::node) fn new(config: &Config) -> Members {
        let own = config.membership.as_ref();
        let mut members = Members { group: own.map(Membership::group), ..Members::default() };
        members.hear(&config.roster);
        if let Some(own) = own {
            members.learn(own.certificate());
        }
        members
    }

    /// Takes what another node has heard; returns whether anything was new.
    pub(in crate::node) fn hear(&mut self, roster: &Roster) -> bool {
        let mut is_new = false;
        for removal in &roster.removals {
            is_new |= self.remove(removal);
        }
        for certificate in &roster.certificates {
            is_new |= self.learn(certificate);
        }
        is_new
    }

    /// Takes a certificate; returns whether it counts and is new.
    pub(in crate::node) fn learn(&mut self, certificate: &Certificate) -> bool {
        let name = certificate.name();
        let known = self.certificates.get(&name);
        let counts = self.group == Some(certificate.group())
            && known.is_none_or(|known| certificate.is_later_than(known))
            && (known.is_some() || self.certificates.len() < MEMBERS)
            && !self.is_void(certificate);
        if counts {
            self.certificates.insert(name, certificate.clone());
        }
        counts
    }

    /// Takes a removal; returns whether it counts and is new.
    pub(in crate::node) fn remove(&mut self, removal: &Revocation) -> bool {
        let name = removal.name();
        let known = self.removals.get(&name);
        let counts = self.group == Some(removal.group())
            && known.is_none_or(|known| known.serial() < removal.serial())
            && (known.is_some() || self.removals.len() < MEMBERS);
        if counts {
            self.removals.insert(name, removal.clone());
            self.certificates.retain(|_, certificate| !removal.voids(certificate));
        }
        counts
    }

    fn is_void(&self, certificate: &Certificate) -> bool {
        let removal = self.removals.get(&certificate.name());
        removal.is_some_and(|removal| removal.voids(certificate))
    }

    /// Whether a name is that of a member.
    pub(in crate::node) fn is_member(&self, name: MemberName) -> bool {
        self.certificates.contains_key(&name)
    }

    /// Whether this certificate is the one of its name that counts now.
    pub(in crate::node) fn counts(&self, certificate: &Certificate) -> bool {
        self.certificates.get(&certificate.name()) == Some(certificate)
    }

    /// Whether a node that registers with this membership may come in.
    ///
    /// # Errors
    ///
    /// In words for its owner.
    pub(in crate::node) fn admit(
        &self,
        node: NodeId,
        membership: Option<&Membership>,
    ) -> Result<(), String> {
        let (group, membership) = match (self.group, membership) {
            (None, None) => return Ok(()),
            (Some(_), None) => {
                return Err("this mesh belongs to a group: start with --member FILE".to_owned());
            }
            (None, Some(_)) => {
                return Err("this mesh belongs to no group: start without --member".to_owned());
            }
            (Some(group), Some(membership)) => (group, membership),
        };
        let certificate = membership.certificate();
        let name = membership.name();
        if membership.group() != group {
            return Err(format!(
                "this mesh belongs to group {}, not to {}: start with the member file of this one",
                group.short(),
                membership.group().short()
            ));
        }
        if membership.node() != node {
            return Err(format!("the membership is that of node {}", membership.node()));
        }
        self.admit_certificate(certificate)?;
        if !self.is_member(name) && self.certificates.len() >= MEMBERS {
            return Err(format!("the group has {MEMBERS} members already"));
        }
        Ok(())
    }

    /// Whether a certificate of this group is not voided or replaced.
    ///
    /// # Errors
    ///
    /// In words for its owner.
    pub(in crate::node) fn admit_certificate(
        &self,
        certificate: &Certificate,
    ) -> Result<(), String> {
        let name = certificate.name();
        let known = self.certificates.get(&name);
        if self.is_void(certificate) {
            Err(format!("{name} was removed from the group"))
        } else if known.is_some_and(|known| known.is_later_than(certificate)) {
            Err(format!("there is a newer member file for {name}: start with that"))
        } else {
            Ok(())
        }
    }

    /// All members that are known.
    pub(in crate::node) fn names(&self) -> impl Iterator<Item = MemberName> + '_ {
        self.certificates.keys().copied()
    }

    /// All that were removed and are not members again.
    pub(in crate::node) fn removed(&self) -> impl Iterator<Item = MemberName> + '_ {
        self.removals.keys().copied().filter(|name| !self.is_member(*name))
    }

    /// All that is known, to be passed on and remembered.
    pub(in crate::node) fn roster(&self) -> Roster {
        Roster {
            certificates: self.certificates.values().cloned().collect(),
            removals: self.removals.values().cloned().collect(),
        }
    }

    /// Who counts as a member, for the table; none without a group.
    pub(in crate::node) fn certified(&self) -> Option<Certified> {
        let void = self.removals.iter().map(|(name, removal)| (*name, removal.serial()));
        Some(Certified {
            group: self.group?,
            members: self.certificates.clone(),
            void: void.collect(),
        })
    }
}
