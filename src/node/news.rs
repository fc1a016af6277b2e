//! What the parts of a node tell each other.
//!
//! A part calls only the layers below it: the table, the mesh, custody, the agenda. Anything that concerns a part
//! beside it, it tells, and [`Node::hand_on`](super::Node) alone knows the receivers.

use std::sync::Arc;

use super::{DiskError, LinkId, Source};
use crate::photo::{Photo, PhotoId, PreviewSize};
use crate::protocol::client::DrainOrder;
use crate::protocol::{Holding, MemberName, NodeId};

/// One piece of news.
#[derive(Debug)]
pub(in crate::node) enum News {
    /// A node is here, of this member, and tells all its photos from the start.
    Up { node: NodeId, member: Option<MemberName> },
    /// The link to a node is gone, with everything that was on its way.
    LinkLost(NodeId),
    /// A node has stayed away for longer than its grace, or is forgotten.
    Gone(NodeId),
    /// This node's owner wants all that it has handed over, or no longer, or to know how far that has come.
    Drain { link: LinkId, order: DrainOrder },
    /// A node hands over all that it has, and nobody counts on its copies; or they count again.
    Draining { node: NodeId, draining: bool },
    /// Nodes came, went or completed their tables.
    MeshChanged,
    /// The group has invited or removed somebody.
    MembersChanged,

    /// A photo lacks copies, and a client waits for them.
    Lacking(PhotoId),
    /// A photo's bytes are needed here.
    Fetch { photo: Arc<Photo>, wanted_by: Fetcher },
    /// They are no longer needed.
    Unneeded(PhotoId),
    /// A client is gone, or has been answered: it needs no bytes any more.
    ClientDone(LinkId),
    /// The bytes of a photo that is kept here for clients could not be read, or are not that photo.
    Spoiled(PhotoId),
    /// A photo's bytes are here, for comparisons and for checking proofs. `photo` is what they were found to be.
    Fetched { photo: Arc<Photo>, source: Source },
    /// Nobody could deliver a photo that was needed for a comparison.
    NotFetched(PhotoId),
    /// A photo's bytes are here for a client.
    Deliver { link: LinkId, photo: Arc<Photo>, source: Source },
    /// Nobody could deliver the photo that a client waits for.
    Undelivered { link: LinkId, why: String },

    /// A client of this other member, or else of the owner, wants to see what a photo looks like.
    Show { link: LinkId, by: Option<MemberName>, photo: PhotoId, size: PreviewSize },

    /// A worse version is to be compared with a better one.
    Compare { worse: PhotoId, better: PhotoId },
    /// It was compared, or could not be.
    Compared(PhotoId),
    /// A person has put a worse version of a photo that this node has: it goes to the trash.
    PutAway { worse: PhotoId, better: PhotoId },

    /// This node's owner removes a photo: its file is to go to the trash.
    Withdraw(PhotoId),
    /// A person wants a photo in the trash deleted now.
    Purge(PhotoId),
    /// The files of a photo that an owner has removed are in the trash now.
    InTrash(PhotoId),
    /// The disk could not move a photo that its owner removes to the trash.
    NotInTrash { photo: PhotoId, error: DiskError },
    /// A photo is back from the trash, or could not be restored.
    Returned { photo: PhotoId, result: Result<Holding, DiskError>, file: Option<String> },
    /// No good file of a photo is left in the folder.
    Lost(PhotoId),

    /// A client wants photos removed, and this node's owner may remove them.
    Remove { link: LinkId, photos: Vec<PhotoId> },
}

/// What a photo's bytes are needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::node) enum Fetcher {
    /// A client.
    Client(LinkId),
    /// A client that asks for another group: nobody here waits for it.
    Stranger(LinkId),
    /// A comparison of two versions, or a check of proofs.
    Comparison,
}
