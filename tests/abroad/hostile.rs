//! What a group that knows the circle's key, and means no good, can do to another one: look at what that shares, and
//! nothing else.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use photomesh::photo::PhotoId;
use photomesh::protocol::between::{Between, End, Greeting};
use photomesh::protocol::codec::{self, FrameReader, FrameWriter};
use photomesh::protocol::secure::{Channel, Credentials};
use photomesh::protocol::{Address, Answer, CircleFile, GroupKey, MemberFile, Request};
use serde_json::{Value, json};

use crate::support::city::{City, stdout};
use crate::support::pictures::{draw, jpeg};
use crate::{city, porto};

/// A link to a super-peer, from somebody who knows a key.
struct Raw {
    channel: Arc<Channel>,
    answers: FrameReader<TcpStream>,
    writer: FrameWriter<TcpStream>,
}

impl Raw {
    fn connect(address: &Address, key: &GroupKey) -> Option<Raw> {
        let stream = TcpStream::connect((address.host(), address.port())).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let credentials = Credentials { group: key.clone(), own: [5; 32] };
        let channel = Channel::initiate(&credentials, &mut &stream, &mut &stream).ok()?;
        let channel = Arc::new(channel);
        let writer = FrameWriter::new(stream.try_clone().unwrap(), Some(Arc::clone(&channel)));
        let answers = FrameReader::new(stream, Some(Arc::clone(&channel)));
        Some(Raw { channel, answers, writer })
    }

    fn greeting(&self, member: &MemberFile, end: End) -> Greeting {
        let name = "evil".parse().unwrap();
        let keys = (&member.certificate, &member.key);
        Greeting::sign(name, keys, Vec::new(), end, self.channel.handshake())
    }

    fn say(&mut self, question: &Between) {
        // Whoever has hung up takes no more: that is seen by the answer.
        let _ = self.writer.between(question).and_then(|()| self.writer.flush());
    }

    /// The next frame; none if the other side has hung up.
    fn heard(&mut self) -> Option<Value> {
        let content = self.answers.next(codec::MAX_FRAME * 4).ok()??;
        Some(codec::decode(&content).unwrap_or(Value::Null))
    }

    fn ask(&mut self, question: &Between) -> Option<Value> {
        self.say(question);
        self.heard()
    }

    /// Greets as the circle does.
    fn link(address: &Address, circle: &CircleFile, member: &MemberFile) -> Raw {
        let mut raw = Raw::connect(address, &circle.key).unwrap();
        let greeting = raw.greeting(member, End::Dialed);
        let theirs = raw.ask(&Between::Link(Box::new(greeting))).unwrap();
        assert_eq!(theirs["command"], "link");
        raw
    }
}

/// A group with a photo that is shared and one that is not, and somebody of another group who knows the circle's key.
fn prey() -> (City, CircleFile, MemberFile) {
    let circle = CircleFile::new([7; 32]);
    let porto = porto(&circle);
    let evil = city("evil", 66, &circle).member("eve");
    (porto, circle, evil)
}

#[test]
fn who_knows_the_circle_sees_what_is_shared_and_nothing_of_who_has_it() {
    let (porto, circle, evil) = prey();
    let mut raw = Raw::link(&porto.super_peer(0), &circle, &evil);
    let page = raw.ask(&Between::List { after: None }).unwrap();
    let photos = page["photos"].as_array().unwrap();
    let [photo] = &photos[..] else { panic!("{page}") };
    assert_eq!(
        (&photo["name"], &photo["holders"], &photo["aliases"]),
        (&json!("ana.jpg"), &json!([]), &json!([]))
    );
    let told = raw.ask(&Between::Explain { image_name: "ana.jpg".to_owned() }).unwrap();
    assert_eq!((&told["held"], &told["versions"]), (&json!([]), &json!([])));
    let text = format!("{page}{told}");
    for secret in ["ben", "127.0.0.1", &PhotoId::of(&porto.bytes("ben", "ben.jpg")).to_string()] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }

    // What it knows from elsewhere it does not get either.
    let hidden = PhotoId::of(&porto.bytes("ben", "ben.jpg"));
    let unknown = PhotoId::of(b"nothing");
    let asked = |raw: &mut Raw, photo: PhotoId| {
        let size = photomesh::photo::PreviewSize::Grid;
        [
            Between::Explain { image_name: photo.to_string() },
            Between::Get { photo, from: 0 },
            Between::Preview { photo, size },
        ]
        .map(|question| {
            let answer = raw.ask(&question).unwrap();
            assert_eq!(answer["command"], "NotFound", "{question:?}: {answer}");
            answer.to_string().replace(&photo.to_string(), "")
        })
    };
    assert_eq!(asked(&mut raw, hidden), asked(&mut raw, unknown));
    assert_eq!(
        raw.ask(&Between::Get { photo: shared(&porto), from: u64::MAX }).unwrap()["command"],
        "NotFound"
    );
}

fn shared(porto: &City) -> PhotoId {
    PhotoId::of(&porto.bytes("ana", "ana.jpg"))
}

#[test]
fn a_get_goes_on_from_wherever_one_wants() {
    let (porto, circle, evil) = prey();
    let bytes = porto.bytes("ana", "ana.jpg");
    let mut raw = Raw::link(&porto.super_peer(0), &circle, &evil);
    for from in [0, 1, bytes.len() - 1] {
        raw.say(&Between::Get { photo: shared(&porto), from: from as u64 });
        let mut came = Vec::new();
        let left = (bytes.len() - from) as u64;
        let answer = raw.answers.photo(left, |piece| {
            came.extend_from_slice(piece);
            Ok::<(), ()>(())
        });
        assert!(matches!(answer, Ok(Some(Answer::ReceiveImage { .. }))), "{answer:?}");
        assert!(came == bytes[from..], "from {from}");
    }
}

#[test]
fn nobody_speaks_for_a_group_that_has_not_signed_for_them() {
    let (porto, circle, evil) = prey();
    let address = porto.super_peer(0);
    // The other end's word, another link's, and none at all.
    let mut first = Raw::connect(&address, &circle.key).unwrap();
    let stale = first.greeting(&evil, End::Dialed);
    let listened = first.greeting(&evil, End::Listened);
    assert_eq!(first.ask(&Between::Link(Box::new(listened))), None);
    let mut second = Raw::connect(&address, &circle.key).unwrap();
    assert_eq!(second.ask(&Between::Link(Box::new(stale))), None);
    let mut third = Raw::connect(&address, &circle.key).unwrap();
    assert_eq!(third.ask(&Between::List { after: None }), None);
    // One whom their group has removed.
    let mut removed = Raw::connect(&address, &circle.key).unwrap();
    let mut group = city("evil", 66, &circle).group().clone();
    group.invite("eve".parse().unwrap(), [1; 32], 1).unwrap();
    let removal = group.remove(&"eve".parse().unwrap(), 1_790_000_001).unwrap();
    let mut greeting = removed.greeting(&evil, End::Dialed);
    greeting.removed = vec![removal];
    assert_eq!(removed.ask(&Between::Link(Box::new(greeting))), None);
}

#[test]
fn another_key_or_another_frame_opens_nothing() {
    let (porto, circle, evil) = prey();
    let address = porto.super_peer(0);
    assert!(
        Raw::connect(&address, &GroupKey::new([9; 32])).is_none(),
        "a stranger is not answered"
    );
    assert!(
        Raw::connect(porto.address("ana"), &circle.key).is_none(),
        "the circle's key opens no door of a daemon"
    );
    // What a client may ask is no frame between groups, whatever it is.
    for request in [Request::Status, Request::Members, Request::GetImageList] {
        let mut raw = Raw::link(&address, &circle, &evil);
        raw.writer.request(&request).unwrap();
        raw.writer.flush().unwrap();
        assert_eq!(raw.heard(), None, "{request:?}");
    }
    // Nor are these anything.
    for rubbish in [&b"\xff\xff\xff\xff"[..], b"\0\0\0\x02{}", b"\0\0\0\x01\0"] {
        let mut stream = TcpStream::connect((address.host(), address.port())).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(rubbish).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert_eq!(answer, b"");
    }
    assert_eq!(porto.get("ben", "ana.jpg"), Some(porto.bytes("ana", "ana.jpg")));
}

#[test]
fn who_takes_all_there_is_leaves_the_own_group_what_it_needs() {
    let (porto, circle, evil) = prey();
    let address = porto.super_peer(0);
    // As many links as one may have and more, each with a photo begun and not taken; and some who say nothing.
    let mut held: Vec<Raw> = Vec::new();
    let mut strangers: Vec<TcpStream> = Vec::new();
    for at in 0..64 {
        if at % 4 == 0 {
            strangers.push(TcpStream::connect((address.host(), address.port())).unwrap());
        }
        let Some(mut raw) = Raw::connect(&address, &circle.key) else { continue };
        let greeting = raw.greeting(&evil, End::Dialed);
        raw.say(&Between::Link(Box::new(greeting)));
        raw.say(&Between::List { after: None });
        raw.say(&Between::Get { photo: shared(&porto), from: 0 });
        held.push(raw);
    }
    assert!(held.len() >= 16, "{}", held.len());
    // The own group's clients have places of their own, and so has the owner of that very daemon.
    for friend in ["ana", "ben"] {
        let text = stdout(&porto.run(friend, &["groups"]));
        assert!(text.contains("porto"), "{text}");
        assert_eq!(porto.get(friend, "ana.jpg"), Some(porto.bytes("ana", "ana.jpg")));
    }
}

#[test]
fn the_end_of_a_page_tells_nothing_of_what_is_not_shared() {
    let circle = CircleFile::new([7; 32]);
    let mut porto = city("porto", 1, &circle);
    for number in 0..4 {
        porto.give("ben", &format!("{number}.jpg"), &jpeg(&draw(10 + number, 320, 240), 90));
    }
    porto.start_super("ana", &["--share"], &[]);
    porto.start("ben", &[]);
    porto.settles(2);
    let evil = city("evil", 66, &circle).member("eve");
    let mut raw = Raw::link(&porto.super_peer(0), &circle, &evil);
    for after in [None, Some(PhotoId([0; 32])), Some(PhotoId([255; 32]))] {
        let page = raw.ask(&Between::List { after }).unwrap();
        assert_eq!(page, json!({"command": "Photos", "photos": []}));
    }
}
