//! Who may ask what: a member reads everywhere, and commands his own daemons only.

use std::path::{Path, PathBuf};
use std::process::Output;

use photomesh::client;
use photomesh::protocol::client::Refusal;
use photomesh::protocol::{Address, Answer, Blob, MemberFile, Request};

use crate::files::{photomesh, said};
use crate::support::disk;
use crate::support::said::requests;
use crate::{Group, ask};

/// What comes of a request of a member's.
fn answer(address: &Address, member: &MemberFile, request: &Request) -> Result<Answer, String> {
    if let Request::Put { .. } = request {
        let mut daemon = client::Daemon::connect(address, Some(member)).unwrap();
        let data = Blob::from(b"photo".to_vec());
        daemon.send(&Request::Put { name: "a.jpg".to_owned(), bytes: 5, dated: None }).unwrap();
        daemon.send(&Request::Chunk { data }).unwrap();
        return daemon.answer().map_err(|failure| failure.to_string());
    }
    ask(address, Some(member), request)
}

/// Beside each request, whether it is for the owner alone.
fn rights() -> Vec<(Request, bool)> {
    let for_owner = |request: &Request| {
        let command =
            serde_json::to_value(request).unwrap()["command"].as_str().unwrap().to_owned();
        let owners = [
            "Put",
            "Distinct",
            "Forget",
            "Drain",
            "TrashList",
            "TrashRestore",
            "TrashPurge",
            "PlanRemoval",
            "Remove",
        ];
        owners.contains(&command.as_str())
    };
    // Neither is a request by itself: one has been made when the others come, and the other belongs to a put.
    let alone = |request: &Request| {
        !matches!(request, Request::RegisterClient { .. } | Request::Chunk { .. })
    };
    requests()
        .into_iter()
        .filter(alone)
        .map(|request| (request.clone(), for_owner(&request)))
        .collect()
}

#[test]
fn every_request_is_for_its_owner_or_for_all_members_and_for_nobody_else() {
    let group = Group::new(30);
    group.picture("ana", "a.jpg");
    let ana = group.start("ana", None);
    group.settles(ana.address(), 1, 1);
    let stranger = Group::new(31).member("ana");
    let (owner, member) = (group.member("ana"), group.member("ben"));
    let is_refusal = |answer: Result<Answer, String>| match answer {
        Ok(Answer::Refused { cause, .. }) => cause == Refusal::Member,
        Ok(_) => false,
        Err(failure) => failure.contains("only ana can do this at ana/"),
    };
    for (request, for_owner) in rights() {
        assert_eq!(request.is_for_owner_alone(), for_owner, "{request:?}");
        assert!(
            ask(ana.address(), Some(&stranger), &request).is_err(),
            "{request:?} of a stranger"
        );
        assert!(ask(ana.address(), None, &request).is_err(), "{request:?} of nobody");
        let answer_to = |who| is_refusal(answer(ana.address(), who, &request));
        assert_eq!(answer_to(&member), for_owner, "{request:?} of ben");
        assert!(!answer_to(&owner), "{request:?} of ana");
    }
}

/// The real program as a client of a member's.
struct Person<'a> {
    daemon: &'a Address,
    file: PathBuf,
    place: &'a Path,
}

impl Person<'_> {
    fn runs(&self, arguments: &[&str]) -> Output {
        let mut command = photomesh();
        command.args(arguments).args(["--daemon", &self.daemon.to_string(), "--member"]);
        command.arg(&self.file).current_dir(self.place).output().unwrap()
    }

    fn code(&self, arguments: &[&str]) -> Option<i32> {
        self.runs(arguments).status.code()
    }
}

#[test]
fn a_friend_reads_and_commands_nothing() {
    let group = Group::new(32);
    group.picture("ana", "a.jpg");
    let ana = group.start_with("ana", None, &["--name", "nas"]);
    group.settles(ana.address(), 1, 1);
    let (files, place) = (ana.folder(), tempfile::tempdir().unwrap());
    let drawn = crate::pictures::jpeg(&crate::pictures::draw(2, 320, 240), 90);
    std::fs::write(place.path().join("b.jpg"), drawn).unwrap();
    let person = |name, lost| Person {
        daemon: ana.address(),
        file: group.member_file(&group.invited(name, lost)),
        place: place.path(),
    };
    let commands: [&[&str]; 8] = [
        &["put", "b.jpg"],
        &["put", "b.jpg", "--dry-run"],
        &["rm", "a.jpg", "--yes"],
        &["trash", "list"],
        &["trash", "restore", "a.jpg"],
        &["trash", "purge", "--yes"],
        &["distinct", "a.jpg", "b.jpg"],
        &["forget", "ben"],
    ];
    let before = disk::copies(&[files]);
    // Ana herself has made a new file since her daemon was started: what it knows is her old key.
    for (name, lost, why) in [("ben", 0, "of your own"), ("ana", 1, "with the newest one")] {
        let friend = person(name, lost);
        for reads in [
            &["list"][..],
            &["status"],
            &["why", "a.jpg"],
            &["get", "a.jpg", "--force"],
            &["members"],
        ] {
            assert_eq!(friend.code(reads), Some(0), "{name}: {reads:?}");
        }
        for command in commands {
            let refused = friend.runs(command);
            assert_eq!(refused.status.code(), Some(77), "{command:?}: {}", said(&refused));
            let words = said(&refused);
            assert!(
                words.contains("only ana can do this at ana/nas") && words.contains(why),
                "{words}"
            );
        }
    }
    assert_eq!(disk::copies(&[files]), before);

    let owner = person("ana", 0);
    for command in [&["put", "b.jpg"][..], &["rm", "b.jpg", "--yes"], &["trash", "list"], &["list"]]
    {
        let done = owner.runs(command);
        assert_eq!(done.status.code(), Some(0), "{command:?}: {}", said(&done));
    }
}
