//! Which addresses are this daemon's own, and which it tells to others.

use crate::daemon::own_address::{for_others, is_own};
use crate::protocol::Address;

#[test]
fn only_who_would_reach_itself_is_not_to_join() {
    for (host, bound, join, port, own) in [
        ("127.0.0.1", "127.0.0.1", "127.0.0.1", 5000, true),
        ("127.0.0.1", "127.0.0.1", "localhost", 5000, true),
        ("localhost", "127.0.0.1", "127.0.0.1", 5000, true),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1", 5001, false),
        ("127.0.0.1", "127.0.0.1", "192.0.2.7", 5000, false),
        // There another daemon, or a tunnel, can listen.
        ("127.0.0.1", "127.0.0.1", "::1", 5000, false),
        ("192.0.2.7", "192.0.2.7", "127.0.0.1", 5000, false),
        ("192.0.2.7", "192.0.2.7", "192.0.2.7", 5000, true),
        ("0.0.0.0", "0.0.0.0", "127.0.0.1", 5000, true),
        ("0.0.0.0", "0.0.0.0", "localhost", 5000, true),
        ("0.0.0.0", "0.0.0.0", "ana.example", 5000, false),
        ("ana.example", "192.0.2.7", "ana.example", 5000, true),
    ] {
        let bound = bound.parse().unwrap();
        let (address, join) = (Address::new(host, 5000), Address::new(join, port));
        assert_eq!(is_own(&join, &address, bound), own, "{join} at {address}");
    }
}

#[test]
fn nobody_is_told_to_join_every_interface() {
    assert_eq!(for_others(&Address::new("192.0.2.7", 5001)), "192.0.2.7:5001");
    for any in ["0.0.0.0", "::"] {
        let told = for_others(&Address::new(any, 5001));
        assert!(told.starts_with("HOST:5001"), "{told}");
    }
}
