//! Super-peers that mean no good, and are asked: what they answer, or do not, harms nobody else.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use photomesh::photo::PhotoId;
use photomesh::protocol::between::{Between, End, Greeting};
use photomesh::protocol::codec::{self, FrameReader, FrameWriter};
use photomesh::protocol::secure::{Channel, Credentials};
use photomesh::protocol::{Address, Answer, CircleFile, MemberFile};

use crate::support::city::{code, stderr};
use crate::support::pictures::{draw, jpeg};
use crate::{city, porto};

/// Listens until the test ends, and serves each connection in a thread.
fn listen(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Address {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = Arc::clone(&serve);
            thread::spawn(move || serve(stream));
        }
    });
    Address::new("127.0.0.1", port)
}

/// Proves to be of a group, and answers every question in the same way until the other side has had enough.
fn answer(
    stream: &TcpStream,
    circle: &CircleFile,
    member: &MemberFile,
    mut answer: impl FnMut(&Between) -> Answer,
) -> Option<()> {
    let credentials = Credentials { group: circle.key.clone(), own: [5; 32] };
    let channel = Arc::new(Channel::respond(&credentials, &mut &*stream, &mut &*stream).ok()?);
    let mut questions = FrameReader::new(stream, Some(Arc::clone(&channel)));
    let mut answers = FrameWriter::new(stream, Some(Arc::clone(&channel)));
    answers.attach();
    questions.next(codec::MAX_FRAME).ok()??;
    let keys = (&member.certificate, &member.key);
    let name = "evil".parse().unwrap();
    let greeting = Greeting::sign(name, keys, Vec::new(), End::Listened, channel.handshake());
    answers.between(&Between::Link(Box::new(greeting))).ok()?;
    loop {
        answers.flush().ok()?;
        let question = codec::decode(&questions.next(codec::MAX_REQUEST).ok()??).ok()?;
        answers.answer(&answer(&question)).ok()?;
    }
}

#[test]
fn who_answers_by_the_byte_keeps_nobody_from_finding_others() {
    // More of them than are asked at a time.
    let tricklers: Vec<Address> = (0..12)
        .map(|_| {
            listen(|mut stream| {
                let mut hello = [0; 50];
                stream.read_exact(&mut hello).unwrap();
                // The answer is a record of 96 bytes, after its length.
                for byte in [0, 96].into_iter().chain([0; 96]) {
                    if stream.write_all(&[byte]).is_err() {
                        return;
                    }
                    thread::sleep(Duration::from_secs(1));
                }
            })
        })
        .collect();
    let circle = CircleFile::new([7; 32]);
    let porto = porto(&circle);
    let mut aveiro = city("aveiro", 2, &circle);
    let links: Vec<Address> = tricklers.into_iter().chain([porto.super_peer(0)]).collect();
    aveiro.start_super("zoe", &[], &links);
    aveiro.sees("porto", 1);
    // Nor from hearing of them again.
    porto.give("ana", "new.jpg", &jpeg(&draw(9, 320, 240), 90));
    aveiro.sees("porto", 2);
}

#[test]
fn a_list_that_does_not_end_is_given_up() {
    let circle = CircleFile::new([7; 32]);
    let member = city("evil", 66, &circle).member("eve");
    let of_circle = circle.clone();
    let evil = listen(move |stream| {
        let mut pages = 0_u128;
        answer(&stream, &of_circle, &member, |question| {
            if !matches!(question, Between::List { .. }) {
                return Answer::Groups { groups: Vec::new() };
            }
            pages += 1;
            let mut next = [0; 32];
            next[..16].copy_from_slice(&pages.to_be_bytes());
            Answer::Photos { photos: Vec::new(), next: Some(PhotoId(next)) }
        });
    });
    let mut aveiro = city("aveiro", 2, &circle);
    aveiro.start_super("zoe", &[], &[evil]);
    aveiro.sees("evil", 0);
    let listed = aveiro.run("zoe", &["list", "--group", "evil"]);
    assert_eq!(code(&listed), 69, "{}", stderr(&listed));
    assert!(stderr(&listed).contains("does not end"), "{}", stderr(&listed));
}
