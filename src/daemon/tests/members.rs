//! Clients of a daemon that is of a group.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Instant;

use super::{PATIENCE, Stage};
use crate::daemon::client;
use crate::daemon::disk::jobs::Job;
use crate::daemon::limits::CLIENTS_OF_MEMBER;
use crate::daemon::seats::{Kind, Seat};
use crate::daemon::services::InGroup;
use crate::daemon::socket::frames::SocketReader;
use crate::daemon::socket::link::Side;
use crate::folder::Previews;
use crate::node::{Asker, ClientEvent, Event};
use crate::photo::{PhotoId, PreviewSize};
use crate::protocol::client::{Refusal, SHARED};
use crate::protocol::codec::{self, FrameReader, FrameWriter, MAX_REQUEST};
use crate::protocol::group::GroupFile;
use crate::protocol::secure::{Channel, Credentials};
use crate::protocol::{Answer, Blob, MemberFile, Membership, NodeName, Request, Visit};

/// The link keys of the daemon and of a client: any secrets do.
const DAEMON: [u8; 32] = [8; 32];
const CLIENT: [u8; 32] = [9; 32];

/// A client, and the daemon that it has connected to.
struct Visitor {
    stage: Stage,
    answers: FrameReader<TcpStream>,
    requests: FrameWriter<TcpStream>,
}

impl Visitor {
    /// Connects to a daemon of `owner`'s and registers as `member`; what that is answered.
    fn register(owner: &MemberFile, member: &MemberFile) -> (Visitor, Answer) {
        Visitor::at(Stage::new(), owner, member)
    }

    fn at(mut stage: Stage, owner: &MemberFile, member: &MemberFile) -> (Visitor, Answer) {
        let membership = Membership::sign(&owner.certificate, &owner.key, [7; 32]);
        stage.services.group = Some(Arc::new(InGroup {
            credentials: Credentials { group: owner.shared.clone(), own: DAEMON },
            membership,
            name: NodeName::like("nas"),
        }));
        stage.serve(|services, link| {
            link.secure(services.credentials(), Side::Accepted, PATIENCE).unwrap();
            let mut frames = SocketReader::new(Arc::clone(&link));
            let first = frames.first(Instant::now() + PATIENCE).unwrap().unwrap();
            client::reader::serve_client(&services, &link, frames, first);
        });
        let credentials = Credentials { group: member.shared.clone(), own: CLIENT };
        let (mut input, mut output) = (&stage.remote, &stage.remote);
        let channel = Channel::initiate(&credentials, &mut input, &mut output).unwrap();
        let visit = Visit::sign(&member.certificate, &member.key, channel.handshake());
        let channel = Some(Arc::new(channel));
        let stream = || stage.remote.try_clone().unwrap();
        let mut visitor = Visitor {
            answers: FrameReader::new(stream(), channel.clone()),
            requests: FrameWriter::new(stream(), channel),
            stage,
        };
        visitor.send(&Request::RegisterClient {
            name: String::new(),
            member: Some(Box::new(visit)),
            features: Vec::new(),
        });
        let answer = visitor.receive();
        (visitor, answer)
    }

    fn send(&mut self, request: &Request) {
        self.requests.request(request).unwrap();
        self.requests.flush().unwrap();
    }

    fn receive(&mut self) -> Answer {
        codec::decode(&self.answers.next(MAX_REQUEST).unwrap().unwrap()).unwrap()
    }

    /// Puts a photo of 6 bytes.
    fn put(&mut self) {
        self.send(&Request::Put { name: "a.jpg".to_owned(), bytes: 6, dated: None });
        for half in [b"abc", b"def"] {
            self.send(&Request::Chunk { data: Blob::from(half.to_vec()) });
        }
    }

    /// Who asks, as the node hears it of the next request.
    fn asks(&mut self) -> Asker {
        self.send(&Request::Status);
        let event = self.stage.next_event();
        let Event::Client(ClientEvent::Asked { by, .. }) = event else {
            panic!("{event:?}");
        };
        by
    }
}

fn friends() -> [MemberFile; 3] {
    let mut group = GroupFile::new([1; 32], [2; 32]);
    let mut invite = |name: &str, key| group.invite(name.parse().unwrap(), [key; 32], 1).unwrap();
    [invite("ana", 3), invite("ben", 4), invite("ana", 5)]
}

#[test]
fn what_a_friend_puts_is_refused_before_a_byte_of_it_is_on_the_disk() {
    let [ana, ben, ana_later] = friends();
    for (friend, words) in [(ben, "of your own"), (ana_later, "the newest one")] {
        let (mut visitor, answer) = Visitor::register(&ana, &friend);
        assert!(matches!(answer, Answer::Registered { owner: false, .. }), "{answer:?}");
        visitor.put();
        let answer = visitor.receive();
        let Answer::Refused { cause: Refusal::Member, error } = answer else {
            panic!("{answer:?}");
        };
        assert!(error.contains("only ana can do this at ana/nas") && error.contains(words));
        assert!(visitor.stage.jobs.try_recv().is_err(), "the folder was asked");
        // The link goes on, and who asks is known.
        assert_eq!(visitor.asks(), Asker::Member(Box::new(friend.certificate)));
    }
}

#[test]
fn the_owner_is_known_by_their_key() {
    let [ana, ..] = friends();
    let (mut visitor, answer) = Visitor::register(&ana, &ana);
    let Answer::Registered { node, member, owner: true, features } = answer else {
        panic!("{answer:?}");
    };
    assert!(codec::reads_attachments(&features));
    assert!(features.iter().any(|feature| feature == SHARED));
    assert_eq!((member.node(), member.certificate()), (node, &ana.certificate));
    assert_eq!(visitor.asks(), Asker::Owner);

    let (mut visitor, _) = Visitor::register(&ana, &ana);
    visitor.put();
    assert!(matches!(visitor.stage.next_job(), Job::Upload { bytes: 6, .. }));
}

#[test]
fn a_member_with_too_many_clients_is_told_so_and_the_others_are_served() {
    let [ana, ben, _] = friends();
    let stage = Stage::new();
    let seats = stage.services.seats.clone();
    let take = || seats.take(ben.certificate.name(), Kind::Client);
    let taken: Vec<Seat> = (0..CLIENTS_OF_MEMBER).map(|_| take().unwrap()).collect();
    let (_visitor, answer) = Visitor::at(stage, &ana, &ben);
    assert!(matches!(&answer, Answer::Error { error } if error.contains("ben has")), "{answer:?}");

    let mut stage = Stage::new();
    stage.services.seats = seats;
    let (_visitor, answer) = Visitor::at(stage, &ana, &ana);
    assert!(matches!(answer, Answer::Registered { .. }), "{answer:?}");
    drop(taken);
}

#[test]
fn the_owner_alone_is_shown_what_was_drawn_here_without_the_node() {
    let [ana, ben, _] = friends();
    let (photo, size) = (PhotoId([1; 32]), PreviewSize::Grid);
    let jpeg = [0xff, 0xd8, 0xff, 0, 0xff, 0xd9];
    for (member, is_ours, shared) in
        [(&ana, true, false), (&ana, true, true), (&ana, false, false), (&ben, true, false)]
    {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join(".photomesh/tmp")).unwrap();
        let previews = Previews::new(folder.path(), BTreeSet::new());
        match is_ours {
            true => previews.put(photo, size, &jpeg, previews.since()),
            false => previews.put_theirs(photo, size, &jpeg, previews.since()),
        }
        let mut stage = Stage::new();
        stage.services.previews = previews;
        let (mut visitor, _) = Visitor::at(stage, &ana, member);
        let request = Request::GetPreview { photo, size, shared };
        visitor.send(&request);
        if member.certificate == ana.certificate && is_ours && !shared {
            let answer = visitor.receive();
            assert!(matches!(answer, Answer::Preview { .. }), "{answer:?}");
        } else {
            let event = visitor.stage.next_event();
            let Event::Client(ClientEvent::Asked { request: asked, .. }) = event else {
                panic!("{event:?}");
            };
            assert_eq!(asked, request, "the node knows whether it may be shown");
        }
    }
}
