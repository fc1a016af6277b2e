//! Daemons that say what a test wants, and the program run against them.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;

use photomesh::protocol::client::{PhotoReport, StatusReport};
use photomesh::protocol::codec::{self, MAX_FRAME};
use photomesh::protocol::{Answer, Request};

/// A daemon on a free port that serves connections, one after the other, by a script.
pub(crate) struct Scripted {
    pub(crate) address: String,
}

impl Scripted {
    /// What it does with each request of a connection is up to the script.
    pub(crate) fn new(script: impl Fn(&mut TcpStream, Request) + Send + 'static) -> Scripted {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                while let Some(request) = hear(&mut stream) {
                    script(&mut stream, request);
                }
            }
        });
        Scripted { address }
    }

    /// A daemon of a mesh in this state, with these photos.
    pub(crate) fn of(report: StatusReport, photos: Vec<PhotoReport>) -> Scripted {
        Scripted::new(move |stream, request| {
            let answer = if let Request::List { .. } = request {
                Answer::Photos { photos: photos.clone(), next: None }
            } else if let Request::Status = request {
                Answer::Status(Box::new(report.clone()))
            } else {
                panic!("not asked for: {request:?}")
            };
            say(stream, &answer);
        })
    }

    /// Runs a client command against it, in a folder.
    pub(crate) fn run(&self, folder: &Path, arguments: &[&str]) -> Output {
        client(folder, &self.address, arguments).output().unwrap()
    }
}

/// The next request of a client; that it registers is not answered.
pub(crate) fn hear(stream: &mut TcpStream) -> Option<Request> {
    loop {
        let frame = codec::read_frame(stream, MAX_FRAME).ok()??;
        let request = codec::decode(&frame).unwrap();
        if !matches!(request, Request::RegisterClient { .. }) {
            return Some(request);
        }
    }
}

pub(crate) fn client(folder: &Path, address: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_photomesh"));
    command
        .args(arguments)
        .env("PHOTOMESH_DAEMON", address)
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

pub(crate) fn say(stream: &mut TcpStream, answer: &Answer) {
    // The client may be gone already; whether that is right is for the test to say.
    let _ = codec::write_answer(stream, answer);
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// The names of everything in a folder.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
