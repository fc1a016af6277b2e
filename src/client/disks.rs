//! How full the disks of the mesh are, by what a daemon tells of them.

use indicatif::HumanBytes;

use crate::balance::{CAPACITY_MOST, Disk, Ratio, level};
use crate::protocol::NodeId;
use crate::protocol::client::{NodeReport, StatusReport};

/// How many places of a bar a whole disk has.
const CELLS: usize = 10;

/// How wide a bar is, with the place for the level.
pub(super) const BAR: usize = CELLS + 1;

/// The disks of the nodes that are here and stay, as far as they have told how large they are: between these, photos
/// move.
pub(crate) struct Disks {
    /// As the nodes reckon with them.
    pub(super) all: Vec<Disk>,
    /// The bytes of all photos, each counted once.
    pub(super) one_of_each: u64,
}

impl Disks {
    pub(crate) fn of(report: &StatusReport) -> Disks {
        let stay = report.nodes.iter().filter(|node| node.alive && !node.disk.draining);
        let told = stay.filter(|node| node.disk.capacity.is_some());
        Disks { all: told.map(disk).collect(), one_of_each: counted(report.bytes) }
    }

    /// How full all of them would be if everything had moved that may.
    pub(crate) fn level(&self) -> Ratio {
        level(&self.all, self.one_of_each)
    }

    /// How full the disk of a node that is here is, in words.
    pub(super) fn fullness(&self, node: NodeId) -> String {
        let disk = self.all.iter().find(|disk| disk.node == node);
        disk.map_or_else(String::new, |disk| percent(disk.fullness()))
    }
}

/// No number of bytes is larger, whatever a daemon says: so sums of them stay numbers.
fn counted(bytes: u64) -> u64 {
    bytes.min(CAPACITY_MOST)
}

/// A node's disk, as it has told.
fn disk(node: &NodeReport) -> Disk {
    Disk {
        node: node.id,
        capacity: counted(node.disk.capacity.unwrap_or(0)),
        room: node.disk.room.unwrap_or(u64::MAX),
        load: counted(node.bytes),
        fixed: counted(node.disk.fixed.min(node.bytes)),
    }
}

/// The disk of a node that is here, as a bar and in words: `##===|.....  41 % of 186 GiB`. None if nobody knows how large
/// it is.
pub(super) fn bar(node: &NodeReport, level: Ratio) -> Option<String> {
    let known = node.alive && node.disk.capacity.is_some();
    let disk = known.then(|| disk(node))?;
    Some(format!("{} {}", drawn(&disk, level), in_words(&disk)))
}

/// A bar: `#` are its owner's photos, `=` others, `.` is room and `x` where there is none, `|` the level. That stands
/// between two places, so that it hides none, and in all bars at the same.
fn drawn(disk: &Disk, level: Ratio) -> String {
    let places = |bytes: u64| match bytes {
        0 => 0,
        _ => cells(Ratio::new(bytes, disk.capacity)),
    };
    let (own, filled) = (places(disk.fixed), places(disk.load));
    // Capacity and room are told roughly, each by itself: only if much is missing between them there is no room.
    let room = if disk.room == 0 { 0 } else { 1 + places(disk.room) };
    let sign = |cell: usize| match cell {
        _ if cell < own => '#',
        _ if cell < filled => '=',
        _ if cell < filled + room => '.',
        _ => 'x',
    };
    let mut bar: String = (0..CELLS).map(sign).collect();
    match is_beyond(level) {
        false => bar.insert(cells(level), '|'),
        true => bar.push(' '),
    }
    bar
}

/// How many places of a bar something takes, rounded; at most all of them.
fn cells(fullness: Ratio) -> usize {
    let halves = fullness.of(2 * CELLS as u64).and_then(|halves| usize::try_from(halves).ok());
    halves.map_or(CELLS, |halves| halves.div_ceil(2).min(CELLS))
}

fn in_words(disk: &Disk) -> String {
    let (part, whole) = (percent(disk.fullness()), roughly(disk.capacity));
    match (disk.capacity, is_beyond(disk.fullness())) {
        (0, _) if disk.load == disk.fixed => "keeps nothing for others".to_owned(),
        (0, _) => "over-full: is to keep nothing".to_owned(),
        (_, true) => format!("over-full: {part} of {whole}"),
        (_, false) => format!("{part:>4} of {whole}"),
    }
}

/// Whether more lies on disks than may.
pub(super) fn is_beyond(fullness: Ratio) -> bool {
    fullness > Ratio::new(1_u64, 1_u64)
}

/// `41 %`.
pub(super) fn percent(fullness: Ratio) -> String {
    match fullness.of(100) {
        Some(0) if fullness > Ratio::new(0_u64, 1_u64) => "<1 %".to_owned(),
        Some(percent) if percent < 1000 => format!("{percent} %"),
        _ => ">999 %".to_owned(),
    }
}

/// A number of bytes in few places: `186 GiB`, `1.8 TiB`.
fn roughly(bytes: u64) -> String {
    let exact = HumanBytes(bytes).to_string();
    let parts = exact.split_once(' ').filter(|(number, _)| number.contains('.'));
    match parts.and_then(|(number, unit)| Some((number.parse::<f64>().ok()?, unit))) {
        Some((number, unit)) if number < 9.95 => format!("{number:.1} {unit}"),
        Some((number, unit)) => format!("{number:.0} {unit}"),
        None => exact,
    }
}
