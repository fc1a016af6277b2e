//! A node dies, and what it had is copied from the others.

use std::time::{Duration, Instant};

use photomesh::protocol::client::StatusReport;

use crate::lab::Lab;
use crate::library::Set;
use crate::mesh::{safe, seen};
use crate::patience::{SELDOM, SHARP, until};
use crate::support::ask;
use crate::support::daemon::Daemon;

/// How long a node that is away is waited for.
const GRACE: &str = "1s";
const GRACE_SECONDS: f64 = 1.0;

/// A mesh that has not moved a photo for so long has come to rest.
const REST: Duration = Duration::from_secs(3);

/// How long it took.
pub(crate) struct Repaired {
    /// Until another node has noticed, in seconds.
    pub(crate) noticed: f64,
    /// Until all photos were on two nodes again, in seconds.
    pub(crate) seconds: f64,
    /// What had to be copied.
    pub(crate) bytes: u64,
}

impl Repaired {
    /// In megabytes a second, from when the dead node is waited for no longer.
    pub(crate) fn rate(&self) -> f64 {
        self.bytes as f64 / 1e6 / (self.seconds - GRACE_SECONDS).max(1e-3)
    }
}

/// Three daemons, of which one has all photos as its own, and one of the others dies.
pub(crate) fn measure(lab: &Lab, set: &Set) -> Result<Repaired, String> {
    let room = lab.room()?;
    let photos = set.files.len() as u64;
    let options = ["--grace", GRACE];
    let mut victim = lab.start(&room.folder("victim")?, &options)?;
    let heir = lab.join(&room.folder("heir")?, &victim, &options)?;
    let holder = lab.join(&room.folder_of("holder", &set.files)?, &victim, &options)?;
    let bytes = at_rest(&holder, [&victim, &heir], photos)?;
    let start = Instant::now();
    victim.kill().map_err(|error| error.to_string())?;
    until("the dead node is missed", SHARP, || {
        let status = ask::status(holder.address())?;
        seen(&status, &victim).map_or(Ok(()), |_| Err("it counts as alive".to_owned()))
    })?;
    let noticed = start.elapsed().as_secs_f64();
    safe(&holder, &heir, photos)?;
    Ok(Repaired { noticed, seconds: start.elapsed().as_secs_f64(), bytes })
}

/// Waits until every photo is on two nodes and none moves any more; the bytes on the first of the others.
fn at_rest(holder: &Daemon, others: [&Daemon; 2], photos: u64) -> Result<u64, String> {
    let mut calm: Option<(Vec<u64>, Instant)> = None;
    until("the mesh comes to rest", SELDOM, || {
        let status = ask::status(holder.address())?;
        let counts: Vec<u64> =
            others.iter().filter_map(|node| seen(&status, node)).map(|node| node.photos).collect();
        let done = is_done(&status, photos) && counts.iter().sum::<u64>() == photos;
        let since = match calm.take() {
            Some((before, since)) if done && before == counts => since,
            _ => Instant::now(),
        };
        calm = Some((counts.clone(), since));
        if !done || since.elapsed() < REST {
            return Err(format!("{counts:?} of {photos} are on the others"));
        }
        seen(&status, others[0]).map(|node| node.bytes).ok_or_else(|| "it is gone".to_owned())
    })
}

fn is_done(status: &StatusReport, photos: u64) -> bool {
    (status.photos, status.under_replicated, status.over_replicated) == (photos, 0, 0)
}
