//! A node that is not this program: what it takes to be one is in the protocol's document, and no more.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use photomesh::photo::PhotoId;
use photomesh::protocol::Address;

use crate::support::agreement::Expected;
use crate::support::pictures::{draw, jpeg};
use crate::support::wait::eventually;
use crate::support::{ask, disk};
use crate::{Mesh, PATIENCE, all_served};

/// `tests/node.py` with one photo. Killed when it goes out of scope.
struct PythonNode {
    child: Child,
    said: PathBuf,
}

impl PythonNode {
    /// Starts one; none if there is no Python, which is said.
    fn start(way_in: &Address, photo: &Path, id: PhotoId) -> Option<PythonNode> {
        let said = photo.with_extension("log");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/node.py");
        let child = Command::new("python3")
            .arg(script)
            .arg(way_in.port().to_string())
            .arg(photo)
            .arg(id.to_string())
            .stdin(Stdio::null())
            .stderr(File::create(&said).unwrap())
            .spawn();
        match child {
            Ok(child) => Some(PythonNode { child, said }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Not by a macro, whose text is shown of tests that fail only.
                let _ = writeln!(
                    io::stderr(),
                    "SKIPPED: no python3 is here, so the node in Python has not been tried"
                );
                None
            }
            Err(error) => panic!("cannot start python3: {error}"),
        }
    }

    fn kill(&mut self) {
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

impl Drop for PythonNode {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!(
                "--- what the node in Python said\n{}",
                fs::read_to_string(&self.said).unwrap()
            );
        }
    }
}

/// Whether a daemon sees so many other nodes with photos of their own, and all photos on enough nodes.
fn sees_a_stranger(address: &Address) -> Result<(), String> {
    let status = ask::status(address)?;
    let strangers = status.nodes.iter().filter(|node| node.alive && node.originals == 1).count();
    match (strangers, status.photos, status.under_replicated, status.over_replicated) {
        (1, 1, 0, 0) => Ok(()),
        _ => Err(format!("{status:?}")),
    }
}

#[test]
fn a_node_in_python_is_a_node() {
    let mut mesh = Mesh::new();
    let first = mesh.start(None);
    let second = mesh.start(Some(0));
    mesh.settles(&Expected::new(), 2);
    // Of several windows and many pieces.
    let bytes = jpeg(&draw(9, 2400, 1600), 98);
    let photo = mesh.place.path().join("cat.jpg");
    fs::write(&photo, &bytes).unwrap();
    let id = PhotoId::of(&bytes);
    let expected = Expected::from([("cat.jpg".to_owned(), id)]);
    let Some(mut python) = PythonNode::start(&first, &photo, id) else {
        return;
    };
    // It has joined through one node and found the other, has had its photo copied, and counts as a copy itself.
    for address in [&first, &second] {
        eventually("the node is seen", PATIENCE, || sees_a_stranger(address)).unwrap();
    }
    let folders = [mesh.folder(0), mesh.folder(1)];
    let copies = || disk::copies(&[&folders[0], &folders[1]]);
    assert_eq!(copies().get(&id), Some(&1));
    all_served(&mesh.daemons, &expected);
    // It dies without a word, and its copy with it: that is made anew.
    python.kill();
    mesh.settles(&expected, 2);
    all_served(&mesh.daemons, &expected);
}
