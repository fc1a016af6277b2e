//! What comes over the network: frames, what is in them, and names.

use std::fmt::Debug;
use std::io::{self, Cursor};

use photomesh::photo::{Fingerprint, PhotoId};
use photomesh::protocol::codec::{
    FrameError, FrameReader, FrameWriter, decode, decode_attached, read_frame, write_answer,
    write_image, write_message, write_request,
};
use photomesh::protocol::{Address, Answer, Message, NodeId, Request, SafeName};
use serde::de::DeserializeOwned;

use crate::{answers, said};

/// The largest frame that is accepted here.
const LIMIT: usize = 1 << 20;

/// How something is written as a frame.
type Write<T> = fn(&mut Vec<u8>, &T) -> io::Result<usize>;

/// Everything that is said, and a little that is not.
pub(crate) fn frames() -> Vec<Vec<u8>> {
    let mut frames = well_formed(&said::messages(), write_message);
    frames.extend(well_formed(&said::requests(), write_request));
    frames.extend(well_formed(&answers::answers(), write_any_answer));
    frames.extend(with_attachments());
    let odd = [
        "[[[[[[[[[[[[[[[[1e999,-0,\"\\u0000\"]]]]".to_owned(),
        format!("v1:{0}:{0}", "5a".repeat(73)),
        "00112233445566778899aabbccddeeff".repeat(2),
        "anna:5000".to_owned(),
    ];
    frames.extend(odd.map(|text| [&(text.len() as u32).to_be_bytes(), text.as_bytes()].concat()));
    frames
}

/// Everything that can have an attachment, with one.
fn with_attachments() -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let mut add = |write: &dyn Fn(&mut FrameWriter<&mut Vec<u8>>) -> io::Result<()>| {
        let mut frame = Vec::new();
        let mut writer = FrameWriter::new(&mut frame, None);
        writer.attach();
        write(&mut writer).and_then(|()| writer.flush()).expect("it can be written");
        drop(writer);
        frames.push(frame);
    };
    for message in said::messages()
        .iter()
        .filter(|said| matches!(said, Message::Chunk { .. } | Message::Preview { .. }))
    {
        add(&|writer| writer.message(message));
    }
    for request in said::requests().iter().filter(|said| matches!(said, Request::Chunk { .. })) {
        add(&|writer| writer.request(request));
    }
    for answer in answers::answers() {
        if matches!(answer, Answer::Preview { .. }) {
            add(&|writer| writer.answer(&answer));
        }
        if let Answer::ReceiveImage { bytes, .. } = answer {
            let zeros = || io::repeat(0);
            add(&|writer| writer.image(&answer, bytes, &mut zeros()));
        }
    }
    frames
}

/// The same without their lengths.
pub(crate) fn messages() -> Vec<Vec<u8>> {
    let frames = frames().into_iter();
    frames.map(|frame| frame[4..].to_vec()).collect()
}

/// Frames that are understood as what was said: a seed that is not would try nothing but the first lines of a parser.
fn well_formed<T: DeserializeOwned + PartialEq + Debug>(
    said: &[T],
    write: Write<T>,
) -> Vec<Vec<u8>> {
    let frame = |value: &T| {
        let mut frame = Vec::new();
        write(&mut frame, value).expect("it can be written");
        let read: T = decode(&frame[4..]).expect("it can be read");
        assert_eq!(read, *value);
        frame
    };
    said.iter().map(frame).collect()
}

fn write_any_answer(frame: &mut Vec<u8>, answer: &Answer) -> io::Result<usize> {
    if let Answer::ReceiveImage { image, .. } = answer {
        write_image(frame, answer, image.len() as u64, &mut &**image)
    } else {
        write_answer(frame, answer)
    }
}

/// Frames are read to the end of the bytes; none is longer than the bytes that came.
pub(crate) fn check_frames(bytes: &[u8]) -> Result<(), String> {
    check_photo(bytes)?;
    let mut stream = Cursor::new(bytes);
    loop {
        match read_frame(&mut stream, LIMIT) {
            Ok(Some(content)) if content.len() + 4 <= bytes.len() => check_message(&content)?,
            Ok(Some(_)) => return Err("a frame of more than came".to_owned()),
            Ok(None) | Err(FrameError::Torn | FrameError::TooLarge { .. }) => return Ok(()),
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// No more is handed on of a photo than came.
fn check_photo(bytes: &[u8]) -> Result<(), String> {
    let mut taken = 0;
    // Whether it is an answer is not to be checked here.
    let _ = FrameReader::new(bytes, None).photo(LIMIT as u64, |piece| {
        taken += piece.len();
        Ok::<(), ()>(())
    });
    if taken <= bytes.len() { Ok(()) } else { Err(format!("{taken} bytes of a photo")) }
}

/// What is attached is understood in the same way when it is said again.
fn check_attached(content: &[u8]) -> Result<(), String> {
    let Ok(message) = decode_attached::<Message>(content.to_vec()) else {
        return Ok(());
    };
    let Message::Chunk { .. } = message else {
        return Ok(());
    };
    let mut frame = Vec::new();
    let mut writer = FrameWriter::new(&mut frame, None);
    writer.attach();
    let said = writer.message(&message).and_then(|()| writer.flush());
    said.map_err(|error| format!("cannot be said again: {error}"))?;
    drop(writer);
    match decode_attached::<Message>(frame[4..].to_vec()) {
        Ok(again) if again == message => Ok(()),
        other => Err(format!("is {other:?} when said again")),
    }
}

/// What is understood is understood in the same way when it is said again.
pub(crate) fn check_message(content: &[u8]) -> Result<(), String> {
    fn again<T: DeserializeOwned + PartialEq>(
        content: &[u8],
        write: Write<T>,
    ) -> Result<(), String> {
        let Ok(value) = decode::<T>(content) else {
            return Ok(());
        };
        let mut said = Vec::new();
        write(&mut said, &value).map_err(|error| format!("cannot be said again: {error}"))?;
        match decode::<T>(&said[4..]) {
            Ok(other) if other == value => Ok(()),
            Ok(_) => Err("means something else when said again".to_owned()),
            Err(error) => Err(format!("is not understood when said again: {error}")),
        }
    }
    // An unknown command is understood as such, and never said.
    if !matches!(decode(content), Ok(Message::Unknown)) {
        again(content, write_message)?;
    }
    again(content, write_request)?;
    again(content, write_any_answer)?;
    check_attached(content)?;
    let text = String::from_utf8_lossy(content);
    same_again(&text, text.parse::<Fingerprint>())?;
    same_again(&text, text.parse::<PhotoId>())?;
    same_again(&text, text.parse::<NodeId>())?;
    same_again(&text, text.parse::<Address>())
}

/// What was read from a text reads the same from what it writes.
fn same_again<T: PartialEq + ToString + std::str::FromStr, E>(
    text: &str,
    read: Result<T, E>,
) -> Result<(), String> {
    match read {
        Ok(value) if value.to_string().parse().is_ok_and(|again: T| again == value) => Ok(()),
        Ok(value) => Err(format!("{text} writes {}", value.to_string())),
        Err(_) => Ok(()),
    }
}

pub(crate) fn names() -> Vec<Vec<u8>> {
    let long = format!("{}.jpeg", "ü".repeat(300));
    [
        "cat.jpg",
        "../../etc/passwd",
        "C:\\con.txt",
        ".hidden",
        "a/b\0c",
        "\u{202e}gpj.exe",
        &long,
        "~a~b.tar.gz",
        " . ",
    ]
    .map(|name| name.as_bytes().to_vec())
    .to_vec()
}

/// A safe name is one component of a path, visible, not too long, and as safe as it can be made.
pub(crate) fn check_name(bytes: &[u8]) -> Result<(), String> {
    let foreign = String::from_utf8_lossy(bytes);
    let name = SafeName::new(&foreign);
    for safe in [&name, &name.numbered(7)] {
        let text = safe.as_str();
        let plain = !text.is_empty() && text.len() <= SafeName::MAX && !text.starts_with('.');
        if !plain || text.contains(['/', '\\', '\0']) {
            return Err(format!("{foreign:?} became {text:?}"));
        }
        if SafeName::new(text) != *safe {
            return Err(format!("{text:?} is safe and becomes {:?}", SafeName::new(text).as_str()));
        }
    }
    Ok(())
}
