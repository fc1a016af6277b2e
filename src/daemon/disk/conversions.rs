//! What the folder and its files tell, as the node hears it.

use std::io;

use crate::folder::{Change, StoreError, is_full};
use crate::node::{DiskError, DiskEvent};
use crate::photo::InspectError;
use crate::protocol::in_words;

impl From<Change> for DiskEvent {
    fn from(change: Change) -> DiskEvent {
        match change {
            Change::Held { photo, facts, holding, files } => {
                DiskEvent::Held { photo, facts, holding, files }
            }
            Change::Added { photo } => DiskEvent::Added { photo },
            Change::Recalled { photo, looks } => DiskEvent::Recalled { photo, looks },
            Change::Missing { photo } => DiskEvent::Missing { photo },
            Change::Damaged { photo, file } => DiskEvent::Damaged { photo, file },
            Change::Scanned { skipped } => DiskEvent::Scanned { skipped },
            Change::Companions { photo, files } => DiskEvent::Companions { photo, files },
            Change::Unread { photos } => DiskEvent::Unread { photos },
            Change::Expired { photo } => DiskEvent::Expired { photo },
            Change::Lost { reason } => DiskEvent::FolderLost { reason },
        }
    }
}

impl From<StoreError> for DiskError {
    fn from(error: StoreError) -> DiskError {
        match error {
            StoreError::Gone => DiskError::Gone,
            StoreError::Damaged => DiskError::Damaged,
            StoreError::Full => DiskError::Full,
            StoreError::TooLate => DiskError::TooLate,
            StoreError::Io(text) => DiskError::Other(in_words(&text)),
        }
    }
}

impl From<InspectError> for DiskError {
    fn from(error: InspectError) -> DiskError {
        match error {
            InspectError::NotAPicture => DiskError::NotAPicture,
            InspectError::TooLarge | InspectError::Io(_) => DiskError::Other(in_words(&error)),
        }
    }
}

impl From<io::Error> for DiskError {
    fn from(error: io::Error) -> DiskError {
        if is_full(&error) { DiskError::Full } else { DiskError::Other(in_words(&error)) }
    }
}
