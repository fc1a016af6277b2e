//! What a folder's owner can choose.

use crate::protocol::MemberFile;

/// The settings of a folder's owner.
#[derive(Clone, Debug)]
pub struct Options {
    /// The member whose folder it is; without a group it is its node's own.
    pub member: Option<MemberFile>,
    /// Photos that are missing at the start were removed on purpose (`--accept-missing`).
    pub accept_missing: bool,
    /// How many days of running a photo stays in the trash (`--trash-days`).
    pub trash_days: u32,
    /// Within how many days of running every photo is read again (`--scrub-days`); 0 is never.
    pub scrub_days: u32,
    /// How much of the disk is to stay free of others' photos (`--reserve`).
    pub reserve: Reserve,
    /// The friend's own photos may move to other disks like any others (`--pool`): then they need not stay in the trash for
    /// as long.
    pub pools: bool,
}

/// How much of the disk is to stay free of others' photos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserve {
    /// So many hundredths of the disk.
    Percent(u8),
    /// So many bytes.
    Bytes(u64),
}

impl Default for Options {
    /// As a daemon is started without any option.
    fn default() -> Options {
        Options {
            member: None,
            accept_missing: false,
            trash_days: 30,
            scrub_days: 30,
            reserve: Reserve::Percent(5),
            pools: false,
        }
    }
}
