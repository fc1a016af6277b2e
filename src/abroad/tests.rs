//! What is remembered of the circle, without any sockets.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use socket2::SockRef;

use super::answers::Answers;
use super::circle::{Circle, Named};
use super::limits::{EAGER, FORGET, HEARSAY, IN_FLIGHT, PACE, ROUND, TOLD};
use super::{GETS, Gets};
use crate::protocol::between::{GroupName, GroupReport, SUPERS};
use crate::protocol::secure::{Channel, Credentials};
use crate::protocol::{Address, GroupId, GroupKey, Revocation};

const TELLER: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));

fn at(port: u16) -> Address {
    Address::new("porto.example", port)
}

fn id(number: u8) -> GroupId {
    GroupId::of(&SigningKey::from_bytes(&[number; 32]))
}

fn named(name: &str) -> GroupName {
    name.parse().unwrap()
}

fn report(number: u8, name: &str, supers: Vec<Address>) -> GroupReport {
    GroupReport {
        id: id(number),
        name: named(name),
        photos: 7,
        bytes: 70,
        nodes: 2,
        here: 2,
        supers,
        lost_secs: None,
    }
}

/// The circle as aveiro knows it, which was given these addresses.
fn circle(given: &[Address]) -> Circle {
    Circle::new(report(1, "aveiro", Vec::new()), given)
}

#[test]
fn who_was_named_is_tried_until_they_answer_and_asked_now_and_then() {
    let mut circle = circle(&[at(1)]);
    let mut now = Instant::now();
    assert_eq!(circle.due(now), [at(1)]);
    assert_eq!(circle.due(now), []);
    circle.failed(&at(1), now);
    now += EAGER;
    assert_eq!(circle.due(now), [at(1)]);
    circle.answered(&at(1), (id(2), named("porto")), &[], now);
    // Soon again at first, and then less and less often.
    let mut asked = Vec::new();
    for second in 0..120 {
        now += Duration::from_secs(1);
        if circle.due(now) == [at(1)] {
            circle.answered(&at(1), (id(2), named("porto")), &[], now);
            asked.push(second);
        }
    }
    let rests: Vec<_> = asked.windows(2).map(|two| two[1] - two[0]).collect();
    assert_eq!(rests[..4], [8, 16, ROUND.as_secs(), ROUND.as_secs()]);
}

#[test]
fn a_large_circle_is_asked_and_told_of_bit_by_bit() {
    let mut circle = circle(&[]);
    let mut now = Instant::now();
    let groups = 100;
    let answer = |circle: &mut Circle, port: u16, now: Instant| {
        let name = format!("city{port}");
        circle.answered(&at(port), (id(port as u8 + 2), named(&name)), &[], now);
    };
    (0..groups).for_each(|port| answer(&mut circle, port, now));
    let mut told: BTreeSet<String> = BTreeSet::new();
    for _ in 0..groups / TOLD as u16 + 1 {
        let some = circle.some(id(2), now);
        assert_eq!(some.len(), 1 + TOLD);
        assert_eq!(some[0].name.as_str(), "aveiro");
        told.extend(some[1..].iter().map(|group| group.name.to_string()));
    }
    assert_eq!(told.len(), groups as usize - 1, "all but the one that asks");
    // Another super-peer of the own group asks, too.
    assert_eq!(circle.some(id(1), now).len(), 1 + TOLD);
    // When all have told what they share.
    let mut asked = 0;
    for second in 0..1_200 {
        now += Duration::from_secs(1);
        for address in circle.due(now) {
            answer(&mut circle, address.port(), now);
            asked += u32::from(second >= 600);
        }
    }
    let most = 600 / PACE.as_secs() as u32;
    assert!((most / 2..=most + 100).contains(&asked), "{asked} of {most}");
}

#[test]
fn of_several_super_peers_one_that_answers_is_asked_first() {
    let mut circle = circle(&[]);
    let now = Instant::now();
    for port in 1..=3 {
        circle.answered(&at(port), (id(2), named("porto")), &[], now);
    }
    circle.failed(&at(1), now);
    circle.failed(&at(1), now);
    circle.failed(&at(3), now);
    assert_eq!(circle.supers_of(id(2)), [at(2), at(3), at(1)]);
    assert_eq!(circle.due(now + ROUND), [at(2)]);
}

#[test]
fn what_others_tell_is_tried_once_and_only_so_much_of_it() {
    let mut circle = circle(&[]);
    let now = Instant::now();
    circle.answered(&at(1), (id(2), named("porto")), &[], now);
    let many = (0..200).map(|n| report(3, "lisboa", vec![at(2000 + n)]));
    let groups: Vec<_> = [report(2, "porto", vec![at(1)])].into_iter().chain(many).collect();
    circle.summed_up(id(2), &groups, TELLER);
    let due = circle.due(now);
    assert_eq!(due.len(), HEARSAY);
    due.iter().for_each(|address| circle.failed(address, now));
    assert!(circle.due(now + ROUND / 2).iter().all(|address| address.port() < 2000));
    // No more super-peers of one group are kept than are used.
    for port in 0..20 {
        circle.answered(&at(port), (id(2), named("porto")), &[], now);
    }
    assert_eq!(circle.supers_of(id(2)).len(), SUPERS);
}

#[test]
fn a_group_is_told_by_its_own_words_and_forgotten_in_the_end() {
    let mut circle = circle(&[]);
    let now = Instant::now();
    circle.answered(&at(1), (id(2), named("porto")), &[], now);
    // It cannot speak for another one, nor rename itself in passing.
    circle.summed_up(id(2), &[report(9, "aveiro", Vec::new())], TELLER);
    let groups = circle.all(now);
    assert_eq!(groups.len(), 2);
    assert_eq!((groups[1].id, groups[1].name.as_str(), groups[1].photos), (id(2), "porto", 7));
    assert_eq!(groups[1].lost_secs, None);
    assert!(circle.all(now + ROUND * 3)[1].lost_secs.is_some());
    circle.failed(&at(1), now);
    assert!(circle.all(now)[1].lost_secs.is_some(), "nobody has to wait to know that");
    circle.due(now + FORGET);
    assert_eq!(circle.all(now).len(), 1);
}

#[test]
fn two_groups_of_one_name_are_told_apart_by_their_ids() {
    let mut circle = circle(&[]);
    let now = Instant::now();
    circle.answered(&at(1), (id(2), named("porto")), &[], now);
    assert_eq!(circle.find("porto"), Named::One(id(2)));
    assert_eq!(circle.find("lisboa"), Named::Nobody);
    circle.answered(&at(2), (id(3), named("porto")), &[], now);
    let Named::Several(names) = circle.find("porto") else { panic!("one of two") };
    let found: Vec<Named> = names.iter().map(|name| circle.find(name)).collect();
    assert!(found.contains(&Named::One(id(2))) && found.contains(&Named::One(id(3))), "{names:?}");
    // The own group has no other end.
    circle.answered(&at(3), (id(1), named("aveiro")), &[], now + Duration::from_secs(1));
    assert_eq!(circle.find("aveiro"), Named::Own);
    // Nor is another one that calls itself so.
    circle.answered(&at(4), (id(4), named("aveiro")), &[], now);
    assert_eq!(circle.find("aveiro"), Named::Own);
    assert_eq!(circle.find(&format!("aveiro~{}", id(4).short())), Named::One(id(4)));
}

#[test]
fn no_group_takes_all_places() {
    let gets = Gets::default();
    let theirs: Vec<_> = (0..GETS).map_while(|_| gets.take(id(2))).collect();
    assert_eq!(theirs.len(), GETS / 2);
    let others: Vec<_> = (0..GETS).map_while(|_| gets.take(id(3))).collect();
    assert_eq!(others.len(), GETS / 2);
    assert!(gets.take(id(4)).is_none());
    drop(theirs);
    assert!(gets.take(id(4)).is_some());
}

#[test]
fn nobody_is_sent_by_hearsay_where_the_teller_could_not_go() {
    let mut own = circle(&[]);
    own.heard_of(&[Address::new("0.0.0.0", 5100)], TELLER);
    assert_eq!(
        own.due(Instant::now()),
        [Address::new("198.51.100.7", 5100)],
        "where it comes from"
    );
    let here: IpAddr = "127.0.0.1".parse().unwrap();
    let house: IpAddr = "192.168.1.7".parse().unwrap();
    let all = ["127.0.0.1", "localhost", "::1", "169.254.169.254", "192.168.1.1", "100.64.0.1"];
    let all = all.map(|host| Address::new(host, 5100));
    let tried = |teller| {
        let mut circle = circle(&[]);
        circle.heard_of(&all, teller);
        circle.heard_of(&[Address::new("porto.example", 22)], teller);
        circle.due(Instant::now()).len()
    };
    assert_eq!((tried(TELLER), tried(house), tried(here)), (0, 3, 6));
}

#[test]
fn what_a_group_has_said_of_its_members_it_does_not_unsay() {
    let mut circle = circle(&[]);
    let now = Instant::now();
    let key = SigningKey::from_bytes(&[2; 32]);
    let removal = |serial| Revocation::sign(&key, "ana".parse().unwrap(), serial);
    for said in [vec![removal(5)], Vec::new(), vec![removal(3)], vec![removal(7)], vec![removal(6)]]
    {
        circle.answered(&at(1), (id(2), named("porto")), &said, now);
    }
    let known = circle.removed_by(id(2));
    assert_eq!(known.iter().map(Revocation::serial).collect::<Vec<_>>(), [7]);
}

#[test]
fn what_goes_to_other_groups_does_not_fill_the_line() {
    let [to_other_group, to_own_group] =
        [Answers::to_other_group, Answers::to_own_group].map(|answers_to| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (other, _) = listener.accept().unwrap();
            let credentials =
                [1, 2].map(|own| Credentials { group: GroupKey::new([7; 32]), own: [own; 32] });
            let channel = thread::scope(|scope| {
                scope.spawn(|| Channel::respond(&credentials[1], &mut &other, &mut &other));
                Channel::initiate(&credentials[0], &mut &stream, &mut &stream).unwrap()
            });
            let same = stream.try_clone().unwrap();
            let _answers = answers_to(stream, &Arc::new(channel));
            SockRef::from(&same).send_buffer_size().unwrap()
        });
    // The system counts its own needs, too.
    assert!(to_other_group <= 2 * IN_FLIGHT, "{to_other_group}");
    assert!(to_own_group > 2 * IN_FLIGHT, "{to_own_group}");
}
