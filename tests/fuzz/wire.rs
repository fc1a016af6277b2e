//! What comes over the network: frames, what is in them, and names.

use std::io::Cursor;

use photomesh::photo::{Fingerprint, PhotoId};
use photomesh::protocol::codec::{FrameError, decode, read_frame};
use photomesh::protocol::{Address, Answer, Message, NodeId, Request, SafeName};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The largest frame that is accepted here.
const LIMIT: usize = 1 << 20;

const ID: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// Messages of every shape that a field can have.
pub(crate) fn messages() -> Vec<Vec<u8>> {
    let photo = format!(
        r#""id":"{ID}","bytes":7,"format":"jpeg","width":640,"height":480,"colour":true,"camera":true,"captured":"2021-06-13T18:42:07.25","fingerprint":"v1:{}""#,
        "5a".repeat(73)
    );
    let facts =
        format!(r#""names":["a.jpg","b"],"aliases":["c"],"replaces":["{ID}"],"distinct":["{ID}"]"#);
    [
        r#"{"command":"register","versions":[1,1],"features":["chunks"],"node":"0123456789abcdef","boot":1,"address":"anna:5000","copies":2,"key":"","proof":""}"#.to_owned(),
        r#"{"command":"ConnectionUpdate","nodes":{"0123456789abcdef":"127.0.0.1:5000"}}"#.to_owned(),
        format!(r#"{{"command":"ImageInfo","records":[{{{photo},{facts},"holding":"original"}}],"gone":["{ID}"],"complete":true}}"#),
        format!(r#"{{"command":"keepThis","photo":{{{photo}}},"facts":{{{facts}}}}}"#),
        format!(r#"{{"command":"keepAnswer","photo":"{ID}","verdict":"want"}}"#),
        format!(r#"{{"command":"AskForImage","transfer":1,"photo":"{ID}","offset":0,"length":196608,"lane":"get"}}"#),
        r#"{"command":"chunk","transfer":1,"offset":0,"data":"AAECAwQF"}"#.to_owned(),
        format!(r#"{{"command":"challenge","photo":"{ID}","nonce":"{ID}"}}"#),
        format!(r#"{{"command":"proof","nonce":"{ID}","proof":"{ID}"}}"#),
        r#"{"command":"Heartbeat"}"#.to_owned(),
        r#"{"command":"registerClient","name":"ana"}"#.to_owned(),
        r#"{"command":"GetImageList"}"#.to_owned(),
        r#"{"command":"GetImageRequest","imageName":"\ud83d\ude00.jpg"}"#.to_owned(),
        r#"{"command":"Put","name":"a.jpg","bytes":7}"#.to_owned(),
        format!(r#"{{"command":"List","after":"{ID}"}}"#),
        r#"{"command":"ListImage","list":["cat.jpg"]}"#.to_owned(),
        format!(r#"{{"command":"ReceiveImage","imageName":"a","label":"a","id":"{ID}","image":"AAECAwQF"}}"#),
        r#"{"command":"NotFound","imageName":"a","candidates":["b","c"]}"#.to_owned(),
        "[[[[[[[[[[[[[[[[1e999,-0,\"\\u0000\"]]]]".to_owned(),
        format!("v1:{0}:{0}", "5a".repeat(73)),
    ]
    .map(String::into_bytes)
    .to_vec()
}

/// The same as frames.
pub(crate) fn frames() -> Vec<Vec<u8>> {
    let frame = |content: Vec<u8>| [&(content.len() as u32).to_be_bytes(), &content[..]].concat();
    messages().into_iter().map(frame).collect()
}

/// Frames are read to the end of the bytes; none is longer than the bytes that came.
pub(crate) fn check_frames(bytes: &[u8]) -> Result<(), String> {
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

/// What is understood is understood in the same way when it is said again.
pub(crate) fn check_message(content: &[u8]) -> Result<(), String> {
    // Blobs are not written as JSON, so that messages with one cannot be said again in this way.
    fn again<T: Serialize + DeserializeOwned + PartialEq>(content: &[u8]) -> Result<(), String> {
        let Ok(message) = decode::<T>(content) else {
            return Ok(());
        };
        // An unknown command is understood as such, and never said.
        let Ok(said) = serde_json::to_vec(&message) else {
            return Ok(());
        };
        match decode::<T>(&said) {
            Ok(other) if other != message => Err("means something else when said again".to_owned()),
            _ => Ok(()),
        }
    }
    again::<Message>(content)?;
    again::<Request>(content)?;
    again::<Answer>(content)?;
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
        Ok(value)
            if value
                .to_string()
                .parse()
                .is_ok_and(|again: T| again == value) =>
        {
            Ok(())
        }
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
            return Err(format!(
                "{text:?} is safe and becomes {:?}",
                SafeName::new(text).as_str()
            ));
        }
    }
    Ok(())
}
