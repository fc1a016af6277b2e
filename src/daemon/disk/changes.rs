//! What the folder tells of itself, as the node hears it.

use crate::folder::Change;
use crate::node::Event;

/// The folder's changes in the node's words.
pub(super) fn change_event(change: Change) -> Event {
    match change {
        Change::Held { photo, facts, holding, files } => {
            Event::Held { photo, facts, holding, files }
        }
        Change::Recalled { photo, looks } => Event::Recalled { photo, looks },
        Change::Missing { photo } => Event::Missing { photo },
        Change::Damaged { photo, file } => Event::Damaged { photo, file },
        Change::Scanned { skipped } => Event::Scanned { skipped },
        Change::Companions { photo, files } => Event::Companions { photo, files },
        Change::Unread { photos } => Event::Unread { photos },
        Change::Expired { photo } => Event::Expired { photo },
        Change::Lost { reason } => Event::FolderLost { reason },
    }
}
