//! Looking at files as a daemon does, and counting what it costs.

use std::io::{Seek, Write};
use std::sync::atomic::{AtomicU64, Ordering};

use photomesh::photo::{Photo, Relation, inspect, second_look};

use crate::lookups::busy_micros;

/// What the looks have cost so far, of all threads.
#[derive(Default)]
pub(crate) struct Costs {
    inspected: Cost,
    looked_at: Cost,
    record_bytes: AtomicU64,
    largest_record: AtomicU64,
}

/// How often something was done, and how many microseconds of a core it took.
#[derive(Default)]
struct Cost {
    times: AtomicU64,
    micros: AtomicU64,
}

impl Cost {
    fn of<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = busy_micros();
        let done = work();
        self.times.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add((busy_micros() - start) as u64, Ordering::Relaxed);
        done
    }

    fn print(&self, what: &str) {
        let times = self.times.load(Ordering::Relaxed);
        let millis = self.micros.load(Ordering::Relaxed) as f64 / 1000.0 / times.max(1) as f64;
        println!("{what:<48} {millis:>8.1} ms of a core ({times} times)");
    }
}

/// How two pictures stand to each other by the first look, and after the second.
#[derive(Clone, Copy)]
pub(crate) struct Looks {
    pub(crate) first: Relation,
    pub(crate) both: Relation,
}

impl Costs {
    /// Reads a picture's bytes as the scan of a folder does.
    pub(crate) fn inspect(&self, bytes: &[u8]) -> Photo {
        let mut file = stored(bytes);
        let photo =
            self.inspected.of(|| inspect(&mut file)).expect("a file of this test can be read");
        let record = serde_json::to_vec(&photo).expect("a record is text").len() as u64;
        self.record_bytes.fetch_add(record, Ordering::Relaxed);
        self.largest_record.fetch_max(record, Ordering::Relaxed);
        photo
    }

    /// Both looks; the second only where the first finds anything, so that only then the bytes are asked for.
    pub(crate) fn look(
        &self,
        one: &Photo,
        other: &Photo,
        bytes: impl FnOnce() -> [Vec<u8>; 2],
    ) -> Looks {
        let first = one.relation(other);
        if first == Relation::Different {
            return Looks { first, both: first };
        }
        let [mut one, mut other] = bytes().map(|bytes| stored(&bytes));
        let second = self.looked_at.of(|| second_look(&mut one, &mut other));
        let second = second.expect("a file of this test can be read").relation;
        Looks { first, both: second.min(first) }
    }

    pub(crate) fn print(&self) {
        println!("\ncost");
        self.inspected.print("a file of these read, decoded and described");
        self.looked_at.print("a second look at two of these");
        let records = self.inspected.times.load(Ordering::Relaxed).max(1);
        let mean = self.record_bytes.load(Ordering::Relaxed) / records;
        let most = self.largest_record.load(Ordering::Relaxed);
        println!("{:<48} {mean:>8} bytes as text, {most} at most", "a record");
    }
}

fn stored(bytes: &[u8]) -> std::fs::File {
    let mut file = tempfile::tempfile().expect("room for a file");
    file.write_all(bytes).and_then(|()| file.rewind()).expect("room for a file");
    file
}
