//! The commands about the group of friends and their nodes, and the option that says who one is.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueHint};

use photomesh::client::{self, Failure};
use photomesh::protocol::{MemberFile, MemberName};

use super::Asked;

/// Which member of the group this is.
#[derive(Args)]
pub(crate) struct Member {
    /// The file that the founder of the group has made for you: the same for all your daemons and clients
    #[arg(long = "member", value_name = "FILE", env = "PHOTOMESH_MEMBER", value_hint = ValueHint::FilePath)]
    path: Option<PathBuf>,
}

impl Member {
    /// The file, if one is named.
    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    pub(crate) fn read(&self) -> Result<Option<MemberFile>, Failure> {
        self.path.as_deref().map(client::read_member).transpose()
    }
}

/// Give up a node that will not come back, such as a computer that is broken or sold
///
/// The asked daemon waits for it no longer: photos that it has and that node had get new copies at once. Other daemons
/// wait as before, until their owners tell them the same. What the node's owner owns or has removed stays so. If the
/// node comes again after all, it is back with all that it has.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh forget ben/laptop
  photomesh forget 09ab12               by the first digits of its id")]
pub(crate) struct ForgetArgs {
    /// What `status` or `members` calls the node, or the first digits of its id
    #[arg(value_name = "NODE|ID")]
    pub(crate) node: String,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// Hand over all that the asked daemon has to the others, and have it leave for good
///
/// From now on nobody counts on its copies, and it takes none; what it has is copied to the nodes that stay, as far as they
/// have room, and then it stops by itself. Its folder stays as it is, copies of others' photos included, until you delete
/// it. If the daemon is stopped meanwhile, it goes on when it is started again. Waits until all is handed over; Ctrl-C ends
/// the waiting only.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh drain                       this computer leaves the mesh
  photomesh drain --cancel              not after all")]
pub(crate) struct DrainArgs {
    /// Stay after all
    #[arg(long)]
    pub(crate) cancel: bool,
    #[command(flatten)]
    pub(crate) asked: Asked,
}

/// Make a group of friends, invite and remove members
///
/// One friend, the founder, makes the group once and a file for each member. Every daemon and client is then started
/// with its owner's file (--member, or PHOTOMESH_MEMBER): links between computers are encrypted, who has no such file
/// gets nothing, members read each other's photos, and each commands their own computers only.
#[derive(Subcommand)]
#[command(after_help = "\
Examples:
  photomesh group new friends.group
  photomesh group invite friends.group ana > ana.member   the founder's own
  photomesh group invite friends.group ben > ben.member   bring it to ben
  photomesh daemon ~/Pictures --member ben.member --host 0.0.0.0")]
pub(crate) enum GroupCommand {
    /// Make a group: its founder's file, which decides who is a member
    New {
        /// The file to make. Keep it off the network, and keep a copy
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Make the file of a member, on standard output; who has lost theirs is invited again
    Invite {
        /// The group's file
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// The member: 1 to 32 letters, digits, `-`, `_` or `.`
        name: MemberName,
    },
    /// Say that somebody is a member no longer, on standard output: see `tell`
    Remove {
        /// The group's file
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// The member
        name: MemberName,
    },
    /// Bring a removal to a daemon, which tells all others
    Tell {
        /// What `remove` has written
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        #[command(flatten)]
        asked: Asked,
    },
    /// Tell what a file is: a group's, a member's or a removal
    Show {
        /// The file
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
}
