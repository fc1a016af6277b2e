//! What can go wrong.

use std::fmt;
use std::time::Duration;

use crate::rng::Rng;

/// No run lasts so long: what takes as long does not end by itself.
pub(crate) const FOR_EVER: Duration = Duration::from_secs(100_000);

/// Something that goes wrong, or that people do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// A daemon dies (`kill -9`) and is started again later.
    Kill { host: usize, down: Duration },
    /// A computer loses its power: nobody hears a word of it.
    PowerLoss { host: usize, down: Duration },
    /// A daemon is told to stop, and is started again later.
    Leave { host: usize },
    /// All threads of a daemon stop for a while.
    Pause { host: usize, span: Duration },
    /// The network falls into two parts; a host is in the part that its bit says.
    Partition { sides: u64, span: Duration },
    /// Nothing gets through from one host to another.
    OneWay { from: usize, to: usize, span: Duration },
    /// The connections between two hosts break.
    Cut { a: usize, b: usize },
    /// All lines of a host go silent one after the other, and come back in another order.
    Swizzle { host: usize, span: Duration },
    /// The line between two hosts gets slow.
    SlowLine { a: usize, b: usize, span: Duration },
    /// A disk gets slow.
    SlowDisk { host: usize, span: Duration },
    /// Every second disk operation fails.
    FailingDisk { host: usize, span: Duration },
    /// A disk has no room left.
    FullDisk { host: usize, span: Duration },
    /// A disk is replaced by an empty one; a new node is started over it.
    LoseDisk { host: usize, down: Duration },
    /// All disks of one person are lost at once, and replaced by empty ones. It stands for a person who holds and proves
    /// everything with any number of nodes, and vanishes.
    BurnHouse { host: usize, down: Duration },
    /// All computers of one person say what is not so for a while; which lies these are, and how it ends, follows from
    /// the pick.
    Betray { host: usize, span: Duration, pick: u64 },
    /// Someone copies a folder, to have a backup.
    Backup { host: usize },
    /// A folder is replaced by the copy made earlier.
    OldFolder { host: usize, down: Duration },
    /// A bit of a file flips.
    FlipBit { host: usize, pick: u64 },
    /// A person deletes a file.
    DeleteFile { host: usize, pick: u64 },
    /// A person copies a photo into the folder: one that exists, or a new one.
    AddFile { host: usize, pick: u64 },
    /// A person edits a file: other bytes take its place.
    EditFile { host: usize, pick: u64 },
    /// The disk with the folder is unplugged: its marker is gone and every file is missing. The daemon stops as soon as
    /// it looks, and is started again when a person has plugged the disk in, or has accepted that half of it is lost.
    LoseFolder { host: usize, accept: bool },
    /// Nothing gets through between a host and all others.
    CutOff { host: usize, span: Duration },
    /// A computer has another address from now on.
    Move { host: usize, down: Duration },
    /// The owner of a host lets less lie on its disk than there is, for a while; so many quarters.
    Shrink { host: usize, span: Duration, quarters: u64 },
    /// The owner of a host wants all that it has handed over; and after a while, if it is still there, no longer.
    Drain { host: usize, span: Duration },
}

impl Fault {
    /// Its kind in a word, for statistics.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Fault::Kill { .. } => "kill",
            Fault::PowerLoss { .. } => "power loss",
            Fault::Leave { .. } => "leave",
            Fault::Pause { .. } => "pause",
            Fault::Partition { .. } => "partition",
            Fault::OneWay { .. } => "one-way silence",
            Fault::Cut { .. } => "cut",
            Fault::Swizzle { .. } => "swizzle",
            Fault::SlowLine { .. } => "slow line",
            Fault::SlowDisk { .. } => "slow disk",
            Fault::FailingDisk { .. } => "failing disk",
            Fault::FullDisk { .. } => "full disk",
            Fault::LoseDisk { .. } => "lost disk",
            Fault::BurnHouse { .. } => "burnt house",
            Fault::Betray { .. } => "betrayal",
            Fault::Backup { .. } => "backup",
            Fault::OldFolder { .. } => "older folder",
            Fault::FlipBit { .. } => "flipped bit",
            Fault::DeleteFile { .. } => "deleted file",
            Fault::AddFile { .. } => "added file",
            Fault::EditFile { .. } => "edited file",
            Fault::LoseFolder { accept: false, .. } => "unplugged folder",
            Fault::LoseFolder { accept: true, .. } => "accepted loss",
            Fault::CutOff { .. } => "cut off from all",
            Fault::Move { .. } => "new address",
            Fault::Shrink { .. } => "smaller disk",
            Fault::Drain { .. } => "drain",
        }
    }

    /// Draws a fault.
    pub(crate) fn draw(rng: &mut Rng, hosts: usize) -> Fault {
        let host = rng.index(hosts);
        let other = (host + 1 + rng.index(hosts.max(2) - 1)) % hosts;
        let long = rng.percent(30);
        let most = Duration::from_secs(if long { 150 } else { 20 });
        let span = rng.span(Duration::from_millis(500), most);
        let pick = rng.next();
        match rng.below(100) {
            0..13 => Fault::Kill { host, down: span },
            13..18 => Fault::PowerLoss { host, down: span },
            18..24 => Fault::Leave { host },
            24..33 => Fault::Pause { host, span },
            33..42 => {
                Fault::Partition { sides: pick & u64::MAX >> (64 - hosts.clamp(1, 64)), span }
            }
            42..46 => Fault::OneWay { from: host, to: other, span },
            46..54 => Fault::Cut { a: host, b: other },
            54..58 => Fault::Swizzle { host, span },
            58..63 => Fault::SlowLine { a: host, b: other, span },
            63..67 => Fault::SlowDisk { host, span },
            67..71 => Fault::FailingDisk { host, span },
            71..74 => Fault::FullDisk { host, span },
            74..78 => Fault::LoseDisk { host, down: span },
            78..80 => Fault::Backup { host },
            80..83 => Fault::OldFolder { host, down: span },
            83..86 => Fault::FlipBit { host, pick },
            86..89 => Fault::DeleteFile { host, pick },
            89..97 => Fault::AddFile { host, pick },
            _ => Fault::Move { host, down: span },
        }
    }
}

impl Fault {
    /// Draws a fault of a kind that was added later. They have a stream of their own, so that a seed that found
    /// something keeps the faults that it had.
    pub(crate) fn draw_newer(rng: &mut Rng, hosts: usize) -> Fault {
        let host = rng.index(hosts);
        let pick = rng.next();
        let most = Duration::from_secs(if rng.percent(30) { 150 } else { 20 });
        let span = rng.span(Duration::from_millis(500), most);
        match rng.below(100) {
            0..50 => Fault::EditFile { host, pick },
            50..75 => Fault::CutOff { host, span },
            _ => {
                let accept = rng.percent(30);
                Fault::LoseFolder { host, accept }
            }
        }
    }
}

impl Fault {
    /// Draws a fault that is about the sizes of disks.
    pub(crate) fn draw_of_disks(rng: &mut Rng, hosts: usize) -> Fault {
        let (host, quarters) = (rng.index(hosts), rng.below(4));
        let span = rng.span(Duration::from_secs(5), Duration::from_secs(150));
        match rng.percent(50) {
            true => Fault::Drain { host, span },
            false => Fault::Shrink { host, span, quarters },
        }
    }

    /// Draws a fault that there is in a group only.
    pub(crate) fn draw_in_group(rng: &mut Rng, hosts: usize) -> Fault {
        let host = rng.index(hosts);
        let down = rng.span(Duration::from_millis(500), Duration::from_secs(60));
        if rng.percent(30) {
            return Fault::BurnHouse { host, down };
        }
        let span = rng.span(Duration::from_secs(5), Duration::from_secs(150));
        Fault::Betray { host, span, pick: rng.next() }
    }

    /// Lets it last so many times as long.
    pub(crate) fn slow_down(&mut self, pace: u32) {
        match self {
            Fault::Kill { down: span, .. }
            | Fault::PowerLoss { down: span, .. }
            | Fault::LoseDisk { down: span, .. }
            | Fault::BurnHouse { down: span, .. }
            | Fault::OldFolder { down: span, .. }
            | Fault::Move { down: span, .. }
            | Fault::Pause { span, .. }
            | Fault::Partition { span, .. }
            | Fault::OneWay { span, .. }
            | Fault::Swizzle { span, .. }
            | Fault::SlowLine { span, .. }
            | Fault::SlowDisk { span, .. }
            | Fault::FailingDisk { span, .. }
            | Fault::FullDisk { span, .. }
            | Fault::Betray { span, .. }
            | Fault::Shrink { span, .. }
            | Fault::Drain { span, .. }
            | Fault::CutOff { span, .. } => *span *= pace,
            Fault::Leave { .. }
            | Fault::Cut { .. }
            | Fault::Backup { .. }
            | Fault::FlipBit { .. }
            | Fault::DeleteFile { .. }
            | Fault::AddFile { .. }
            | Fault::EditFile { .. }
            | Fault::LoseFolder { .. } => {}
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Hosts are called n1, n2, ... everywhere else.
        let n = |host: &usize| format!("n{}", host + 1);
        let disk = |host: &usize| format!("the disk of {}", n(host));
        let text = match self {
            Fault::Kill { host, down } => format!("{} is killed{}", n(host), back(*down)),
            Fault::PowerLoss { host, down } => {
                format!("{} loses its power{}", n(host), back(*down))
            }
            Fault::Leave { host } => format!("somebody stops {}", n(host)),
            Fault::Pause { host, span } => format!("{} stands still{}", n(host), lasts(*span)),
            Fault::Partition { sides, span } => {
                let side: Vec<usize> = (0..64).filter(|host| sides >> host & 1 == 1).collect();
                let side = side.iter().map(n).collect::<Vec<_>>().join(" and ");
                format!("nothing gets through between {side} and the others{}", lasts(*span))
            }
            Fault::OneWay { from, to, span } => {
                format!("nothing gets from {} to {}{}", n(from), n(to), lasts(*span))
            }
            Fault::Cut { a, b } => format!("what connects {} and {} breaks", n(a), n(b)),
            Fault::Swizzle { host, span } => {
                format!("the lines of {} fall silent one by one{}", n(host), lasts(*span))
            }
            Fault::SlowLine { a, b, span } => {
                format!("the line between {} and {} is slow{}", n(a), n(b), lasts(*span))
            }
            Fault::SlowDisk { host, span } => format!("{} is slow{}", disk(host), lasts(*span)),
            Fault::FailingDisk { host, span } => {
                format!("the disk of {} fails at every second try{}", n(host), lasts(*span))
            }
            Fault::FullDisk { host, span } => format!("{} is full{}", disk(host), lasts(*span)),
            Fault::LoseDisk { host, down } => {
                format!("{} gets an empty disk{}", n(host), back(*down))
            }
            Fault::BurnHouse { host, down } => {
                format!("the house with {} burns{}", n(host), back(*down))
            }
            Fault::Betray { host, span, .. } => {
                format!("the owner of {} lies{}", n(host), lasts(*span))
            }
            Fault::Backup { host } => format!("the folder of {} is copied", n(host)),
            Fault::OldFolder { host, down } => {
                format!("{} gets an old copy of its folder{}", n(host), back(*down))
            }
            Fault::FlipBit { host, .. } => format!("a bit flips on the disk of {}", n(host)),
            Fault::DeleteFile { host, .. } => format!("a file of {} is deleted", n(host)),
            Fault::AddFile { host, .. } => format!("{} gets another file", n(host)),
            Fault::EditFile { host, .. } => format!("a file of {} is edited", n(host)),
            Fault::LoseFolder { host, accept: false } => format!("{} is unplugged", disk(host)),
            Fault::LoseFolder { host, accept: true } => {
                format!("half the folder of {} is lost, which its owner accepts", n(host))
            }
            Fault::CutOff { host, span } => {
                format!("nothing gets through to or from {}{}", n(host), lasts(*span))
            }
            Fault::Move { host, down } => {
                format!("{} moves to another address{}", n(host), back(*down))
            }
            Fault::Drain { host, span } => format!("{} is to be emptied{}", n(host), lasts(*span)),
            Fault::Shrink { host, span, quarters } => {
                format!("{} may keep {quarters}/4 of what it has{}", n(host), lasts(*span))
            }
        };
        f.write_str(&text)
    }
}

/// For how long, if it ends.
fn lasts(span: Duration) -> String {
    if span >= FOR_EVER { String::new() } else { format!(", for {}s", seconds(span)) }
}

/// When a daemon is started again, if it is.
fn back(down: Duration) -> String {
    if down >= FOR_EVER { String::new() } else { format!(", and is back after {}s", seconds(down)) }
}

fn seconds(span: Duration) -> f64 {
    span.as_millis() as f64 / 1000.0
}
