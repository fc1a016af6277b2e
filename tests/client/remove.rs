//! `rm`: nothing goes that was not shown and agreed to.

use std::net::TcpStream;

use photomesh::photo::PhotoId;
use photomesh::protocol::client::{Refusal, RemovalPlan, RemovalReport};
use photomesh::protocol::{Answer, Request};
use tempfile::TempDir;

use super::scripted::{Scripted, code, say, stderr, stdout};

/// A daemon that owns `cat.jpg` and not `dog.jpg`, and `shared.jpg` like another one; it removes exactly the version
/// that it has shown as withdrawn.
fn owner(stream: &mut TcpStream, request: Request) {
    let version = |seed: u8, withdrawn, effect: &str| RemovalReport {
        id: PhotoId([seed; 32]),
        names: vec!["cat.jpg\x1b".to_owned()],
        bytes: 1_000,
        withdrawn,
        stays: !withdrawn,
        effect: effect.to_owned(),
    };
    let refused = Answer::Refused {
        cause: Refusal::Owner,
        error: format!("not this node's own: {request:?}"),
    };
    let shown = [[PhotoId([1; 32])], [PhotoId([2; 32])]];
    let answer = if let Request::Remove { photos } = request {
        match shown.iter().any(|shown| photos == shown) {
            true => Answer::Removed { photos },
            false => refused,
        }
    } else if let Request::PlanRemoval { image_name: name } = request
        && name != "dog.jpg"
    {
        let mut photos = vec![
            version(1, true, "your file goes to this node's trash"),
            version(2, false, "it is in the folder of node 2"),
        ];
        photos[0].stays = name == "shared.jpg";
        let meant = match name.as_str() {
            "small.jpg" => Some(photos[1].id),
            "several.jpg" => None,
            _ => Some(photos[0].id),
        };
        if name == "small.jpg" {
            photos[1].withdrawn = true;
        }
        Answer::Removal(Box::new(RemovalPlan { name: "cat.jpg".to_owned(), meant, photos }))
    } else {
        refused
    };
    say(stream, &answer);
}

#[test]
fn the_plan_is_shown_and_only_what_it_withdraws_is_removed() {
    let daemon = Scripted::new(owner);
    let folder = TempDir::new().unwrap();
    let output = daemon.run(folder.path(), &["rm", "cat.jpg", "-y"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("goes") && text.contains("your file goes"), "{text}");
    assert!(text.contains("it is in the folder of node 2"), "{text}");
    assert!(text.contains("cat.jpg\\u{1b}") && text.contains("removed: 1 photo;"), "{text}");
}

#[test]
fn who_names_a_worse_version_does_not_lose_the_better_one_unasked() {
    let daemon = Scripted::new(owner);
    let folder = TempDir::new().unwrap();
    for name in ["small.jpg", "several.jpg"] {
        let output = daemon.run(folder.path(), &["rm", name, "-y"]);
        assert_eq!((code(&output), &*stdout(&output)), (2, ""), "{}", stderr(&output));
        assert!(stderr(&output).contains("is a worse version of cat.jpg"), "{}", stderr(&output));
        assert!(stderr(&output).contains("Nothing was removed"), "{}", stderr(&output));
    }
    let plan = daemon.run(folder.path(), &["rm", "small.jpg", "-n"]);
    let goes = stdout(&plan).lines().filter(|line| line.starts_with("goes")).count();
    assert_eq!((code(&plan), goes), (0, 1));
    assert!(stderr(&plan).contains("--exact"), "{}", stderr(&plan));
    let output = daemon.run(folder.path(), &["rm", "small.jpg", "--exact", "-y"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stdout(&output).contains("(02020202"), "{}", stdout(&output));
    assert!(!stdout(&output).contains("(01010101"), "{}", stdout(&output));
    let several = daemon.run(folder.path(), &["rm", "several.jpg", "--exact", "-y"]);
    assert_eq!(code(&several), 2, "{}", stderr(&several));
    assert!(stderr(&several).contains("01010101, 02020202"), "{}", stderr(&several));
    let best = daemon.run(folder.path(), &["rm", "cat.jpg", "--exact", "-n"]);
    assert!(stderr(&best).contains("next best version is shown then: "), "{}", stderr(&best));
    assert!(stderr(&best).contains("(02020202"), "{}", stderr(&best));
}

#[test]
fn what_others_have_too_is_not_said_to_be_gone() {
    let daemon = Scripted::new(owner);
    let folder = TempDir::new().unwrap();
    let output = daemon.run(folder.path(), &["rm", "shared.jpg", "--yes"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("still in the collection") && !text.contains("removed"), "{text}");
}

#[test]
fn a_dry_run_removes_nothing_and_without_a_terminal_nobody_is_asked() {
    let daemon = Scripted::new(owner);
    let folder = TempDir::new().unwrap();
    let output = daemon.run(folder.path(), &["rm", "cat.jpg", "-n"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stdout(&output).contains("stays") && !stdout(&output).contains("removed"));
    let output = daemon.run(folder.path(), &["rm", "cat.jpg", "-n", "--json"]);
    let plan: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&plan["photos"][0]["withdrawn"], &plan["photos"][1]["stays"]),
        (&true.into(), &true.into())
    );
    assert_eq!(code(&daemon.run(folder.path(), &["rm", "cat.jpg", "--json"])), 2);
    let output = daemon.run(folder.path(), &["rm", "cat.jpg"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("--yes"), "{}", stderr(&output));
    assert!(!stdout(&output).contains("removed"), "{}", stdout(&output));
    let output = daemon.run(folder.path(), &["rm", "dog.jpg", "--yes"]);
    assert_eq!(code(&output), 77, "it is somebody else's");
}
