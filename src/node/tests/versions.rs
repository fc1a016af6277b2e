//! How a worse version of a picture goes: for bytes that this node has verified, and that others have proven to hold.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::super::limits::{SETTLE, TICK};
use super::super::{Action, Event, Spool};
use super::laws::photo;
use super::solo::{Solo, challenge, proof};
use crate::photo::{Nonce, Photo};
use crate::protocol::{Holding, Message, Record};

const PIN: Duration = Duration::from_secs(60);

/// Two versions of one picture, the worse one first. Its id is the lower one: of what is due at once it comes first.
fn pair() -> (u8, u8) {
    let pairs = (0..24).flat_map(|worse| (0..24).map(move |better| (worse, better)));
    let fits = |(worse, better): &(u8, u8)| {
        let (worse, better) = (photo(*worse), photo(*better));
        worse.same_picture(&better) && worse.rank() < better.rank() && worse.id < better.id
    };
    pairs.into_iter().find(fits).expect("such a pair")
}

fn record(photo: Arc<Photo>) -> Record {
    Record {
        photo,
        facts: Arc::default(),
        holding: Holding::Original,
        yields_to: None,
    }
}

fn hold(solo: &mut Solo, photo: Arc<Photo>, holding: Holding) {
    solo.tell(Event::Held {
        photo,
        facts: Default::default(),
        holding,
        files: 1,
    });
}

fn retires(actions: &[Action]) -> bool {
    let retires = |action: &Action| matches!(action, Action::Retire { .. });
    actions.iter().any(retires)
}

#[test]
fn a_worse_version_goes_when_the_better_one_is_verified_and_proven() {
    let (worse, better) = pair();
    let mut solo = Solo::new();
    hold(&mut solo, photo(worse), Holding::Original);
    for n in 1..=2 {
        solo.join(n, PIN, &[]);
        solo.announce(n, vec![record(photo(better))], false);
    }
    let actions = solo.wait(SETTLE + 2 * TICK);
    assert_eq!(challenge(&actions), None, "its bytes come first");
    let asked = actions.iter().find_map(|action| match action {
        Action::Send {
            link,
            message: Message::AskForImage { transfer, .. },
        } => Some((link.0, *transfer)),
        _ => None,
    });
    let (from, transfer) = asked.expect("it fetches the better version");
    let chunk = Message::Chunk {
        transfer,
        offset: 0,
        data: vec![better].into(),
    };
    solo.hear(from, chunk);
    let (spool, result) = (Spool::Pull(transfer), Ok(()));
    solo.tell(Event::Written { spool, result });
    let result = Ok(photo(better));
    let actions = solo.tell(Event::Inspected { spool, result });
    let nonce = challenge(&actions).expect("it asks for proofs");
    assert!(!retires(&solo.compute(nonce)));
    assert!(!retires(&solo.hear(1, proof(nonce))));
    assert!(retires(&solo.hear(2, proof(nonce))));
}

#[test]
fn a_better_version_that_a_drop_counts_on_stays_meanwhile() {
    let (worse, better) = pair();
    let mut solo = Solo::new();
    hold(&mut solo, photo(worse), Holding::Original);
    hold(&mut solo, photo(better), Holding::Replica);
    for n in 1..=2 {
        solo.join(n, PIN, &[]);
        solo.announce(n, vec![record(photo(better))], false);
    }
    // Three nodes have the better version, so this replica of it is one too many.
    let actions = solo.wait(SETTLE * 4);
    let rounds = actions.iter().filter_map(|action| match action {
        Action::Send {
            message: Message::Challenge { nonce, .. },
            ..
        } => Some(*nonce),
        _ => None,
    });
    let rounds: BTreeSet<Nonce> = rounds.collect();
    assert_eq!(rounds.len(), 1, "one round at a time");
    let nonce = *rounds.first().expect("a round");
    solo.compute(nonce);
    assert!(
        retires(&solo.hear(1, proof(nonce))),
        "it is the round of the worse version"
    );
}
