//! What a client's writer is given to answer with.

use std::fs::File;
use std::sync::Arc;

use crate::folder::SpoolReader;
use crate::node::DiskError;
use crate::photo::Photo;
use crate::protocol::Answer;

/// A file to read from its beginning and its length in bytes, or why there is none.
pub(in crate::daemon) type Opened = Result<(File, u64), DiskError>;

/// An answer on its way to the client's writer.
pub(in crate::daemon) enum Reply {
    /// A whole answer.
    Answer(Answer),
    /// An answer with a photo's bytes.
    Photo(Delivery),
}

/// A photo to be sent.
pub(in crate::daemon) struct Delivery {
    /// The name that was asked for.
    pub(in crate::daemon) name: String,
    /// The photo's label.
    pub(in crate::daemon) label: String,
    /// What the bytes must be.
    pub(in crate::daemon) photo: Arc<Photo>,
    /// Where they are.
    pub(in crate::daemon) bytes: PhotoBytes,
}

/// The bytes of a photo that a client is sent, or why there are none.
pub(in crate::daemon) enum PhotoBytes {
    /// In the folder, which must know if they are damaged.
    Held(Opened),
    /// In a spool file that is whole.
    Kept(Opened),
    /// In a spool file, into which they may still be coming.
    Spooled(Result<SpoolReader, DiskError>),
}
