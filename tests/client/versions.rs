//! `duplicates`, `distinct` and the versions that `get` speaks of: what people and scripts are told.

use std::collections::BTreeMap;
use std::net::TcpStream;

use photomesh::photo::{Format, PhotoId, Relation};
use photomesh::protocol::client::{
    DistinctReport, DuplicateReport, Explanation, Refusal, Stay, Summary, VersionReport,
};
use photomesh::protocol::{Answer, Holding, NodeId, Request, codec};
use serde_json::Value;
use tempfile::TempDir;

use crate::list::photo;
use crate::scripted::{Scripted, code, names, say, stderr, stdout};

const SMALL: &[u8] = b"the bytes of the small one";
const LARGE: &[u8] = b"the bytes of the large one";

pub(crate) fn small(relation: Relation) -> VersionReport {
    VersionReport {
        id: PhotoId::of(SMALL),
        names: vec!["small.jpg".to_owned()],
        bytes: SMALL.len() as u64,
        width: 320,
        height: 240,
        format: Format::Jpeg,
        held: vec![(NodeId(1), Holding::RetiredOriginal), (NodeId(2), Holding::Retired)],
        relation,
        worse_by: "fewer pixels".to_owned(),
        differs: vec!["320 x 240 instead of 640 x 480\x1b[2J".to_owned()],
    }
}

pub(crate) fn keeper(name: &str) -> Summary {
    Summary {
        name: name.to_owned(),
        id: PhotoId::of(LARGE),
        bytes: LARGE.len() as u64,
        width: 640,
        height: 480,
        format: Format::Jpeg,
    }
}

/// Three versions of two pictures, in two pages with an empty one between.
fn review(stream: &mut TcpStream, request: Request) {
    let Request::Duplicates { after } = request else {
        panic!("{request:?}");
    };
    let one = |relation, trash, keeper| DuplicateReport { version: small(relation), keeper, trash };
    let (duplicates, next) = match after {
        None => {
            let days = Some(Stay::Days(12));
            let first = one(Relation::Same, days, keeper("large.jpg"));
            let second = one(Relation::Same, None, keeper("other.jpg"));
            (vec![first, second], Some(PhotoId([1; 32])))
        }
        Some(PhotoId([1, ..])) => (Vec::new(), Some(PhotoId([2; 32]))),
        Some(_) => {
            let stays = Some(Stay::UntilPurged);
            (vec![one(Relation::Variant, stays, keeper("large.jpg"))], None)
        }
    };
    let (node, called) = (NodeId(1), [(NodeId(2), "ben\x1b".to_owned())].into());
    say(stream, &Answer::Duplicates { node, called, duplicates, next });
}

#[test]
fn duplicates_says_what_was_put_away_and_how_to_answer() {
    let (daemon, folder) = (Scripted::new(review), TempDir::new().unwrap());
    let output = daemon.run(folder.path(), &["duplicates"]);
    let (text, hints) = (stdout(&output), stderr(&output));
    assert_eq!(code(&output), 0, "{hints}");
    for wanted in [
        "large.jpg (",
        ", 640 x 480 JPEG, 26 B)",
        "  same: small.jpg (",
        "  variant: small.jpg (",
        "    320 x 240 instead of 640 x 480\\u{1b}[2J",
        "node 0000000000000001 (the one asked): in its owner's trash; 12 days of running left",
        "node 0000000000000001 (the one asked): in its owner's trash; stays until you purge it",
        "    ben\\u{1b}: in the trash\n",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is missing in\n{text}");
    }
    assert_eq!(text.matches("large.jpg (").count(), 1, "one group:\n{text}");
    for wanted in ["3 versions of 2 pictures", "photomesh distinct", "trash restore", "--exact"] {
        assert!(hints.contains(wanted), "{wanted:?} is missing in\n{hints}");
    }
}

#[test]
fn duplicates_for_scripts_is_one_object_a_picture() {
    let (daemon, folder) = (Scripted::new(review), TempDir::new().unwrap());
    let output = daemon.run(folder.path(), &["duplicates", "--json"]);
    let text = stdout(&output);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<&str> =
        lines.iter().filter_map(|line| line["keeper"]["name"].as_str()).collect();
    assert_eq!(names, ["large.jpg", "other.jpg"]);
    let versions = &lines[0]["versions"];
    assert_eq!(versions[0]["relation"], "same");
    assert_eq!(versions[0]["trash"]["days"], 12);
    assert_eq!(versions[1]["relation"], "variant");
    assert_eq!(versions[1]["trash"], "until-purged");
    assert_eq!(lines[1]["versions"][0]["trash"], Value::Null);
    assert_eq!(stderr(&output), "");
}

fn nothing(stream: &mut TcpStream, _: Request) {
    let (node, called, duplicates) = (NodeId(1), BTreeMap::new(), Vec::new());
    say(stream, &Answer::Duplicates { node, called, duplicates, next: None });
}

#[test]
fn no_duplicates_are_said_to_be_none() {
    let (daemon, folder) = (Scripted::new(nothing), TempDir::new().unwrap());
    let output = daemon.run(folder.path(), &["duplicates"]);
    assert_eq!((code(&output), &*stdout(&output)), (0, ""));
    assert!(stderr(&output).contains("nothing"), "{}", stderr(&output));
}

fn judge(stream: &mut TcpStream, request: Request) {
    let Request::Distinct { image_names } = request else {
        panic!("{request:?}");
    };
    let [first, second] = &image_names[..] else {
        panic!("{image_names:?}");
    };
    let report = |name: &String| DistinctReport {
        name: name.clone(),
        id: PhotoId([7; 32]),
        shown: true,
        state: "shown, on 2 nodes".to_owned(),
    };
    let not_found = |candidates| Answer::NotFound {
        image_name: second.clone(),
        candidates,
        undelivered: false,
        reason: "no photo of this name".to_owned(),
    };
    let answer = match second.as_str() {
        "none" => not_found(Vec::new()),
        "several" => not_found(vec!["07070707".to_owned(), "08080808".to_owned()]),
        "elsewhere" => Answer::Refused {
            cause: Refusal::Request,
            error: "this node has neither: ask --daemon 127.0.0.1:5001".to_owned(),
        },
        _ => Answer::Distinct { photos: vec![report(first), report(second)] },
    };
    say(stream, &answer);
}

#[test]
fn distinct_says_what_became_of_each_and_has_an_exit_code_for_every_no() {
    let (daemon, folder) = (Scripted::new(judge), TempDir::new().unwrap());
    let run = |arguments: &[&str]| daemon.run(folder.path(), arguments);
    let output = run(&["distinct", "a.jpg", "b.jpg"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("  b.jpg (07070707): shown, on 2 nodes"), "{text}");
    for (name, expected) in [("none", 1), ("elsewhere", 2), ("several", 3)] {
        assert_eq!(code(&run(&["distinct", "a.jpg", name])), expected, "{name}");
    }
    assert_eq!(code(&run(&["distinct", "a.jpg"])), 2, "one alone is not different");
}

/// Shows the large one in place of the small one, unless the very photo is wanted.
fn two_versions(stream: &mut TcpStream, request: Request) {
    let photo_of = |bytes: &[u8]| PhotoId::of(bytes);
    if let Request::Explain { image_name, exact, .. } = &request {
        let meant = match image_name.as_str() {
            "small.jpg" => Some(photo_of(SMALL)),
            "large.jpg" => Some(photo_of(LARGE)),
            _ => None,
        };
        if *exact && meant.is_none() {
            let image_name = image_name.clone();
            let reason = "no node that is here has it".to_owned();
            return say(
                stream,
                &Answer::NotFound {
                    image_name,
                    candidates: Vec::new(),
                    undelivered: false,
                    reason,
                },
            );
        }
        let mut photo = photo("large.jpg", 1);
        (photo.id, photo.bytes) = (photo_of(LARGE), LARGE.len() as u64);
        photo.aliases.push("gone.jpg".to_owned());
        let explanation = Explanation {
            called: std::collections::BTreeMap::new(),
            photo,
            meant,
            colour: true,
            camera: false,
            held: Vec::new(),
            versions: vec![small(Relation::Same)],
            state: String::new(),
            shared: None,
        };
        return say(stream, &Answer::Explained(Box::new(explanation)));
    }
    let small = Request::GetExact { photo: photo_of(SMALL), shared: false };
    let bytes = if request == small { SMALL } else { LARGE };
    let envelope = Answer::ReceiveImage {
        image_name: String::new(),
        label: String::new(),
        id: PhotoId::of(bytes),
        bytes: bytes.len() as u64,
        image: Vec::new().into(),
    };
    codec::write_image(stream, &envelope, bytes.len() as u64, &mut &*bytes).unwrap();
}

#[test]
fn get_says_which_version_it_delivers_and_fetches_the_very_one() {
    let (daemon, folder) = (Scripted::new(two_versions), TempDir::new().unwrap());
    let get = |arguments: &[&str]| {
        let mut all = vec!["get", "-o", "-"];
        all.extend(arguments);
        daemon.run(folder.path(), &all)
    };
    let output = get(&["large.jpg"]);
    assert_eq!((&*output.stdout, &*stderr(&output)), (LARGE, ""));

    let output = get(&["small.jpg"]);
    assert_eq!(&*output.stdout, LARGE);
    assert_eq!(
        stderr(&output),
        "small.jpg is shown as large.jpg (same picture, 640 x 480 instead of 320 x 240); this is that one. \
         --exact fetches small.jpg itself.\n"
    );
    let output = get(&["small.jpg", "--exact"]);
    assert_eq!((&*output.stdout, &*stderr(&output)), (SMALL, ""));
    let output = get(&["large.jpg", "--exact"]);
    assert_eq!((&*output.stdout, &*stderr(&output)), (LARGE, ""));

    let output = get(&["gone.jpg"]);
    assert_eq!(&*output.stdout, LARGE);
    assert!(stderr(&output).contains("not here any more"), "{}", stderr(&output));
    assert_eq!(code(&get(&["gone.jpg", "--exact"])), 1);

    let output = daemon.run(folder.path(), &["get", "small.jpg", "--exact"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(names(folder.path()), ["small.jpg"]);
    let show = daemon.run(folder.path(), &["show", "small.jpg"]);
    assert!(stderr(&show).contains("is shown as large.jpg"), "{}", stderr(&show));
}
