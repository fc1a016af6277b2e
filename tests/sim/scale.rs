//! What a mesh of many nodes costs: `make scale` prints the table.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use photomesh::photo::PhotoId;

use crate::agenda::What;
use crate::library::Spec;
use crate::plan::TraceMode;
use crate::rng::Rng;
use crate::settings::Settings;
use crate::stats::Stats;
use crate::trace::Trace;
use crate::world::World;

/// How long the largest mesh may take until every photo has its copies and loads are even.
const LIMIT: Duration = Duration::from_secs(3600);
/// How long an idle mesh is watched.
const IDLE: Duration = Duration::from_secs(60);

/// Starts nodes within three seconds, each with its share of the photos, and waits until all is as it should be.
fn mesh(nodes: usize, photos: usize) -> World {
    let mut world = World::new(Settings::ordinary(nodes as u64), Trace::new(TraceMode::Off));
    let mut rng = Rng::new(nodes as u64, 9);
    for host in 0..nodes {
        world.add_host();
        if host > 0 {
            let through = world.hosts[rng.index(host)].address.clone();
            world.hosts[host].join.push(through);
        }
        let start = rng.span(Duration::ZERO, Duration::from_secs(3));
        world.agenda.add(start, What::Start(host));
    }
    for picture in 0..photos {
        let spec = Spec::plain(&format!("p{picture}"), picture as u64);
        let photo = world.library.make(&spec);
        let host = rng.index(nodes);
        world.hosts[host].disk.add_file(photo, &format!("p{picture}.jpg"));
    }
    world
}

/// Whether every photo has exactly its copies, and the loads are even.
fn is_done(world: &World, photos: usize) -> Result<(), String> {
    let mut copies: BTreeMap<PhotoId, usize> = BTreeMap::new();
    let stored = |world: &World, host: usize| -> Vec<PhotoId> {
        let files = world.hosts[host].disk.files.iter();
        let stored = files.filter(|(_, file)| file.place.is_stored());
        stored.map(|(photo, _)| *photo).collect()
    };
    for host in 0..world.hosts.len() {
        for photo in stored(world, host) {
            *copies.entry(photo).or_default() += 1;
        }
    }
    let right = copies.values().filter(|count| **count == 2).count();
    if right < photos {
        return Err(format!("{right} of {photos} photos have two copies"));
    }
    world.is_balanced(&copies.into_keys().collect())
}

/// What a mesh has cost until it came to rest, and costs then.
pub(crate) struct Cost {
    settled: Duration,
    /// Messages and bytes a node until then, and the bytes of image tables among them.
    messages: u64,
    bytes: f64,
    pub(crate) table_bytes: f64,
    /// Messages and bytes a node in a second, when nobody does anything.
    idle_messages: f64,
    pub(crate) idle_bytes: f64,
}

/// Simulates a mesh until it has come to rest, and then for so long.
pub(crate) fn measure(nodes: usize, photos: usize, idle: Duration) -> Cost {
    let mut world = mesh(nodes, photos);
    let mut problem = String::new();
    while world.now < LIMIT && world.oracle.violation.is_none() {
        world.run_until(world.now + Duration::from_secs(5));
        let Err(why) = is_done(&world, photos) else {
            break;
        };
        // Beside the table: a large mesh takes minutes.
        eprintln!("{nodes} nodes after {} s: {why}", world.now.as_secs());
        problem = why;
    }
    assert_eq!(world.oracle.violation, None);
    assert!(world.now < LIMIT, "{nodes} nodes: {problem}");
    let settled = world.now;
    let total = |stats: &Stats| {
        stats.messages.values().fold((0, 0), |(a, b), (n, bytes)| (a + n, b + bytes))
    };
    let (messages, bytes) = total(&world.stats);
    let tables = world.stats.messages.get("ImageInfo").map_or(0, |(_, bytes)| *bytes);
    world.run_until(settled + idle);
    let (after, bytes_after) = total(&world.stats);
    let each = nodes as f64;
    Cost {
        settled,
        messages: messages / nodes as u64,
        bytes: bytes as f64 / each,
        table_bytes: tables as f64 / each,
        idle_messages: (after - messages) as f64 / each / idle.as_secs_f64(),
        idle_bytes: (bytes_after - bytes) as f64 / each / idle.as_secs_f64(),
    }
}

fn row(nodes: usize, photos: usize) -> String {
    let start = Instant::now();
    let cost = measure(nodes, photos, IDLE);
    format!(
        "| {nodes} | {photos} | {} | {} | {} | {:.1} | {:.1} | {:.1} | {:.2} | {:.0} |",
        cost.settled.as_secs(),
        nodes - 1,
        cost.messages,
        cost.bytes / 1e6,
        cost.table_bytes / 1e6,
        cost.idle_messages,
        cost.idle_bytes / 1e3,
        start.elapsed().as_secs_f64(),
    )
}

#[test]
#[ignore = "a command: make scale [NODES=200]"]
fn scale() {
    let most = std::env::var("NODES").ok();
    let most = most.and_then(|most| most.parse().ok()).unwrap_or(200);
    println!(
        "| nodes | photos | settled after s | links a node | messages a node | MB a node | of these tables | idle: messages/s a node | kB/s a node | computed in s |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for nodes in [5, 20, 50, 100, 200] {
        if nodes <= most {
            println!("{}", row(nodes, nodes * 250));
        }
    }
}
