//! A computer that will not come back: its friends need not wait until they would have missed it.

use photomesh::photo::PhotoId;
use photomesh::protocol::{Address, Answer, Request};

use crate::files::{photomesh, said};
use crate::support::daemon::Daemon;
use crate::support::disk;
use crate::{Group, PATIENCE, ask, eventually};

/// The program on the command line of a member, asking their own daemon.
fn forget(group: &Group, member: &str, daemon: &Daemon, node: &str) -> (Option<i32>, String) {
    let mut command = photomesh();
    command.args(["forget", node, "--daemon", &daemon.address().to_string(), "--member"]);
    let output = command.arg(group.member_file(&group.member(member))).output().unwrap();
    let words = String::from_utf8_lossy(&output.stdout).into_owned() + &said(&output);
    (output.status.code(), words)
}

/// The nodes that a daemon tells people of, by what they call them.
fn told(group: &Group, daemon: &Daemon) -> Vec<String> {
    let answer = |request| ask(daemon.address(), Some(&group.member("ana")), &request).unwrap();
    let Answer::Status(status) = answer(Request::Status) else {
        panic!("not the status");
    };
    let Answer::Members { members, .. } = answer(Request::Members) else {
        panic!("not the members");
    };
    let listed: usize = members.iter().map(|member| member.nodes.len()).sum();
    assert_eq!(listed, status.nodes.len(), "{members:?}");
    let mut called: Vec<String> = status.nodes.into_iter().map(|node| node.called).collect();
    called.sort();
    called
}

#[test]
fn the_photos_of_a_node_that_is_forgotten_are_copied_at_once_and_it_is_welcome_back() {
    let group = Group::new(33);
    let cat = PhotoId::of(&group.picture("ben", "cat.jpg"));
    // Nobody is missed within the hour.
    let start =
        |name: &str, join: Option<&Address>| group.start_with(name, join, &["--grace", "1h"]);
    let ana = start("ana", None);
    let mut ben = start("ben", Some(ana.address()));
    let carl = start("carl", Some(ana.address()));
    for daemon in [&ana, &ben, &carl] {
        group.settles(daemon.address(), 3, 1);
    }
    let has = |daemon: &Daemon| disk::copies(&[daemon.folder()]).contains_key(&cat);
    let copied = || match [&ana, &carl].iter().filter(|daemon| has(daemon)).count() {
        1 => Ok(()),
        copies => Err(format!("{copies} copies besides ben's own")),
    };
    eventually("the photo is on two computers", PATIENCE, copied).unwrap();
    let ((mut holder, other), name) =
        if has(&ana) { ((ana, carl), "ana") } else { ((carl, ana), "carl") };

    let (code, words) = forget(&group, name, &holder, "ben");
    assert_eq!(code, Some(2), "he is here: {words}");
    ben.kill().unwrap();
    group.settles(holder.address(), 2, 1);
    let (code, words) = forget(&group, name, &holder, "dan");
    assert!(code == Some(1) && words.contains("not here: ben"), "{words}");
    assert_eq!(told(&group, &holder), ["ana", "ben", "carl"]);
    assert!(!has(&other));
    let (code, words) = forget(&group, name, &holder, "ben");
    assert!(code == Some(0) && words.contains("forgotten: ben"), "{words}");
    assert!(words.contains("1 photo on it"), "{words}");
    let copied = || has(&other).then_some(()).ok_or_else(|| "there is no copy".to_owned());
    eventually("the other friend has a copy", PATIENCE, copied).unwrap();
    assert_eq!(told(&group, &holder), ["ana", "carl"]);
    assert_eq!(told(&group, &other), ["ana", "ben", "carl"], "there nobody has said so");

    let mut ben = start("ben", None);
    for daemon in [&holder, &other, &ben] {
        group.settles(daemon.address(), 3, 1);
    }
    assert_eq!(told(&group, &holder), ["ana", "ben", "carl"]);

    // Forgotten is forgotten in the next life, too, whatever the other one tells.
    ben.kill().unwrap();
    group.settles(holder.address(), 2, 1);
    forget(&group, name, &holder, "ben");
    holder.stop(PATIENCE).unwrap();
    holder = start(name, None);
    group.settles(holder.address(), 2, 1);
    assert_eq!(told(&group, &holder), ["ana", "carl"]);
}
