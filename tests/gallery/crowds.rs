//! How fast it is, and how much memory it takes. Run by hand, in a release build:
//! `cargo test --release --test gallery -- --ignored --nocapture crowds`.

use std::io::{Read, Write};
use std::thread;
use std::time::Instant;

use crate::house::house;

/// As many as a browser has.
const CONNECTIONS: usize = 6;
const REQUESTS: usize = 2_000;

#[test]
#[ignore = "it measures"]
fn small_pictures_a_second() {
    let house = house();
    let id = house.id("cat.jpg");
    let web = house.gallery.web.clone();
    for path in [format!("/thumb/{id}.jpg"), format!("/photo/{id}"), "/api/timeline".to_owned()] {
        let reply = web.get(&path);
        let size = reply.head.len() - "Connection: close\r\n".len() + reply.body.len();
        let began = Instant::now();
        let threads: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                let (web, path) = (web.clone(), path.clone());
                thread::spawn(move || {
                    let mut stream = web.connect();
                    let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", web.address());
                    let mut answer = vec![0; size];
                    for _ in 0..REQUESTS {
                        stream.write_all(request.as_bytes()).unwrap();
                        stream.read_exact(&mut answer).unwrap();
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let rate = (CONNECTIONS * REQUESTS) as f64 / began.elapsed().as_secs_f64();
        let memory = house.gallery.memory("VmRSS");
        eprintln!("{path}: {} of {size} bytes, {rate:.0} a second, {memory} KiB", reply.status);
    }
}
