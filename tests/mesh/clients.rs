//! What simple clients of a mesh may rely on.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use photomesh::photo::PhotoId;
use serde_json::{Value, json};

use crate::support::agreement::Expected;
use crate::support::disk;
use crate::support::pictures::{draw, jpeg};
use crate::support::wire::{Wire, frame};
use crate::{Mesh, own_pictures};

#[test]
fn a_put_is_answered_when_it_is_on_two_disks() {
    let mut mesh = Mesh::new();
    mesh.start(None);
    mesh.start(Some(0));
    mesh.settles(&Expected::new(), 2);
    let bytes = jpeg(&draw(5, 240, 160), 90);
    let file = mesh.place.path().join("new.jpg");
    fs::write(&file, &bytes).unwrap();
    let mut out = Vec::new();
    let connect = || photomesh::client::Daemon::connect(mesh.daemons[1].address(), None);
    let wish =
        photomesh::client::Put { files: vec![file], recursive: false, dry_run: false, json: false };
    photomesh::client::put(connect, &wish, &mut out).unwrap();
    let said = String::from_utf8(out).unwrap();
    assert!(said.contains("on 2 nodes"), "{said}");
    let id = PhotoId::of(&bytes);
    let folders = [mesh.folder(0), mesh.folder(1)];
    let copies = disk::copies(&[&folders[0], &folders[1]]);
    assert_eq!(copies.get(&id), Some(&2), "said too early");
}

fn request_frame(request: &Value) -> Vec<u8> {
    frame(request.to_string().as_bytes())
}

/// The next answer, which must come.
fn next_answer(client: &mut Wire) -> Value {
    client.receive().unwrap().unwrap()
}

fn bytes_of(answer: &Value) -> Vec<u8> {
    use base64::Engine;
    let text = answer["image"].as_str().unwrap();
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

#[test]
fn a_simple_client_is_answered_in_order_and_at_once() {
    let mut mesh = Mesh::new();
    let expected = own_pictures(&mesh, 2, 3);
    let first = mesh.start(None);
    mesh.start(Some(0));
    mesh.settles(&expected, 2);

    let get = |name: &str| json!({"command": "GetImageRequest", "imageName": name});
    let requests = [
        json!({"command": "registerClient", "name": "ana"}),
        json!({"command": "GetImageList"}),
        get("picture004.jpg"),
        get("no such.jpg"),
        get("picture000.jpg"),
    ];
    let mut client = Wire::connect(&first).unwrap();
    let asked = Instant::now();
    let frames: Vec<Vec<u8>> = requests.iter().map(request_frame).collect();
    client.send(&frames.concat()).unwrap();
    client.finish().unwrap();

    let labels: Vec<&String> = expected.keys().collect();
    assert_eq!(next_answer(&mut client), json!({"command": "ListImage", "list": labels}));
    let answer = next_answer(&mut client);
    assert_eq!(
        (&answer["command"], &answer["imageName"]),
        (&json!("ReceiveImage"), &json!("picture004.jpg"))
    );
    assert_eq!(PhotoId::of(&bytes_of(&answer)), expected["picture004.jpg"]);
    let answer = next_answer(&mut client);
    assert_eq!(
        (&answer["command"], &answer["imageName"]),
        (&json!("NotFound"), &json!("no such.jpg"))
    );
    let answer = next_answer(&mut client);
    assert_eq!(PhotoId::of(&bytes_of(&answer)), expected["picture000.jpg"]);
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?} is not at once", asked.elapsed());
    // A half-closed client is answered to the end, and then the daemon closes too.
    assert_eq!(client.receive().unwrap(), None);
}

#[test]
fn two_clients_of_one_name_and_many_at_once_all_get_their_answers() {
    let mut mesh = Mesh::new();
    let expected = own_pictures(&mesh, 2, 4);
    let first = mesh.start(None);
    mesh.start(Some(0));
    mesh.settles(&expected, 2);

    // All are connected before the first asks, and all have asked before the first reads.
    let hello = request_frame(&json!({"command": "registerClient", "name": "ana"}));
    let mut clients: Vec<Wire> = (0..200).map(|_| Wire::connect(&first).unwrap()).collect();
    for client in &mut clients {
        client.send(&hello).unwrap();
    }
    let wanted: Vec<_> = expected.iter().cycle().take(clients.len()).collect();
    for (client, (name, _)) in clients.iter_mut().zip(&wanted) {
        let request = json!({"command": "GetImageRequest", "imageName": name});
        client.send(&request_frame(&request)).unwrap();
    }
    thread::scope(|scope| {
        for (mut client, (_, id)) in clients.into_iter().zip(wanted) {
            scope.spawn(move || assert_eq!(PhotoId::of(&bytes_of(&next_answer(&mut client))), *id));
        }
    });
}
