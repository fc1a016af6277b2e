//! The level: how full all disks would be if everything had moved that may.

use super::{Disk, Ratio};

/// A disk between the least and the most that can lie on it.
struct Basin {
    least: u128,
    most: u128,
    capacity: u128,
}

/// The fullness `l` at which what lies on the disks, each filled up to `l * capacity`, but not below what may not move
/// and not beyond one of each photo or what it has room for, is what lies on them now. Water filling, exact.
///
/// If not even the most that can lie on them is as much, it is that of the fullest one then.
pub fn level(disks: &[Disk], one_of_each: u64) -> Ratio {
    let total: u128 = disks.iter().map(|disk| u128::from(disk.load)).sum();
    let basins: Vec<Basin> = disks.iter().map(|disk| Basin::of(disk, one_of_each)).collect();
    let fillable = basins.iter().filter(|basin| basin.capacity > 0);
    let mut edges: Vec<Ratio> = fillable.flat_map(Basin::edges).collect();
    edges.sort_unstable();
    // Up to the first edge at which everything has found a place.
    let enough = edges.partition_point(|edge| !holds(&basins, *edge, total));
    let Some(edge) = edges.get(enough).or(edges.last()) else {
        return Ratio::new(total, 0_u128);
    };
    if enough == edges.len() {
        return *edge;
    }
    // Below that edge these grow with the level, and the others do not.
    let grows = |basin: &&Basin| {
        basin.capacity > 0 && basin.edges()[0] < *edge && *edge <= basin.edges()[1]
    };
    let growing: u128 = basins.iter().filter(grows).map(|basin| basin.capacity).sum();
    let still = basins.iter().filter(|basin| !grows(basin));
    let still: u128 =
        still.map(|basin| if basin.is_full_at(*edge) { basin.most } else { basin.least }).sum();
    match growing {
        0 => *edge,
        growing => Ratio::new(total.saturating_sub(still), growing),
    }
}

/// Whether disks filled up to a level hold so many bytes.
fn holds(basins: &[Basin], level: Ratio, bytes: u128) -> bool {
    // Both sides times the level's denominator.
    let filled: u128 = basins.iter().map(|basin| basin.filled(level)).sum();
    filled >= bytes * level.capacity()
}

impl Basin {
    fn of(disk: &Disk, one_of_each: u64) -> Basin {
        Basin {
            least: disk.fixed.into(),
            most: disk.fixed.max(one_of_each.min(disk.load.saturating_add(disk.room))).into(),
            capacity: disk.capacity.into(),
        }
    }

    /// The levels at which it begins to fill, and is full.
    fn edges(&self) -> [Ratio; 2] {
        [self.least, self.most].map(|bytes| Ratio::new(bytes, self.capacity))
    }

    fn is_full_at(&self, level: Ratio) -> bool {
        self.capacity > 0 && self.edges()[1] < level
    }

    /// What lies in it at a level, times that level's denominator.
    fn filled(&self, level: Ratio) -> u128 {
        let (least, most) = (self.least * level.capacity(), self.most * level.capacity());
        (level.bytes() * self.capacity).clamp(least, most)
    }
}
