//! From a seed to a run: how many hosts, which photos where, what goes wrong when.

use std::time::Duration;

use photomesh::trace::Line;

use crate::agenda::What;
use crate::fault::Fault;
use crate::flaws::Flaw;
use crate::library::Spec;
use crate::rng::Rng;
use crate::settings::Settings;
use crate::stats::Stats;
use crate::tape::Tape;
use crate::trace::Trace;
use crate::world::World;

/// How long a mesh may take, after the last fault has healed, until everything is as it should be: the longest grace of
/// a node that came and went all the time, and some minutes for the work.
fn patience(settings: &Settings) -> Duration {
    settings.grace * 18 + Duration::from_secs(15 * 60)
}

/// How much more time everything outside the machine takes in a slow life: a fault comes every few minutes, lasts up to
/// half an hour, and a grace of minutes lies between. What a node sets itself (promises, retries, silence) stays.
const SLOWER: u32 = 10;

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The broken promise, if one was.
    pub(crate) violation: Option<String>,
    pub(crate) stats: Stats,
    /// All faults of the plan.
    pub(crate) faults: Vec<(Duration, Fault)>,
    /// The trace, if one was wanted.
    pub(crate) trace: Vec<String>,
    /// The same to be drawn.
    pub(crate) tape: Option<Vec<Line>>,
}

/// What to run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    pub(crate) seed: u64,
    pub(crate) flaw: Option<Flaw>,
    /// Nothing that was added to the simulator later: the run that this seed was at first.
    pub(crate) as_at_first: bool,
    /// No members with several hosts: the run that this seed was before there were groups.
    pub(crate) without_groups: bool,
    /// A life at the pace of life: the same faults, [`SLOWER`] times as far apart and as long.
    pub(crate) slow: bool,
    /// Only these faults of the plan happen; all of them without it.
    pub(crate) only: Option<Vec<usize>>,
    /// Print the trace as it comes, or keep it.
    pub(crate) trace: TraceMode,
    /// Keep what a picture is drawn from.
    pub(crate) tape: bool,
}

/// What becomes of the trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TraceMode {
    #[default]
    Off,
    Keep,
    Print,
}

/// Runs a seed to its end.
pub(crate) fn run(run: &Run) -> Outcome {
    let mut rng = Rng::new(run.seed, 0);
    let settings = settings(run, &mut rng);
    let mut world = World::new(settings, Trace::new(run.trace));
    world.tape = run.tape.then(Tape::default);
    populate(&mut world, &mut rng, run);
    if !run.as_at_first {
        differ(&mut world);
    }
    let in_group = meet(&mut world, run);
    draw_lines(&mut world);
    draw_disks(&mut world, run);
    let faults = schedule(&mut world, &mut rng, run, in_group);
    let end =
        faults.iter().map(|(at, _)| *at).max().unwrap_or_default().max(Duration::from_secs(60));
    world.clients.until = end;
    world.agenda.add(Duration::from_secs(1), What::Audit);
    world.run_until(end);
    let limit = patience(&world.settings);
    world.settle(limit);
    world.stats.virtual_time = world.now;
    world.stats.most = world.oracle.most;
    Outcome {
        tape: run.tape.then(|| world.take_tape()),
        violation: world.oracle.violation.take(),
        stats: world.stats,
        faults,
        trace: world.trace.into_lines(),
    }
}

fn settings(run: &Run, rng: &mut Rng) -> Settings {
    // What was added later is drawn from a stream of its own, so that a seed that found something stays what it was.
    let mut newer = Rng::new(run.seed, 8);
    let mut some = |percent| !run.as_at_first && newer.percent(percent);
    let copies = match rng.below(10) {
        0 => 1,
        1..8 => 2,
        _ => 3,
    };
    let pace = if run.slow { SLOWER } else { 1 };
    Settings {
        seed: run.seed,
        copies,
        pace,
        grace: pace * rng.span(Duration::from_secs(5), Duration::from_secs(60)),
        pin: rng.span(Duration::from_secs(10), Duration::from_secs(60)),
        trash: pace * rng.span(Duration::from_secs(30), Duration::from_secs(200)),
        jitter: true,
        unreadable: some(50),
        // They take most of the computing of a life.
        heavy: some(6),
        home_lines: !run.as_at_first && !run.without_groups && Rng::new(run.seed, 12).percent(25),
        disks: false,
        shrinking: false,
        flaw: run.flaw,
    }
}

/// Owners ask for different things. The first one wants all copies, and nobody fewer than two where the mesh wants more:
/// of what is on one disk only, losing that disk takes something for good.
fn differ(world: &mut World) {
    let mut rng = Rng::new(world.settings.seed, 6);
    if !rng.percent(50) {
        return;
    }
    let Settings { copies, pin, .. } = world.settings;
    for host in world.hosts.iter_mut().skip(1) {
        host.pin = rng.span(Duration::from_secs(5).min(pin), pin);
        if copies > 2 && rng.percent(50) {
            host.copies = 2;
        }
    }
}

/// In some runs the hosts belong to members of a group. From a stream of its own, too; if so, what else there is of
/// that.
fn meet(world: &mut World, run: &Run) -> Option<Rng> {
    let mut rng = Rng::new(run.seed, 10);
    let in_group = !run.as_at_first && !run.without_groups && rng.percent(40);
    in_group.then(|| {
        let members = 1 + rng.index(world.hosts.len());
        world.found_group(members, &mut rng);
        world.stats.groups = 1;
        rng
    })
}

/// In some runs the hosts have lines at home, of between 100 KB and 100 MB a second. From a stream of its own, too.
fn draw_lines(world: &mut World) {
    if !world.settings.home_lines {
        return;
    }
    let mut rng = Rng::new(world.settings.seed, 13);
    world.stats.lines = 1;
    for host in &mut world.hosts {
        host.uplink = Some(100_000 << rng.below(11));
    }
}

/// In some runs disks are of different sizes, each large enough for everything; and in some of these their owners let
/// less lie on them for a while. From a stream of its own, too.
fn draw_disks(world: &mut World, run: &Run) {
    let mut rng = Rng::new(run.seed, 15);
    if run.as_at_first || !rng.percent(30) {
        return;
    }
    world.settings.disks = true;
    world.settings.shrinking = rng.percent(50);
    for host in &mut world.hosts {
        host.capacity >>= rng.below(4);
        host.pools = rng.percent(25) && !host.keep_originals;
    }
}

/// Hosts, photos in their folders, people.
fn populate(world: &mut World, rng: &mut Rng, run: &Run) {
    let hosts = 2 + rng.index(6);
    for host in 0..hosts {
        world.add_host();
        world.hosts[host].rate = 900_000 + rng.below(200_000);
        world.hosts[host].keep_originals = rng.percent(5);
        if host > 0 {
            let through = rng.index(host);
            let address = world.hosts[through].address.clone();
            world.hosts[host].join.push(address);
        }
        let first = if rng.percent(80) { Duration::from_secs(3) } else { Duration::from_secs(60) };
        let start = rng.span(Duration::ZERO, first);
        world.agenda.add(start, What::Start(host));
    }
    let pictures = 1 + rng.below(30);
    // What records do not see, from a stream of its own, too.
    let mut pixels = Rng::new(run.seed, 9);
    for picture in 0..pictures {
        let varied = !run.as_at_first && pixels.percent(40);
        let versions = if rng.percent(60) { 1 } else { 1 + rng.below(5) };
        for version in 0..versions {
            let mut other = |percent| u32::from(varied && pixels.percent(percent));
            let (content, drawn) = (other(30), other(40));
            place_version(world, rng, (picture, version), (content, drawn));
        }
    }
    for _ in 0..1 + rng.below(3) {
        world.add_person();
    }
}

fn place_version(
    world: &mut World,
    rng: &mut Rng,
    (picture, version): (u64, u64),
    (content, drawn): (u32, u32),
) {
    let opaque = version == 0 && rng.percent(5);
    let for_lines = Rng::new(world.settings.seed ^ picture << 8 ^ version, 14).percent(30);
    let large = rng.percent(3) || world.settings.home_lines && for_lines;
    let spec = Spec {
        name: format!("p{picture}v{version}"),
        picture: (!opaque).then_some(picture),
        step: rng.below(6) as u32,
        width: 400 + 100 * rng.below(20) as u32,
        bytes: if large {
            let times = if world.settings.heavy { 4 } else { 1 };
            times * (200_000 + rng.below(2_000_000))
        } else {
            1 + rng.below(3_000)
        },
        captured: rng.percent(20).then(|| rng.below(2) as u32),
        content,
        drawn,
    };
    let photo = world.library.make(&spec);
    let name = format!("{}.jpg", spec.name);
    // Some names mean several photos.
    let file = if rng.percent(10) { "img.jpg" } else { &name };
    world.clients.names.push(photo.to_string());
    world.clients.names.push(name.clone());
    if rng.percent(20) {
        // Its time comes later, see `schedule`.
        return;
    }
    if rng.percent(15) {
        world.clients.to_put.push_back((photo, file.to_owned()));
        return;
    }
    let most = if rng.percent(40) { 2 * world.hosts.len() } else { 1 };
    let places = 1 + rng.index(most);
    for _ in 0..places {
        let host = rng.index(world.hosts.len());
        world.hosts[host].disk.add_file(photo, file);
    }
}

/// What goes wrong, in order of time.
fn schedule(
    world: &mut World,
    rng: &mut Rng,
    run: &Run,
    in_group: Option<Rng>,
) -> Vec<(Duration, Fault)> {
    let hosts = world.hosts.len();
    let count = rng.below(25);
    let longest = Duration::from_secs(30 + rng.below(400));
    let mut times: Vec<Duration> = (0..count).map(|_| rng.span(Duration::ZERO, longest)).collect();
    times.sort();
    let drawn = times.into_iter().map(|at| (at, Fault::draw(rng, hosts)));
    let mut all: Vec<(Duration, Fault)> = drawn.collect();
    // Photos that nobody has yet turn up in somebody's folder.
    let unborn = world.library.all().enumerate().filter(|(_, photo)| {
        let waits = world.clients.to_put.iter().any(|(put, _)| *put == photo.id);
        let held = |host: &crate::host::Host| host.disk.files.contains_key(&photo.id);
        !waits && !world.hosts.iter().any(held)
    });
    for (pick, _) in unborn {
        let at = rng.span(Duration::ZERO, longest);
        let host = rng.index(hosts);
        let pick = pick as u64;
        all.push((at, Fault::AddFile { host, pick }));
    }
    if !run.as_at_first {
        let mut rng = Rng::new(run.seed, 5);
        for _ in 0..rng.below(8) {
            let at = rng.span(Duration::ZERO, longest);
            all.push((at, Fault::draw_newer(&mut rng, hosts)));
        }
    }
    if world.settings.shrinking {
        let mut rng = Rng::new(run.seed, 16);
        for _ in 0..1 + rng.below(3) {
            let at = rng.span(Duration::ZERO, longest);
            all.push((at, Fault::draw_of_disks(&mut rng, hosts)));
        }
    }
    if let Some(mut rng) = in_group {
        for _ in 0..rng.below(4) {
            let at = rng.span(Duration::ZERO, longest);
            all.push((at, Fault::draw_in_group(&mut rng, hosts)));
        }
    }
    for (at, fault) in &mut all {
        *at *= world.settings.pace;
        fault.slow_down(world.settings.pace);
    }
    all.sort_by_key(|(at, _)| *at);
    world.faults = all.clone();
    for (index, (at, _)) in all.iter().enumerate() {
        let only = run.only.as_ref();
        if only.is_none_or(|only| only.contains(&index)) {
            world.agenda.add(*at, What::Fault(index));
        }
    }
    all
}

/// Looks for a shorter schedule that breaks a promise too: faults are left out, many at once first, then one by one.
pub(crate) fn shorten(failing: &Run, faults: usize, tries: u32) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..faults).collect();
    let mut left = tries;
    let mut piece = kept.len().div_ceil(2);
    while piece > 0 && left > 0 {
        let mut at = 0;
        while at < kept.len() && left > 0 {
            let mut fewer = kept.clone();
            fewer.drain(at..(at + piece).min(kept.len()));
            left -= 1;
            let attempt =
                Run { only: Some(fewer.clone()), trace: TraceMode::Off, ..failing.clone() };
            if run(&attempt).violation.is_some() {
                kept = fewer;
            } else {
                at += piece;
            }
        }
        piece /= 2;
    }
    kept
}
