//! Who may connect, and who is turned away.

use std::sync::Arc;

use crate::daemon::door::connection_limits::ConnectionLimits;
use crate::daemon::limits::{CLIENTS_OF_MEMBER, CONNECTIONS_OF_HOST, LINKS_OF_MEMBER};
use crate::daemon::seats::{Kind, Seat, Seats};
use crate::protocol::MemberName;

#[test]
fn one_computer_cannot_take_the_place_of_others() {
    let mut limits = ConnectionLimits::new(4096, false);
    let [near, far, other] =
        ["127.0.0.1", "192.0.2.1", "192.0.2.2"].map(|host| host.parse().unwrap());
    let links: Vec<Arc<()>> = (0..CONNECTIONS_OF_HOST).map(|_| Arc::new(())).collect();
    for link in &links {
        assert_eq!(limits.admit(far, link), Ok(()));
    }
    let one = Arc::new(());
    assert!(limits.admit(far, &one).is_err());
    assert_eq!(limits.admit(other, &one), Ok(()));
    for link in links.iter().chain([&one]) {
        assert_eq!(limits.admit(near, link), Ok(()), "this computer is no other");
    }
    drop(links);
    assert_eq!(limits.admit(far, &one), Ok(()), "those have ended");
}

#[test]
fn in_a_group_this_computer_counts_like_any_other() {
    let mut limits = ConnectionLimits::new(4096, true);
    let near = "127.0.0.1".parse().unwrap();
    let links: Vec<Arc<()>> = (0..CONNECTIONS_OF_HOST).map(|_| Arc::new(())).collect();
    assert!(links.iter().all(|link| limits.admit(near, link).is_ok()));
    assert!(limits.admit(near, &Arc::new(())).is_err());
}

#[test]
fn a_member_has_a_number_of_links_of_each_kind_at_a_time() {
    let seats = Arc::new(Seats::default());
    let [ana, ben]: [MemberName; 2] = ["ana", "ben"].map(|name| name.parse().unwrap());
    for (kind, most) in [(Kind::Client, CLIENTS_OF_MEMBER), (Kind::Node, LINKS_OF_MEMBER)] {
        let mut taken: Vec<Seat> = (0..most).map(|_| seats.take(ana, kind).unwrap()).collect();
        let refused = seats.take(ana, kind).unwrap_err();
        assert!(refused.contains("ana") && refused.contains(&most.to_string()), "{refused}");
        assert!(seats.take(ben, kind).is_ok());
        taken.pop();
        assert!(seats.take(ana, kind).is_ok(), "one has ended");
    }
}

#[test]
fn there_are_never_more_than_the_capacity() {
    let mut limits = ConnectionLimits::new(2, false);
    let host = "127.0.0.1".parse().unwrap();
    let links = [(); 3].map(Arc::new);
    let taken = links.each_ref().map(|link| limits.admit(host, link).is_ok());
    assert_eq!(taken, [true, true, false]);
    let [first, ..] = links;
    drop(first);
    assert!(limits.admit(host, &Arc::new(())).is_ok());
}
