//! Who may connect, and who is turned away.

use std::sync::Arc;

use crate::daemon::door::connection_limits::ConnectionLimits;
use crate::daemon::limits::CONNECTIONS_OF_HOST;

#[test]
fn one_computer_cannot_take_the_place_of_others() {
    let mut limits = ConnectionLimits::new(4096);
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
fn there_are_never_more_than_the_capacity() {
    let mut limits = ConnectionLimits::new(2);
    let host = "127.0.0.1".parse().unwrap();
    let links = [(); 3].map(Arc::new);
    let taken = links.each_ref().map(|link| limits.admit(host, link).is_ok());
    assert_eq!(taken, [true, true, false]);
    let [first, ..] = links;
    drop(first);
    assert!(limits.admit(host, &Arc::new(())).is_ok());
}
