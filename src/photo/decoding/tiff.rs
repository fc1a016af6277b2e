//! Just enough of TIFF to read its directories, which is also how EXIF is stored in files of other formats.
//!
//! Nothing is copied and nothing is believed: a value is a part of the file, or it is not there. So what a file claims
//! of itself costs no memory.

/// A TIFF file, or a block of EXIF.
#[derive(Clone, Copy)]
pub(super) struct Tiff<'a> {
    bytes: &'a [u8],
    little_endian: bool,
}

/// A list of values, each with a tag that says what it means.
pub(super) struct Directory<'a> {
    tiff: Tiff<'a>,
    /// Where the first entry is.
    start: usize,
    /// How many entries it claims to have.
    count: usize,
}

/// What kind of numbers a value is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Byte,
    Text,
    Short,
    Long,
}

/// One value of a directory.
struct Entry<'a> {
    tag: u16,
    kind: Kind,
    value: &'a [u8],
}

impl<'a> Tiff<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Option<Tiff<'a>> {
        let little_endian = match bytes.first_chunk()? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        Some(Tiff { bytes, little_endian })
    }

    /// The directory that others are reached from.
    pub(super) fn first(&self) -> Option<Directory<'a>> {
        self.directory(self.u32(4)?)
    }

    /// The directory at this place in the file.
    pub(super) fn directory(&self, offset: u32) -> Option<Directory<'a>> {
        let offset = usize::try_from(offset).ok()?;
        Some(Directory {
            tiff: *self,
            start: offset.checked_add(2)?,
            count: self.u16(offset)?.into(),
        })
    }

    fn part(&self, offset: usize, length: usize) -> Option<&'a [u8]> {
        self.bytes.get(offset..offset.checked_add(length)?)
    }

    fn u16(&self, offset: usize) -> Option<u16> {
        self.part(offset, 2).and_then(|two| self.short(two))
    }

    fn u32(&self, offset: usize) -> Option<u32> {
        self.part(offset, 4).and_then(|four| self.long(four))
    }

    /// The first number of these bytes.
    fn short(&self, bytes: &[u8]) -> Option<u16> {
        let two = *bytes.first_chunk()?;
        Some(if self.little_endian { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    }

    /// The first number of these bytes.
    fn long(&self, bytes: &[u8]) -> Option<u32> {
        let four = *bytes.first_chunk()?;
        Some(if self.little_endian { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    }
}

impl<'a> Directory<'a> {
    const ENTRY_BYTES: usize = 12;

    /// Where the next directory is; 0 if there is none. Nothing if this one is not wholly in the file.
    pub(super) fn next(&self) -> Option<u32> {
        self.tiff.u32(self.start + self.count * Self::ENTRY_BYTES)
    }

    /// What stands in the entries with this tag, whatever they say it is: a small value, or the place of a large one.
    pub(super) fn fields(&self, tag: u16) -> impl Iterator<Item = u32> {
        let tagged = move |at: &usize| self.tiff.u16(*at) == Some(tag);
        let places = self.places().filter(tagged);
        places.filter_map(|at| self.tiff.u32(at + 8))
    }

    /// The whole number with this tag, the first of them if there are several.
    pub(super) fn number(&self, tag: u16) -> Option<u32> {
        let entry = self.entry(tag)?;
        match entry.kind {
            Kind::Byte => entry.value.first().map(|byte| u32::from(*byte)),
            Kind::Short => self.tiff.short(entry.value).map(u32::from),
            Kind::Long => self.tiff.long(entry.value),
            Kind::Text => None,
        }
    }

    /// The bytes of the text with this tag.
    pub(super) fn text(&self, tag: u16) -> Option<&'a [u8]> {
        let entry = self.entry(tag)?;
        (entry.kind == Kind::Text).then_some(entry.value)
    }

    /// Where the entries are that lie in the file.
    fn places(&self) -> impl Iterator<Item = usize> {
        let room = self.tiff.bytes.len().saturating_sub(self.start);
        let count = self.count.min(room / Self::ENTRY_BYTES);
        (0..count).map(|entry| self.start + entry * Self::ENTRY_BYTES)
    }

    /// The entry with this tag. A tag should be there once; if it is not, the last one counts.
    fn entry(&self, tag: u16) -> Option<Entry<'a>> {
        let entries = self.places().filter_map(|at| self.entry_at(at));
        entries.filter(|entry| entry.tag == tag).last()
    }

    /// The entry at this place, if its value is of a known kind and in the file.
    fn entry_at(&self, at: usize) -> Option<Entry<'a>> {
        let (kind, unit) = match self.tiff.u16(at + 2)? {
            1 => (Kind::Byte, 1),
            2 => (Kind::Text, 1),
            3 => (Kind::Short, 2),
            4 => (Kind::Long, 4),
            _ => return None,
        };
        let length = usize::try_from(self.tiff.u32(at + 4)?).ok()?;
        let length = length.checked_mul(unit)?;
        // Small values stand in the entry itself, large ones elsewhere.
        let start =
            if length <= 4 { at + 8 } else { usize::try_from(self.tiff.u32(at + 8)?).ok()? };
        Some(Entry { tag: self.tiff.u16(at)?, kind, value: self.tiff.part(start, length)? })
    }
}
