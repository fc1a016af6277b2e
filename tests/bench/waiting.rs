//! How long people wait for a small photo while copies are made.

use std::slice::from_ref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::crowd::Got;
use crate::figures::Figures;
use crate::lab::Lab;
use crate::library::Specimen;
use crate::mesh::{ready, safe};
use crate::patience::{SHARP, go_on, until};
use crate::photos::{self, Kind};
use crate::plain::{Client, Wish};
use crate::report::Report;
use crate::support::ask;
use crate::support::daemon::Daemon;
use crate::table::Goal;

/// Time between two gets: a client that never rests would be half of the work on two cores.
const PAUSE: Duration = Duration::from_millis(2);

/// How long the idle nodes are asked.
const IDLE: Duration = Duration::from_secs(2);

/// The number of the first of the two photos that are got, of pictures that no other is of.
const SMALL: u64 = 5000;

/// The gets at one node: idle, and while copies are made, of each run their median and the slowest of a hundred.
#[derive(Default)]
struct Waited {
    usual: (Figures, Figures),
    slow: (Figures, Figures),
}

/// The photos that are got: the one from the node that sends the others, the other one from the node that takes them.
struct Small {
    sent: Specimen,
    taken: Specimen,
}

pub(crate) fn measure(lab: &Lab, report: &mut Report) -> Result<(), String> {
    let title = format!("gets of .1 MB while {} photos go to a second node", lab.extent.photos);
    report.begin(&title, "the same at the idle node");
    let room = lab.room()?;
    let lay = |name: &str, number: u64| {
        let made = photos::lay(room.path(), name, number, &[Kind::Bytes(100_000)])?;
        made.into_iter().next().map_or(Err("no photo".to_owned()), |path| Specimen::of("", path))
    };
    let small = Small { sent: lay("sent", SMALL)?, taken: lay("taken", SMALL + 1)? };
    let mut waited: [Waited; 2] = Default::default();
    for _ in 0..lab.extent.meshes {
        go_on()?;
        let both = mesh(lab, &small)?;
        for (waited, (idle, busy)) in waited.iter_mut().zip(both) {
            waited.note(&idle, &busy);
        }
    }
    let places = ["at the node that sends them", "at the node that takes them"];
    for (place, waited) in places.iter().zip(waited) {
        let ((usual, usual_busy), (slow, slow_busy)) = (waited.usual, waited.slow);
        report.row(format!("{place}: median"), "ms", usual_busy, usual, Goal::None);
        report.row("  99 of 100 wait at most", "ms", slow_busy, slow, Goal::AtMostOf(3.0));
    }
    Ok(())
}

impl Waited {
    fn note(&mut self, idle: &Figures, busy: &Figures) {
        self.usual.0.0.extend(idle.median());
        self.usual.1.0.extend(busy.median());
        self.slow.0.0.extend(idle.quantile(0.99));
        self.slow.1.0.extend(busy.quantile(0.99));
    }
}

/// How long gets took at each of two nodes, before and while all photos of one go to the other.
fn mesh(lab: &Lab, small: &Small) -> Result<[(Figures, Figures); 2], String> {
    let room = lab.room()?;
    let files = [&lab.library.set()?.files[..], from_ref(&small.sent.path)].concat();
    let sender = ready(lab, &room.folder_of("sender", &files)?, files.len(), &[])?;
    let folder = room.folder_of("taker", from_ref(&small.taken.path))?;
    let mut taker = ready(lab, &folder, 1, &[])?;
    let idle_sender = gets(&small.sent.at(&sender), &after(IDLE))?;
    let idle_taker = gets(&small.taken.at(&taker), &after(IDLE))?;
    taker.kill().map_err(|error| error.to_string())?;
    let taker = lab.join(&folder, &sender, &[])?;
    until("it knows its photo", SHARP, || ask::fetch(taker.address(), &small.taken.name))?;
    let (busy_sender, busy_taker) = both(&sender, &taker, small, files.len() as u64 + 1)?;
    Ok([(idle_sender, busy_sender), (idle_taker, busy_taker)])
}

/// Gets from both nodes until all photos are on both.
fn both(
    sender: &Daemon,
    taker: &Daemon,
    small: &Small,
    photos: u64,
) -> Result<(Figures, Figures), String> {
    let over = AtomicBool::new(false);
    let goes_on = || !over.load(Ordering::Relaxed);
    thread::scope(|scope| {
        let from_sender = scope.spawn(|| gets(&small.sent.at(sender), &goes_on));
        let from_taker = scope.spawn(|| gets(&small.taken.at(taker), &goes_on));
        let done = safe(sender, taker, photos);
        over.store(true, Ordering::Relaxed);
        let panicked = |_| "a client panicked".to_owned();
        let sent = from_sender.join().map_err(panicked)??;
        let taken = from_taker.join().map_err(panicked)??;
        done.map(|()| (sent, taken))
    })
}

/// A get every now and then; how long each took, in milliseconds.
fn gets(wish: &Wish, goes_on: &dyn Fn() -> bool) -> Result<Figures, String> {
    let mut client = Client::connect(wish)?;
    let mut got = Got::default();
    while goes_on() {
        client.get(&mut got)?;
        thread::sleep(PAUSE);
    }
    Ok(got.whole)
}

/// Whether a time is not over yet that begins now.
fn after(span: Duration) -> impl Fn() -> bool {
    let start = Instant::now();
    move || start.elapsed() < span
}
