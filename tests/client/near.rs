//! Names that are nearly right: one in the wrong case is taken, others are suggested.

use std::net::TcpStream;

use photomesh::photo::PhotoId;
use photomesh::protocol::{Answer, Request};
use tempfile::TempDir;

use crate::get::explained;
use crate::scripted::{Scripted, code, say, stderr, stdout};

/// A daemon with a photo of just one name, and a list with a few more.
fn strict(stream: &mut TcpStream, request: Request) {
    let answer = if let Request::GetImageList = request {
        let list = ["Aqua.jpg", "Cat.JPG", "cat\x1b~1.jpg", "cats.png"].map(str::to_owned);
        Answer::ListImage { list: list.to_vec().into() }
    } else if let Request::Explain { image_name, .. } | Request::PlanRemoval { image_name } =
        request
    {
        match image_name == "Cat.JPG" {
            true => explained("Cat.JPG", PhotoId::of(b"cat"), 3),
            false => {
                let reason = "no photo of this name is in the collection".to_owned();
                Answer::NotFound { image_name, candidates: Vec::new(), undelivered: false, reason }
            }
        }
    } else {
        panic!("not asked for: {request:?}")
    };
    say(stream, &answer);
}

#[test]
fn it_is_told_what_the_photos_are_that_a_name_can_mean() {
    let daemon = Scripted::new(|stream, request| {
        let Request::Explain { image_name, .. } = request else {
            panic!("not asked for: {request:?}")
        };
        let answer = match image_name.as_str() {
            "cat.jpg" => Answer::NotFound {
                image_name,
                candidates: ["cat~1.jpg", "cat~2.jpg"].map(str::to_owned).into(),
                undelivered: false,
                reason: "several".to_owned(),
            },
            "cat~1.jpg" => explained("cat~1.jpg", PhotoId::of(b"cat"), 3_000),
            _ => Answer::Error { error: "it broke".to_owned() },
        };
        say(stream, &answer);
    });
    let folder = TempDir::new().unwrap();
    for command in ["get", "show"] {
        let output = daemon.run(folder.path(), &[command, "cat.jpg"]);
        assert_eq!(code(&output), 3);
        let said = "\n  cat~1.jpg (640 x 480 JPEG, 2.93 KiB)\n  cat~2.jpg\n";
        assert!(stderr(&output).ends_with(said), "{}", stderr(&output));
    }
}

#[test]
fn a_name_in_the_wrong_case_is_taken_to_look_and_never_to_remove() {
    let (daemon, folder) = (Scripted::new(strict), TempDir::new().unwrap());
    for command in ["show", "why"] {
        let output = daemon.run(folder.path(), &[command, "cat.jpg"]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert!(stdout(&output).starts_with("Cat.JPG"), "{}", stdout(&output));
        assert!(stderr(&output).contains("; Cat.JPG is taken"), "{}", stderr(&output));
    }
    for asked in [&["rm", "cat.jpg", "--yes"][..], &["get", "cat.jpg", "--exact"]] {
        let output = daemon.run(folder.path(), asked);
        assert_eq!(code(&output), 1, "{}", stderr(&output));
        assert!(stderr(&output).contains("did you mean Cat.JPG"), "{}", stderr(&output));
    }
}

#[test]
fn what_may_have_been_meant_is_suggested() {
    let (daemon, folder) = (Scripted::new(strict), TempDir::new().unwrap());
    for (name, advice) in [
        ("cat", "; did you mean Cat.JPG, cats.png or cat\\u{1b}~1.jpg?"),
        ("aqau.jpg", "; did you mean Aqua.jpg?"),
        ("352fa", "; an id needs 6 digits at least"),
        ("holiday.jpg", "is in the collection"),
    ] {
        let output = daemon.run(folder.path(), &["get", name]);
        assert_eq!(code(&output), 1);
        let text = stderr(&output);
        assert!(text.ends_with(&format!("{advice}\n")), "{text}");
    }
}
