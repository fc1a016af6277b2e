//! Photos on their way to a client: every byte is handed on as it comes, in both forms, and no end is taken for another.

use std::io::{self, Read};

use super::frames::{Trickle, channels};
use crate::photo::PhotoId;
use crate::protocol::codec::{FrameError, FrameReader, FrameWriter, PhotoError, write_answer};
use crate::protocol::{Answer, Blob};

/// The most that may be handed on at a time.
const PIECE: usize = 128 * 1024;

/// A photo's envelope: with a label that is made to be taken for the beginning of the bytes.
fn envelope(bytes: u64) -> Answer {
    Answer::ReceiveImage {
        image_name: r#"{"image":""#.to_owned(),
        label: r#"a,"image":"\",\"image\":\""#.to_owned(),
        id: PhotoId([7; 32]),
        bytes,
        image: Blob::default(),
    }
}

fn photo(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n * 7 % 251) as u8).collect()
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Base64,
    Attached,
}

const FORMS: [Form; 2] = [Form::Base64, Form::Attached];

/// A frame with a photo.
fn wire(form: Form, bytes: &[u8]) -> Vec<u8> {
    let mut wire = Vec::new();
    let mut writer = FrameWriter::new(&mut wire, None);
    if matches!(form, Form::Attached) {
        writer.attach();
    }
    let length = bytes.len() as u64;
    writer.image(&envelope(length), length, &mut &*bytes).unwrap();
    writer.flush().unwrap();
    drop(writer);
    wire
}

/// A frame with an attachment.
fn attached(json: &str, attachment: &[u8]) -> Vec<u8> {
    let length = |bytes: usize| u32::try_from(bytes).unwrap().to_be_bytes();
    let content = [&length(json.len()), json.as_bytes(), attachment].concat();
    [&length(content.len())[..], &content].concat()
}

/// A frame without one.
fn plain(json: &str) -> Vec<u8> {
    [&u32::try_from(json.len()).unwrap().to_be_bytes(), json.as_bytes()].concat()
}

type Outcome = Result<Option<Answer>, PhotoError<()>>;

/// Reads one answer; what came of it, and the bytes.
fn read(stream: impl Read, limit: u64) -> (Outcome, Vec<u8>) {
    let mut bytes = Vec::new();
    let outcome = FrameReader::new(stream, None).photo(limit, |piece| {
        assert!(!piece.is_empty() && piece.len() <= PIECE, "{}", piece.len());
        bytes.extend_from_slice(piece);
        Ok(())
    });
    (outcome, bytes)
}

/// Why it is refused.
fn complaint(wire: &[u8], limit: u64) -> String {
    match read(wire, limit).0 {
        Err(PhotoError::Within(FrameError::Malformed(why))) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_byte_is_handed_on_whatever_the_length() {
    let around = |middle: usize| middle - 3..middle + 4;
    let pieces = [48, 96, 128, 192, 256].into_iter().flat_map(|kib| around(kib * 1024));
    for length in (0..9).chain(pieces).chain([1_000_000]) {
        for form in FORMS {
            let bytes = photo(length);
            let (outcome, read) = read(&*wire(form, &bytes), length as u64);
            assert_eq!(outcome.unwrap(), Some(envelope(length as u64)), "{form:?} {length}");
            assert!(read == bytes, "{form:?} {length}");
        }
    }
}

#[test]
fn however_the_stream_is_cut_the_photo_is_the_same_and_the_next_answer_follows() {
    let [ours, theirs] = channels();
    for (ours, theirs) in [(None, None), (Some(ours), Some(theirs))] {
        let bytes = photo(20_000);
        let mut wire = Vec::new();
        let mut writer = FrameWriter::new(&mut wire, ours);
        for form in FORMS {
            if matches!(form, Form::Attached) {
                writer.attach();
            }
            writer.image(&envelope(20_000), 20_000, &mut &*bytes).unwrap();
            writer.answer(&Answer::Told).unwrap();
        }
        writer.flush().unwrap();
        drop(writer);
        let mut reader = FrameReader::new(Trickle(&wire), theirs);
        for _ in FORMS {
            let mut read = Vec::new();
            let mut take = |piece: &[u8]| {
                read.extend_from_slice(piece);
                Ok::<(), ()>(())
            };
            assert_eq!(reader.photo(20_000, &mut take).unwrap(), Some(envelope(20_000)));
            assert_eq!(reader.photo(20_000, &mut take).unwrap(), Some(Answer::Told));
            assert!(read == bytes);
        }
        assert!(matches!(reader.photo(0, |_| Ok::<(), ()>(())), Ok(None)));
    }
}

#[test]
fn a_photo_that_ends_short_is_torn_wherever_that_is() {
    let bytes = photo(2000);
    for form in FORMS {
        let wire = wire(form, &bytes);
        assert!(matches!(read(&wire[..0], 2000), (Ok(None), _)));
        for end in 1..wire.len() {
            let (outcome, read) = read(&wire[..end], 2000);
            let torn = match outcome {
                Err(PhotoError::Frame(error)) if end < 4 => error,
                Err(PhotoError::Within(error)) if end >= 4 => error,
                other => panic!("{form:?} cut at {end}: {other:?}"),
            };
            assert!(matches!(torn, FrameError::Torn), "{form:?} cut at {end}: {torn:?}");
            assert!(bytes.starts_with(&read), "{form:?} cut at {end}");
        }
    }
}

#[test]
fn an_answer_without_a_photo_is_one() {
    let mut wire = Vec::new();
    let answer = Answer::NotFound {
        image_name: r#","image":""#.to_owned(),
        candidates: Vec::new(),
        undelivered: true,
        reason: "nobody has it".to_owned(),
    };
    write_answer(&mut wire, &answer).unwrap();
    assert_eq!(read(&*wire, 9).0.unwrap(), Some(answer));
    assert!(complaint(&plain("{"), 9).contains("EOF"));
    complaint(&plain(""), 9);
    complaint(&plain("[]"), 9);
}

#[test]
fn other_programs_may_order_and_space_their_fields_as_they_like() {
    let id = PhotoId([7; 32]);
    let image = r#""image" : "YWJjZA==""#;
    let others = format!(r#""imageName": "a", "label": "a.jpg", "id": "{id}", "bytes": 4"#);
    for json in [
        format!(r#"{{"command": "ReceiveImage", {others}, {image}}}"#),
        format!(r#"{{ {image}, {others}, "command":"ReceiveImage"}} "#),
    ] {
        let (outcome, bytes) = read(&*plain(&json), 4);
        assert!(matches!(outcome, Ok(Some(Answer::ReceiveImage { bytes: 4, .. }))), "{outcome:?}");
        assert_eq!(bytes, b"abcd");
    }
}

#[test]
fn what_is_no_base64_is_refused() {
    let json = |text: &str| plain(&format!(r#"{{"command":"ReceiveImage","image":"{text}"}}"#));
    for text in ["YQ", "YQ=", "YR==", "YQ==YQ==", "Y", "Y-==", "YWJj\\n", "YWJj\\/w==", "YWJj ZA=="]
    {
        let why = complaint(&json(text), 100);
        assert!(why.contains("not in base64"), "{text}: {why}");
    }
    // Padding belongs to the end of all, and not to that of a piece.
    let long = "A".repeat(4 * PIECE / 3 - 2);
    assert!(complaint(&json(&format!("{long}=={long}==")), 10_000_000).contains("not in base64"));
    let open = r#"{"command":"ReceiveImage","image":"YWJj"#;
    assert!(complaint(&plain(open), 100).contains("does not end"));
    assert!(complaint(&json("YWJj"), 100).contains("imageName"));
}

#[test]
fn an_attachment_is_as_long_as_the_photo_that_was_asked_for() {
    let json = |bytes: u64| {
        let mut json = serde_json::to_value(envelope(bytes)).unwrap();
        json["image"] = "".into();
        json.to_string()
    };
    assert!(read(&*attached(&json(3), b"abc"), 3).0.is_ok());
    for (announced, asked) in [(2, 3), (4, 4), (3, 2), (u64::MAX, u64::MAX), (0, 0)] {
        let why = complaint(&attached(&json(announced), b"abc"), asked);
        assert!(why.contains("an attachment of 3 bytes for a photo"), "{why}");
    }
    let twice = json(3).replace(r#""image":"""#, r#""image":"YWJj""#);
    assert!(complaint(&attached(&twice, b"abc"), 3).contains("in base64 and in an attachment"));
    let other = complaint(&attached(r#"{"command":"Told"}"#, b"abc"), 3);
    assert!(other.contains("cannot have one"), "{other}");
    let long = json(3) + &" ".repeat(64 * 1024);
    assert!(complaint(&attached(&long, b"abc"), 3000).contains("beside a photo"));
    let past = [&[0, 0, 0, 9][..], &[0, 0, 0, 9], b"{}abc"].concat();
    assert!(complaint(&past, 3).contains("ends before"));
}

#[test]
fn json_beside_a_photo_is_short() {
    let filler = " ".repeat(64 * 1024);
    let before = format!(r#"{{{filler}"command":"ReceiveImage","image":"YWJj"}}"#);
    assert!(complaint(&plain(&before), 1000).contains("before a photo"));
    let behind = format!(r#"{{"command":"ReceiveImage","image":"YWJj"{filler}}}"#);
    assert!(complaint(&plain(&behind), 1000).contains("behind a photo"));
}

#[test]
fn a_frame_longer_than_the_photo_may_make_it_is_not_read() {
    let wire = wire(Form::Base64, &photo(200_000));
    let (outcome, bytes) = read(&*wire, 1000);
    assert!(matches!(outcome, Err(PhotoError::Frame(FrameError::TooLarge { .. }))), "{outcome:?}");
    assert!(bytes.is_empty());
}

#[test]
fn whoever_cannot_take_the_bytes_ends_it() {
    for form in FORMS {
        let wire = wire(form, b"abc");
        let mut reader = FrameReader::new(&*wire, None);
        let outcome = reader.photo(3, |_| Err(io::ErrorKind::StorageFull));
        assert!(matches!(outcome, Err(PhotoError::Taker(io::ErrorKind::StorageFull))), "{form:?}");
    }
}
