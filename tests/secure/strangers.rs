//! Those who reach the port of a daemon without the group's secret, change what passes on the line, or have the secret
//! and are no members.

use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use photomesh::protocol::codec::{MAX_FRAME, decode, read_frame};
use photomesh::protocol::group::GroupFile;
use photomesh::protocol::secure::{Channel, Credentials, Opening, Sealing};
use photomesh::protocol::{Address, MemberFile, Membership, NodeId, Request, Visit};
use serde_json::{Value, json};

use crate::support::wire::frame;
use crate::tap::{Tap, Way};
use crate::{Group, ask, get};

fn dial(address: &Address) -> TcpStream {
    let stream = TcpStream::connect((address.host(), address.port())).unwrap();
    // A daemon waits 10 s for an unfinished greeting.
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

/// Sends bytes, and nothing after them; what comes back until the end.
fn answer_to(address: &Address, bytes: &[u8]) -> Vec<u8> {
    let mut stream = dial(address);
    // The daemon may have hung up before all of it was sent.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    // A reset is an end too.
    let _ = stream.read_to_end(&mut answer);
    answer
}

#[test]
fn who_has_not_the_secret_hears_nothing() {
    let group = Group::new(3);
    group.picture("anna", "a.jpg");
    let anna = group.start("anna", None);
    group.settles(anna.address(), 1, 1);
    let nothing: &[u8] = &[];
    let list = frame(br#"{"command":"GetImageList"}"#);
    let no_noise = [&[0, 48][..], &[0xa5; 48]].concat();
    let too_long = [&[0xff, 0xff][..], &[0xa5; 70_000]].concat();
    for stranger in [&list[..], b"GET / HTTP/1.1\r\n\r\n", &no_noise, &too_long] {
        assert_eq!(answer_to(anna.address(), stranger), nothing);
    }
    let wrong = Group::new(4).member("anna");
    let failure = ask(anna.address(), Some(&wrong), &Request::Status).unwrap_err();
    assert!(failure.contains("of another group"), "{failure}");
    let failure = ask(anna.address(), None, &Request::Status).unwrap_err();
    assert!(failure.contains("--member"), "{failure}");
    assert_eq!(group.status(anna.address()), Ok((1, 1)));
}

#[test]
fn a_member_is_told_by_a_daemon_that_is_of_no_group() {
    let folder = tempfile::tempdir().unwrap();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_photomesh"));
    let photos = folder.path().join("photos");
    let daemon = crate::Daemon::start(program, &photos, &[]).unwrap();
    let member = Group::new(4).member("anna");
    let failure = ask(daemon.address(), Some(&member), &Request::Status).unwrap_err();
    assert!(failure.contains("of no group"), "{failure}");
}

#[test]
fn what_was_heard_before_opens_nothing() {
    let group = Group::new(5);
    let bytes = group.picture("anna", "a.jpg");
    let anna = group.start("anna", None);
    group.settles(anna.address(), 1, 1);
    let line = Tap::before(anna.address(), None);
    group.ask(line.address(), &get("a.jpg")).unwrap();
    assert!(line.heard(Way::Back).len() > bytes.len());
    // The daemon greets again, with new keys, and understands nothing of the rest.
    let replayed = answer_to(anna.address(), &line.heard(Way::Out));
    assert_eq!(replayed.len(), 2 + 96, "an answer to a replayed session");
    assert_ne!(replayed[2..34], line.heard(Way::Back)[2..34], "an old key");
}

#[test]
fn a_bit_that_was_turned_on_the_way_ends_the_link() {
    let group = Group::new(6);
    group.picture("anna", "a.jpg");
    let anna = group.start("anna", None);
    group.settles(anna.address(), 1, 1);
    let intact = Tap::before(anna.address(), None);
    group.ask(intact.address(), &get("a.jpg")).unwrap();
    // The whole handshake, and the first record behind it.
    let greeting = [(Way::Out, 2 + 48 + 2 + 64 + 2 + 60), (Way::Back, 2 + 96 + 2 + 60)];
    for (way, length) in greeting {
        assert!(intact.heard(way).len() >= length, "too short to be of use");
        // The length of the first record behind the handshake: if it grows, a daemon waits ten seconds for the rest.
        let patience = match way {
            Way::Out => 116..118,
            Way::Back => 98..100,
        };
        for at in (0..length).filter(|at| !patience.contains(at)) {
            let line = Tap::before(anna.address(), Some((way, at)));
            let answer = group.ask(line.address(), &get("a.jpg"));
            assert!(answer.is_err(), "byte {at} {way:?}: {answer:?}");
        }
    }
    group.settles(anna.address(), 1, 1);
}

/// A member who keeps to the encryption, if to nothing else.
pub(crate) struct Member {
    pub(crate) own: NodeId,
    link_key: [u8; 32],
    file: MemberFile,
    channel: Arc<Channel>,
    input: Opening<BufReader<TcpStream>>,
    output: Sealing<TcpStream>,
}

impl Member {
    pub(crate) fn dial(group: &Group, address: &Address) -> Member {
        Member::dial_as(group, address, 9)
    }

    /// The same, by the node of this number.
    pub(crate) fn dial_as(group: &Group, address: &Address, node: u8) -> Member {
        let mut stream = dial(address);
        let identity = SigningKey::from_bytes(&[node; 32]);
        let file = group.member("mallory");
        let credentials =
            Credentials { group: file.shared.clone(), own: identity.to_scalar_bytes() };
        let mut input = stream.try_clone().unwrap();
        let channel = Channel::initiate(&credentials, &mut input, &mut stream).unwrap();
        let channel = Arc::new(channel);
        let link_key = identity.verifying_key().to_montgomery().to_bytes();
        Member {
            own: NodeId::of_key(&link_key),
            link_key,
            file,
            input: Opening::new(BufReader::new(input), Some(Arc::clone(&channel))),
            output: Sealing::new(stream, Some(Arc::clone(&channel))),
            channel,
        }
    }

    /// Registers as a node; what the daemon says to it.
    pub(crate) fn register(&mut self, node: NodeId) -> Value {
        let MemberFile { key, certificate, .. } = &self.file;
        let membership = Membership::sign(certificate, key, self.link_key);
        self.register_with(node, &json!(membership))
    }

    fn register_with(&mut self, node: NodeId, member: &Value) -> Value {
        let register = json!({
            "command": "register", "protocolMin": 2, "protocolMax": 2, "node": node, "boot": "00000000000000aa",
            "member": member, "address": "127.0.0.1:2000", "copies": 2, "pinMs": 60000,
        });
        self.say(&register);
        self.receive()
    }

    /// Says almost all of a frame that is as large as can be, and no more.
    pub(crate) fn say_almost_all(&mut self) {
        let mut bytes = frame(&vec![b' '; MAX_FRAME]);
        bytes.truncate(MAX_FRAME - 1);
        self.output.write_all(&bytes).unwrap();
    }

    pub(crate) fn say(&mut self, message: &Value) {
        let bytes = frame(message.to_string().as_bytes());
        self.output.write_all(&bytes).unwrap();
    }

    /// Says these over and over, as fast as it can, until it is told to stop or turned out; how often.
    pub(crate) fn flood(&mut self, messages: &[Value], stop: &AtomicBool) -> u64 {
        let frames = messages.iter().map(|message| frame(message.to_string().as_bytes()));
        let frames = frames.collect::<Vec<_>>().concat();
        let mut rounds = 0;
        while !stop.load(Ordering::Relaxed) && self.output.write_all(&frames).is_ok() {
            rounds += 1;
        }
        rounds
    }

    pub(crate) fn receive(&mut self) -> Value {
        let content = read_frame(&mut self.input, 1 << 20).unwrap();
        decode(&content.unwrap()).unwrap()
    }
}

#[test]
fn a_member_cannot_speak_for_another_node() {
    let group = Group::new(8);
    let anna = group.start("anna", None);
    let mut honest = Member::dial(&group, anna.address());
    let answer = honest.register(honest.own);
    assert_eq!(answer["command"], "register", "{answer}");

    let mut liar = Member::dial(&group, anna.address());
    let answer = liar.register(NodeId(0xbe4));
    // The daemon has registered too: it says who it is to every member.
    let answer = if answer["command"] == "register" { liar.receive() } else { answer };
    assert_eq!(answer["command"], "Error", "{answer}");
    let error = answer["error"].as_str().unwrap();
    assert!(error.contains("its key is that of"), "{error}");
}

/// What the daemon says to a node that shows this as its membership, to the end.
fn answer_to_membership(group: &Group, address: &Address, member: &Value) -> String {
    let mut node = Member::dial(group, address);
    let own = node.own;
    node.register_with(own, member)["error"].as_str().unwrap_or("welcome").to_owned()
}

#[test]
fn a_node_must_be_one_that_a_member_has_signed_for() {
    let group = Group::new(9);
    let anna = group.start("anna", None);
    let node = Member::dial(&group, anna.address());
    let MemberFile { key, certificate, .. } = &node.file;
    let mine = Membership::sign(certificate, key, node.link_key);
    let of_another_node = Membership::sign(certificate, key, [7; 32]);
    // Who knows the secret can make a group of his own with it.
    let mut fake = GroupFile::new(*node.file.shared.bytes(), [77; 32]);
    let fake = fake.invite("mallory".parse().unwrap(), [78; 32], 1).unwrap();
    let of_another_group = Membership::sign(&fake.certificate, &fake.key, node.link_key);
    let mut forged = json!(mine);
    forged["certificate"]["name"] = json!("anna");

    let cases = [
        (json!(mine), "welcome"),
        (Value::Null, "does not say whose"),
        (json!(of_another_node), "not the one that mallory has signed for"),
        (json!(of_another_group), "a member of another group"),
        (forged, "signature is wrong"),
    ];
    for (member, expected) in cases {
        let answer = answer_to_membership(&group, anna.address(), &member);
        assert!(answer.contains(expected), "{answer:?} and not {expected:?}");
    }
}

#[test]
fn a_client_says_first_who_it_is() {
    let group = Group::new(10);
    let anna = group.start("anna", None);
    let mut earlier = Member::dial(&group, anna.address());
    let MemberFile { key, certificate, .. } = &earlier.file;
    let of_another_link = json!(Visit::sign(certificate, key, earlier.channel.handshake()));
    let register = |member: Value| json!({"command": "registerClient", "member": member});
    earlier.say(&register(of_another_link.clone()));
    let answer = earlier.receive();
    assert_eq!((&answer["command"], &answer["owner"]), (&json!("Registered"), &json!(false)));
    earlier.say(&register(of_another_link.clone()));
    assert_eq!(earlier.receive()["command"], "Error", "twice");

    let mut fake = GroupFile::new(*earlier.file.shared.bytes(), [77; 32]);
    let fake = fake.invite("anna".parse().unwrap(), [78; 32], 1).unwrap();
    let of_another_group = |link: &Member| {
        let visit = Visit::sign(&fake.certificate, &fake.key, link.channel.handshake());
        register(json!(visit))
    };
    let cases = [
        (Some(json!({"command": "GetImageList"})), "which member it is"),
        (Some(json!({"command": "Put", "name": "a.jpg", "bytes": 3})), "which member it is"),
        (Some(json!({"command": "registerClient", "name": "anna"})), "which member it is"),
        (Some(register(of_another_link)), "signature is wrong"),
        (None, "another group"),
    ];
    for (first, expected) in cases {
        let mut link = Member::dial(&group, anna.address());
        let first = first.unwrap_or_else(|| of_another_group(&link));
        link.say(&first);
        let answer = link.receive();
        assert_eq!(answer["command"], "Error", "{answer}");
        assert!(answer["error"].as_str().unwrap().contains(expected), "{answer}");
    }
}
