//! What the parts of a node tell each other.
//!
//! A part calls only what lies below it: the table, the mesh, custody, the agenda. What concerns one beside it, it tells,
//! and [`Node::hand_on`](super::Node) alone knows who hears of it.

use std::sync::Arc;

use super::{DiskError, LinkId, Source};
use crate::photo::{Photo, PhotoId};
use crate::protocol::{Holding, NodeId};

/// One piece of news.
#[derive(Debug)]
pub(in crate::node) enum News {
    /// A node is here, and tells all that it has anew.
    Up(NodeId),
    /// The link to a node is gone, and with it all that was on its way.
    LinkLost(NodeId),
    /// A node has stayed away for longer than its grace.
    Gone(NodeId),
    /// Nodes came, went or completed their tables.
    MeshChanged,

    /// A photo lacks copies, and someone waits for them.
    Lacking(PhotoId),
    /// A photo's bytes are needed here.
    Fetch { photo: Arc<Photo>, wanted_by: Fetcher },
    /// They are needed no more.
    Unneeded(PhotoId),
    /// A client is gone, or has been answered: it needs none any more.
    ClientDone(LinkId),
    /// A photo's bytes are here, to be compared with others and checked proofs against. `photo` is what was found in them.
    Fetched { photo: Arc<Photo>, source: Source },
    /// Nobody could deliver a photo that was to be compared with others.
    NotFetched(PhotoId),
    /// A photo's bytes are here for a client.
    Deliver { link: LinkId, photo: Arc<Photo>, source: Source },
    /// Nobody could deliver what a client waits for.
    Undelivered { link: LinkId, why: String },

    /// A worse version is to be compared with a better one.
    Compare { worse: PhotoId, better: PhotoId },
    /// It has been, or could not be.
    Compared(PhotoId),

    /// The owner's file of a photo that he removes is to go to the trash.
    Withdraw(PhotoId),
    /// A person wants a photo in the trash deleted.
    Purge(PhotoId),
    /// A photo's files are in the trash now.
    InTrash(PhotoId),
    /// The disk could not put away a photo that its owner removes.
    NotInTrash { photo: PhotoId, error: DiskError },
    /// A photo is back from the trash, or not.
    Returned { photo: PhotoId, result: Result<Holding, DiskError> },
    /// No good file of a photo is left in the folder.
    Lost(PhotoId),

    /// A client wants photos removed that its owner may remove.
    Remove { link: LinkId, photos: Vec<PhotoId> },
}

/// Who needs a photo's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::node) enum Fetcher {
    /// A client.
    Client(LinkId),
    /// A look at both versions, or a check of proofs.
    Comparison,
}
