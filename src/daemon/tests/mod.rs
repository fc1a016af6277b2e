//! The threads of links, over real sockets, between a state thread and a folder thread that the tests play themselves.

mod attachments;
mod clients;
mod companion;
mod connection_limits;
mod console;
mod disk;
mod document;
mod drawing;
mod hints;
mod listeners;
mod members;
mod own_address;
mod peers;
mod pictures;
mod reading_along;
mod repeats;
mod rig;
mod room;
mod send_check;
mod trace;
mod uploads;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

use super::console::{Console, Log};
use super::disk::jobs::{Disk, Job};
use super::inbox::{Input, LinkHandle};
use super::limits::{DEADLINES, Deadlines, FRAMES, FRAMES_OF_SPEAKER, READING, READING_OF_SPEAKER};
use super::room::Room;
use super::services::Services;
use super::socket::link::Link;
use super::trace::Trace;
use crate::folder::Previews;
use crate::node::{Event, Level};
use crate::protocol::NodeId;

/// All that is of interest to whoever looks for the fault of a test.
const LOG: Log = Log { level: Level::Debug, json: false };

/// Nothing here takes longer, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the tests play: the other side of the link, the state thread and the folder thread.
struct Stage {
    services: Services,
    link: Arc<Link>,
    /// The other side.
    remote: TcpStream,
    /// Where the state thread would listen.
    inbox: Receiver<Input>,
    /// Where the folder thread would listen.
    jobs: Receiver<Job>,
    /// Whether the node lets in who registers.
    lets_in: bool,
}

impl Stage {
    fn new() -> Stage {
        Stage::with(DEADLINES)
    }

    fn with(deadlines: Deadlines) -> Stage {
        let (inbox_sender, inbox) = bounded(64);
        let clients = inbox_sender.clone();
        let (disk, jobs) = Disk::new();
        let services = Services {
            inbox: inbox_sender,
            clients,
            reading: Room::new(READING, READING_OF_SPEAKER),
            room: Room::new(FRAMES, FRAMES_OF_SPEAKER),
            seats: Arc::default(),
            disk,
            previews: Previews::new(Path::new("/nowhere"), BTreeSet::new()),
            console: Console::start(NodeId(1), LOG).unwrap(),
            trace: Trace::default(),
            next_link: Arc::new(AtomicU64::new(1)),
            deadlines,
            group: None,
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let remote = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        remote.set_read_timeout(Some(PATIENCE)).unwrap();
        let link = services.link(listener.accept().unwrap().0).unwrap();
        Stage { services, link, remote, inbox, jobs, lets_in: true }
    }

    /// The next event, and the way to the link if it is its first.
    fn next_input(&self) -> (Option<LinkHandle>, Event) {
        let input = self.inbox.recv_timeout(PATIENCE).unwrap();
        if let Some((_, told)) = input.admission {
            told.send(self.lets_in).unwrap();
        }
        (input.handle, input.event)
    }

    fn next_event(&self) -> Event {
        self.next_input().1
    }

    fn next_job(&self) -> Job {
        self.jobs.recv_timeout(PATIENCE).unwrap()
    }

    fn send(&mut self, json: &str) {
        let length = u32::try_from(json.len()).unwrap();
        self.remote.write_all(&length.to_be_bytes()).unwrap();
        self.remote.write_all(json.as_bytes()).unwrap();
    }

    /// The next frame from the link, which is JSON alone; none at its end.
    fn receive(&mut self) -> Option<String> {
        self.receive_bytes().map(|content| String::from_utf8(content).unwrap())
    }

    /// The next frame from the link; none at its end.
    fn receive_bytes(&mut self) -> Option<Vec<u8>> {
        let mut length = [0; 4];
        if self.remote.read(&mut length[..1]).unwrap() == 0 {
            return None;
        }
        self.remote.read_exact(&mut length[1..]).unwrap();
        let mut content = vec![0; u32::from_be_bytes(length) as usize];
        self.remote.read_exact(&mut content).unwrap();
        Some(content)
    }

    /// Runs what serves the link in a thread of its own.
    fn serve(&self, serve: impl FnOnce(Services, Arc<Link>) + Send + 'static) {
        let (services, link) = (self.services.clone(), Arc::clone(&self.link));
        thread::spawn(move || serve(services, link));
    }
}
