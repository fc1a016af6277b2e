//! What daemons write of what they do, and pictures of it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use photomesh::photo::PhotoId;

use crate::disks::start;
use crate::support::ask;
use crate::support::pictures::{draw, jpeg};
use crate::support::wait::eventually;
use crate::{Mesh, PATIENCE};

fn draw_run(traces: &[PathBuf], options: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_photomesh");
    Command::new(program).arg("trace").args(traces).args(options).output().unwrap()
}

fn drawn(traces: &[PathBuf], options: &[&str]) -> String {
    let output = draw_run(traces, options);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_run_of_real_daemons_is_drawn_also_when_one_is_killed() {
    let mut mesh = Mesh::new();
    let bytes = jpeg(&draw(5, 320, 240), 90);
    let id: PhotoId = mesh.give(0, "cat.jpg", &bytes);
    let traces = ["anna", "ben"].map(|name| mesh.place.path().join(format!("{name}.trace")));
    for (number, name) in ["anna", "ben"].into_iter().enumerate() {
        let way_in = mesh.daemons.first().map(|daemon| daemon.address().clone());
        let trace = traces[number].display().to_string();
        let options = ["--name", name, "--trace", &trace];
        let daemon = start(&mesh.folder(number), way_in.as_ref(), &options);
        mesh.daemons.push(daemon);
    }
    mesh.settles(&[("cat.jpg".to_owned(), id)].into_iter().collect(), 2);
    mesh.daemons[1].kill().unwrap();
    let address = mesh.daemons[0].address().clone();
    let is_alone = || match ask::status(&address) {
        Ok(status) if status.nodes.iter().filter(|node| node.alive).count() == 1 => Ok(()),
        other => Err(format!("{other:?}")),
    };
    eventually("anna has noticed", PATIENCE, is_alone).unwrap();
    mesh.daemons[0].stop(PATIENCE).unwrap();

    let text = drawn(&traces, &[]);
    let told =
        ["anna", "ben", "offers cat.jpg", "has cat.jpg safe on disk", "is dead", "loses ben"];
    for words in told {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
    assert!(drawn(&traces, &["--svg", "--photo", "cat.jpg"]).contains("offers cat.jpg"));
    let mermaid = drawn(&traces, &["--mermaid", "--only", "keepThis"]);
    assert!(mermaid.contains("anna-)ben: keepThis: offers cat.jpg"), "{mermaid}");
    assert_eq!(draw_run(&traces, &["--photo", "dog.jpg"]).status.code(), Some(1));
    let no_trace = mesh.folder(0).join("cat.jpg");
    assert_eq!(draw_run(&[no_trace], &[]).status.code(), Some(65));

    // Nothing of the photo itself is in what they have written, nor the secret of a folder.
    let identity = fs::read_to_string(mesh.folder(0).join(".photomesh/identity")).unwrap();
    let secret = identity.split(|c: char| !c.is_ascii_hexdigit()).max_by_key(|word| word.len());
    let secret = secret.unwrap();
    assert!(secret.len() >= 32, "{identity}");
    let written = traces.map(|trace| fs::read_to_string(trace).unwrap()).concat();
    assert!(!written.contains(&secret[..16]));
    assert!(!written.contains(&STANDARD.encode(&bytes)[..40]));
    assert!(!written.contains(&STANDARD.encode(&bytes[300..])[..40]));
}
