//! The tombstones of all owners: kept for good, and safe on disk before the node acts on them.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use super::disk::{self, Disk};
use super::journal::Journal;
use super::{Folder, StoreError};
use crate::photo::PhotoId;
use crate::protocol::{MemberFile, MemberName, Tombstone, Wish};

/// The file is rewritten when it has twice as many lines as it needs, and this many more.
const SPARE_LINES: usize = 1_000;

/// The highest number that a word keeps when it is signed anew: more words than an owner ever says on one photo.
const MOST_WORDS: u64 = 1 << 32;

/// The latest word of every owner on every photo, and `.photomesh/tombstones`: a line of JSON for each one that came.
#[derive(Debug)]
pub(super) struct Tombstones {
    latest: BTreeMap<(PhotoId, MemberName), Tombstone>,
    journal: Journal,
}

impl Tombstones {
    /// Reads the kept ones. A line that is torn or forged is left out: the other nodes will tell the same tombstone.
    pub(super) fn open(disk: &Disk, root: &Path) -> io::Result<Tombstones> {
        let mut tombstones =
            Tombstones { latest: BTreeMap::new(), journal: Journal::new(disk, root, "tombstones") };
        match disk::open(&tombstones.journal.path) {
            Ok(file) => tombstones.read(BufReader::new(file))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        Ok(tombstones)
    }

    fn read(&mut self, mut reader: impl BufRead) -> io::Result<()> {
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            self.journal.lines += 1;
            match serde_json::from_slice(&line) {
                Ok(tombstone) => self.take(tombstone),
                Err(_) => self.journal.broken = true,
            }
            self.journal.broken |= !line.ends_with(b"\n");
            line.clear();
        }
        self.journal.broken |= self.is_long();
        Ok(())
    }

    /// Whether so many lines are outdated that the file is worth rewriting.
    fn is_long(&self) -> bool {
        self.journal.lines > 2 * self.latest.len() + SPARE_LINES
    }

    fn is_news(&self, tombstone: &Tombstone) -> bool {
        let known = self.latest.get(&(tombstone.photo(), tombstone.owner()));
        known.is_none_or(|known| tombstone.is_later_than(known))
    }

    fn take(&mut self, tombstone: Tombstone) {
        if self.is_news(&tombstone) {
            let key = (tombstone.photo(), tombstone.owner());
            self.latest.insert(key, tombstone);
        }
    }

    /// Keeps those that are news; they are safe on the disk when it returns. After an error, some may be and some not.
    fn keep(&mut self, tombstones: &[Tombstone]) -> Result<(), StoreError> {
        let news: Vec<&Tombstone> = tombstones.iter().filter(|t| self.is_news(t)).collect();
        for tombstone in &news {
            self.journal.append(tombstone);
        }
        self.journal.sync();
        if self.journal.broken {
            let known = self.latest.values();
            let written = self.journal.rewrite(known.chain(news.iter().copied()));
            written.map_err(|error| StoreError::at(&self.journal.path, &error))?;
        }
        for tombstone in news.into_iter().cloned().collect::<Vec<_>>() {
            self.take(tombstone);
        }
        if self.is_long() {
            // All words are safe by now; if this fails, the next ones try it again.
            let _ = self.journal.rewrite(self.latest.values());
        }
        Ok(())
    }
}

impl Folder {
    /// All tombstones, of this folder's owner and of others.
    pub fn tombstones(&self) -> Vec<Tombstone> {
        self.tombstones.latest.values().cloned().collect()
    }

    /// Whose folder it is.
    pub(super) fn owner(&self) -> MemberName {
        let member = self.options.member.as_ref();
        let node = || MemberName::of_node(self.identity.node());
        member.map_or_else(node, |member| member.certificate.name())
    }

    /// Signs a tombstone of this folder's owner; it is safe on the disk when it returns.
    pub fn sign(
        &mut self,
        photo: PhotoId,
        counter: u64,
        wish: Wish,
    ) -> Result<Tombstone, StoreError> {
        let tombstone = self.signed(photo, counter, wish);
        self.tombstones.keep(std::slice::from_ref(&tombstone))?;
        Ok(tombstone)
    }

    fn signed(&self, photo: PhotoId, counter: u64, wish: Wish) -> Tombstone {
        match &self.options.member {
            Some(MemberFile { certificate, key, .. }) => {
                Tombstone::sign_as_member((certificate, key), photo, counter, wish)
            }
            None => Tombstone::sign(self.identity.signing_key(), photo, counter, wish),
        }
    }

    /// Signs anew, as the member whose folder it is, what its owner has said before: as the node alone, before that
    /// belonged to a member, or by an earlier member file. Those words count no more, and without new ones the photos
    /// that the owner removed would be back.
    ///
    /// The numbers stay: so of what two computers of one owner sign anew, that counts which was said later.
    pub fn adopt_own_words(&mut self) -> Result<(), StoreError> {
        let Some(MemberFile { certificate, .. }) = &self.options.member else {
            return Ok(());
        };
        let (alone, owner) = (MemberName::of_node(self.identity.node()), certificate.name());
        let latest = &self.tombstones.latest;
        let is_outdated = |word: &&Tombstone| match word.certificate() {
            None => word.owner() == alone && !latest.contains_key(&(word.photo(), owner)),
            Some(by) => {
                let same = (by.group(), by.name()) == (certificate.group(), owner);
                same && certificate.is_later_than(by)
            }
        };
        let outdated = latest.values().filter(is_outdated);
        // A thief's last number must leave room for the owner's next ones.
        let number = |word: &Tombstone| word.counter().min(MOST_WORDS);
        let anew = outdated.map(|word| self.signed(word.photo(), number(word), word.wish()));
        let anew: Vec<Tombstone> = anew.collect();
        match anew[..] {
            [] => Ok(()),
            _ => self.tombstones.keep(&anew),
        }
    }

    /// Remembers tombstones of other owners; they are safe on the disk when it returns.
    pub fn note_tombstones(&mut self, tombstones: &[Tombstone]) -> Result<(), StoreError> {
        self.tombstones.keep(tombstones)
    }
}
