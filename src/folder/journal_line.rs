//! The lines of the index file.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::disk::Stamp;
use super::entry::Content;
use super::layout;
use crate::photo::Photo;
use crate::protocol::{Facts, Looks};

/// A line of the index.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Line {
    /// The first line.
    Version(u32),
    /// All that is known of a photo, in place of what was known before.
    Photo {
        photo: Arc<Photo>,
        facts: Facts,
        checked: u64,
        /// What was found by comparing it with others.
        #[serde(default, skip_serializing_if = "Looks::is_empty")]
        looks: Looks,
    },
    /// A file, in place of what was known of that path before.
    File {
        #[serde(with = "layout::path_text")]
        path: PathBuf,
        stamp: Stamp,
        content: Content,
    },
    /// There is no such file any more.
    Gone {
        #[serde(with = "layout::path_text")]
        path: PathBuf,
    },
    /// For how long daemons have run on this folder, in seconds.
    Running(u64),
}
