//! The path of a file as a key.

use std::borrow::Borrow;
use std::ffi::OsStr;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The path of a file relative to the folder, as a key. Its copies share one text.
///
/// It is ordered and compared byte by byte; a [`Path`] is taken apart for every comparison. That comes to the same,
/// since every path here has one spelling: the folder makes none with `//` or `/./`, and
/// [reads](super::layout::path_text) none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FilePath(Arc<OsStr>);

impl From<&Path> for FilePath {
    fn from(path: &Path) -> FilePath {
        FilePath(path.as_os_str().into())
    }
}

impl From<PathBuf> for FilePath {
    fn from(path: PathBuf) -> FilePath {
        FilePath(path.into_os_string().into())
    }
}

impl Deref for FilePath {
    type Target = Path;

    fn deref(&self) -> &Path {
        Path::new(&self.0)
    }
}

/// Looking for a plain path needs no copy of it.
impl Borrow<OsStr> for FilePath {
    fn borrow(&self) -> &OsStr {
        &self.0
    }
}
