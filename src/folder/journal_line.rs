//! The lines of the index file.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::disk::Stamp;
use super::entry::Content;
use super::file_path::FilePath;
use super::layout;
use crate::photo::Photo;
use crate::protocol::{Facts, Looks};

/// A line of the index.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Line {
    /// The first line.
    Version(u32),
    /// A photo, in place of what was known of it before.
    Photo {
        photo: Arc<Photo>,
        facts: Facts,
        checked: u64,
        /// The results of comparing it with others.
        #[serde(default, skip_serializing_if = "Looks::is_empty")]
        looks: Looks,
    },
    /// A file, in place of what was known of its path before.
    File {
        #[serde(with = "layout::path_text")]
        path: FilePath,
        stamp: Stamp,
        content: Content,
    },
    /// This file is gone.
    Gone {
        #[serde(with = "layout::path_text")]
        path: FilePath,
    },
    /// How long daemons have run on this folder, in seconds.
    Running(u64),
}
