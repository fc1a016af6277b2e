//! Which addresses that others tell are dialed.

use crate::node::mesh::addresses::is_possible;
use crate::protocol::Address;

#[test]
fn only_what_a_member_can_have_is_dialed() {
    let here = Address::new("127.0.0.1", 5000);
    let there = Address::new("192.0.2.7", 5000);
    for (host, port, by_here, by_there) in [
        ("192.0.2.8", 5000, true, true),
        ("anna.example", 5000, true, true),
        ("2001:db8::1", 5000, true, true),
        ("127.0.0.1", 5001, true, false),
        ("localhost", 5001, true, false),
        ("192.0.2.8", 22, false, false),
        ("0.0.0.0", 5000, false, false),
        ("224.0.0.1", 5000, false, false),
        ("255.255.255.255", 5000, false, false),
        ("ff02::1", 5000, false, false),
    ] {
        let address = Address::new(host, port);
        assert_eq!(is_possible(&address, &here), by_here, "{address}");
        assert_eq!(is_possible(&address, &there), by_there, "{address}");
    }
}
