//! Whose folder it is, so that nobody brings it into another group, or into none, by a forgotten option.

use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::layout::{MARKER, TMP};
use super::{Folder, OpenError, disk};
use crate::photo::to_hex;
use crate::protocol::{Certificate, GroupId, MemberName};

/// The file in the marker.
const FILE: &str = "group";

/// What a folder remembers of the member file that its daemon was last started with. No secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Belonging {
    group: GroupId,
    member: MemberName,
    serial: u64,
    /// The member's public key, 64 hex digits.
    key: String,
}

impl Belonging {
    fn of(certificate: &Certificate) -> Belonging {
        Belonging {
            group: certificate.group(),
            member: certificate.name(),
            serial: certificate.serial(),
            key: to_hex(certificate.key().as_bytes()),
        }
    }

    /// Whether a daemon may go on as this, without being asked to change. Who has lost their file is invited again,
    /// under the same name with a higher serial.
    fn may_become(&self, other: &Belonging) -> bool {
        let same = self.group == other.group && self.member == other.member;
        same && (self.serial < other.serial || self == other)
    }
}

impl Folder {
    /// Makes this the folder of a member, or of nobody in particular. It is written down before it returns.
    ///
    /// # Errors
    ///
    /// [`OpenError::Belongs`] if it is another one's folder, unless that is to `change`.
    pub fn belong_to(&self, member: Option<&Certificate>, change: bool) -> Result<(), OpenError> {
        let path = self.root.join(MARKER).join(FILE);
        let failed = |error| OpenError::at(&path, error);
        let (before, now) = (read(&path)?, member.map(Belonging::of));
        if before == now {
            return Ok(());
        }
        if let Some(before) = before.filter(|_| !change)
            && !now.as_ref().is_some_and(|now| before.may_become(now))
        {
            let Belonging { group, member, serial, .. } = before;
            let group = group.short();
            return Err(OpenError::Belongs { folder: self.root.clone(), group, member, serial });
        }
        match now.map(|now| serde_json::to_string(&now)).transpose().map_err(io::Error::from) {
            Ok(Some(text)) => self.disk.write_whole(&path, &self.root.join(TMP).join(FILE), &text),
            Ok(None) => self.disk.remove(&path),
            Err(error) => Err(error),
        }
        .map_err(failed)
    }
}

/// What is remembered, if anything is. A file that says nothing sensible is an error: it may say that the folder is
/// somebody's.
fn read(path: &Path) -> Result<Option<Belonging>, OpenError> {
    let mut text = String::new();
    let read = disk::open(path).and_then(|mut file| file.read_to_string(&mut text));
    match read.and_then(|_| Ok(serde_json::from_str(&text)?)) {
        Ok(belonging) => Ok(Some(belonging)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(OpenError::at(path, error)),
    }
}
