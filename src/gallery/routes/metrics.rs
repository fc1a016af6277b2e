//! How all is, for programs that watch: the text format of Prometheus.
//!
//! ```text
//!   photomesh_photos_at_risk > 0   for an hour: somebody should look at the health page
//! ```

use std::fmt::Write;

use crate::gallery::Gallery;
use crate::gallery::http::response::{Content, Response};
use crate::gallery::watch::Seen;
use crate::protocol::client::{NodeReport, StatusReport};

/// What Prometheus takes.
const KIND: &str = "text/plain; version=0.0.4; charset=utf-8";

impl Gallery {
    /// The figures of the daemon's status.
    pub(super) fn metrics(&self) -> Response {
        Response::of(200, KIND, Content::Bytes(Box::new(text(&self.watch.seen()))))
    }
}

/// All figures; of a daemon that does not answer only that.
pub(in crate::gallery) fn text(seen: &Seen) -> String {
    let mut text = String::new();
    let up = u64::from(seen.status.is_some());
    gauge(&mut text, "up", "whether the daemon answers", up);
    if let Some(status) = &seen.status {
        of_mesh(&mut text, status);
        of_nodes(&mut text, &status.nodes);
    }
    text
}

fn of_mesh(text: &mut String, status: &StatusReport) {
    let figures = [
        ("photos", "photos in the collection", status.photos),
        ("photos_at_risk", "photos on fewer nodes than wanted", status.under_replicated),
        ("photos_over", "photos on more nodes than wanted", status.over_replicated),
        ("duplicates", "worse versions that are not shown", status.duplicates),
        ("copies_wanted", "copies that are wanted of each photo", status.copies_wanted.into()),
        ("trash_photos", "photos in this node's trash", status.trash),
        ("damaged_files", "damaged files found here since the start", status.damaged),
        ("notes", "what people should know, in number", status.notes.len() as u64),
    ];
    for (name, help, value) in figures {
        gauge(text, name, help, value);
    }
    let cache = &status.cache;
    gauge(text, "cache_bytes", "bytes of photos that stay here for who asks again", cache.bytes);
    let counters = [
        ("gets_cached_total", "gets of others' photos without a transfer of their own", cache.hits),
        ("gets_fetched_total", "gets of others' photos that took a transfer", cache.misses),
    ];
    for (name, help, value) in counters {
        head(text, name, help, "counter");
        line(text, name, value);
    }
}

fn of_nodes(text: &mut String, nodes: &[NodeReport]) {
    type Figure = fn(&NodeReport) -> u64;
    let figures: [(&str, &str, Figure); 3] = [
        ("node_up", "whether a node is here", |node| node.alive.into()),
        ("node_photos", "photos on a node's disk, when it was last here", |node| node.photos),
        ("node_bytes", "their bytes", |node| node.bytes),
    ];
    for (name, help, value) in figures {
        head(text, name, help, "gauge");
        for node in nodes {
            let called = label(&node.name());
            let line = format!("{{node=\"{called}\",id=\"{}\"}} {}", node.id, value(node));
            let _ = writeln!(text, "photomesh_{name}{line}");
        }
    }
}

fn gauge(text: &mut String, name: &str, help: &str, value: u64) {
    head(text, name, help, "gauge");
    line(text, name, value);
}

fn head(text: &mut String, name: &str, help: &str, kind: &str) {
    // A string takes whatever is written.
    let _ = writeln!(text, "# HELP photomesh_{name} {help}\n# TYPE photomesh_{name} {kind}");
}

fn line(text: &mut String, name: &str, value: u64) {
    let _ = writeln!(text, "photomesh_{name} {value}");
}

/// A foreign name as the value of a label.
fn label(name: &str) -> String {
    name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
