//! Frames on a stream, one after the other, plain and encrypted.

use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use crate::protocol::codec::{
    FrameError, FrameReader, FrameWriter, MAX_FRAME, MAX_VALUES, count_values, decode,
};
use crate::protocol::message::TransferId;
use crate::protocol::secure::{Channel, Credentials};
use crate::protocol::{Blob, GroupKey, MAX_CHUNK, Message};

/// Both ends of an encrypted link, after the handshake.
pub(super) fn channels() -> [Arc<Channel>; 2] {
    let [dialing, listening] =
        [1, 2].map(|own| Credentials { group: GroupKey::new([7; 32]), own: [own; 32] });
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut here = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut there, _) = listener.accept().unwrap();
    let answering = thread::spawn(move || {
        let mut output = there.try_clone().unwrap();
        Channel::respond(&listening, &mut there, &mut output).unwrap()
    });
    let mut output = here.try_clone().unwrap();
    let dialed = Channel::initiate(&dialing, &mut here, &mut output).unwrap();
    [dialed, answering.join().unwrap()].map(Arc::new)
}

fn messages() -> Vec<Message> {
    let chunk = |size| Message::Chunk {
        transfer: TransferId(1),
        offset: 0,
        data: Blob::from(vec![9; size]),
    };
    vec![Message::Heartbeat, chunk(0), chunk(MAX_CHUNK), Message::RequestInfo]
}

fn written(channel: Option<Arc<Channel>>) -> Vec<u8> {
    let mut wire = Vec::new();
    let mut writer = FrameWriter::new(&mut wire, channel);
    for message in messages() {
        writer.message(&message).unwrap();
    }
    writer.flush().unwrap();
    drop(writer);
    wire
}

/// A stream of which every read yields one byte.
pub(super) struct Trickle<'a>(pub(super) &'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let one = buffer.len().min(1);
        self.0.read(&mut buffer[..one])
    }
}

/// All that a reader makes of what it reads.
fn read_all<R: Read>(mut reader: FrameReader<R>) -> Result<Vec<Message>, FrameError> {
    let mut read = Vec::new();
    while reader.begins().map_err(FrameError::Io)? {
        let frame = reader.next(MAX_FRAME)?.ok_or(FrameError::Torn)?;
        read.push(decode(&frame)?);
    }
    Ok(read)
}

#[test]
fn frames_come_one_by_one_however_the_stream_is_cut() {
    let plain = written(None);
    assert_eq!(read_all(FrameReader::new(plain.as_slice(), None)).unwrap(), messages());
    assert_eq!(read_all(FrameReader::new(Trickle(&plain), None)).unwrap(), messages());
}

#[test]
fn what_is_sealed_is_opened_again() {
    let [ours, theirs] = channels();
    let sealed = written(Some(ours));
    assert!(!sealed.windows(9).any(|part| part == b"heartbeat"));
    // Small frames share a record, so a frame can begin without a byte arriving.
    let reader = FrameReader::new(Trickle(&sealed), Some(theirs));
    assert_eq!(read_all(reader).unwrap(), messages());
}

#[test]
fn a_stream_that_ends_between_frames_has_ended_and_one_that_ends_in_one_is_torn() {
    let wire = written(None);
    let mut nothing = FrameReader::new(&wire[..0], None);
    assert!(!nothing.begins().unwrap());
    assert!(matches!(nothing.next(MAX_FRAME), Ok(None)));
    for cut in [1, 4, 5, wire.len() - 1] {
        let torn = read_all(FrameReader::new(&wire[..cut], None));
        assert!(matches!(torn, Err(FrameError::Torn)), "{cut}: {torn:?}");
    }
}

#[test]
fn arriving_bytes_are_counted() {
    let wire = written(None);
    let mut reader = FrameReader::new(wire.as_slice(), None);
    let mut arrived = 0;
    for _ in messages() {
        reader.next_watched(MAX_FRAME, |bytes| arrived += bytes).unwrap().unwrap();
    }
    assert_eq!(arrived, wire.len());
}

#[test]
fn a_frame_of_too_many_values_is_refused_before_it_is_decoded() {
    let list = |values: usize, of: &str| {
        let rest = format!(",{of}").repeat(values - 1);
        format!(r#"{{"command":"later","list":[{of}{rest}]}}"#)
    };
    // The command is a value, too.
    let (most, more) = (list(MAX_VALUES - 1, "0"), list(MAX_VALUES, "0"));
    assert_eq!(count_values(most.as_bytes()).unwrap(), MAX_VALUES);
    let refused = count_values(more.as_bytes());
    assert!(matches!(refused, Err(FrameError::Malformed(_))), "{refused:?}");
    // Commas in texts are none, whatever else is in them.
    let text = list(9, &format!(r#""\\\",{}""#, ",".repeat(MAX_VALUES)));
    assert_eq!(count_values(text.as_bytes()).unwrap(), 10);
}
