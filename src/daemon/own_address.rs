//! Where this daemon listens, and what must not be said of that.

use std::net::{IpAddr, TcpListener};

use super::{Failure, Options, USAGE};
use crate::protocol::Address;

/// Where the daemon listens: the host as given, the port as it came out. Without a group that is this computer alone,
/// for anybody who reaches the port may ask anything. A daemon that is to join itself waits for nobody.
pub(super) fn find(options: &Options, socket: &TcpListener) -> Result<Address, Failure> {
    let bound = socket.local_addr().map_err(|error| Failure::io("cannot listen", error))?;
    let host = &options.host;
    if options.member.is_none() && !bound.ip().is_loopback() {
        return Err(Failure {
            code: USAGE,
            message: format!(
                "without a group a daemon listens on this computer alone, not on {host}: whoever reached it could do \
                 anything with your photos.\n\
                 Make a group once, `photomesh group new friends.group`, and a file for each friend and for yourself, \
                 `photomesh group invite friends.group ben > ben.member`; then start every daemon and client of ben's \
                 with `--member ben.member`."
            ),
        });
    }
    let address = Address::new(host, bound.port());
    let advertised = options.advertise.as_ref();
    let is_own = |join: &&Address| Some(*join) == advertised || is_own(join, &address, bound.ip());
    match options.join.iter().find(is_own) {
        Some(join) => Err(Failure {
            code: USAGE,
            message: format!("--join {join} is this very daemon: is another port meant?"),
        }),
        None => Ok(address),
    }
}

/// Whether somebody who dials this address would reach this daemon itself, as far as can be told without dialing.
pub(super) fn is_own(join: &Address, address: &Address, bound: IpAddr) -> bool {
    // On another of this computer's addresses another daemon can listen.
    let is_here = match join.host() {
        "localhost" => bound.is_loopback() || bound.is_unspecified(),
        host => match host.parse::<IpAddr>() {
            Ok(ip) => ip == bound || ip.is_loopback() && bound.is_unspecified(),
            Err(_) => host == address.host(),
        },
    };
    is_here && join.port() == address.port()
}

/// What others say to join this daemon, for people.
pub(super) fn for_others(address: &Address) -> String {
    let is_any = address.host().parse().is_ok_and(|ip: IpAddr| ip.is_unspecified());
    match is_any {
        true => format!("HOST:{}, with the name or address of this computer", address.port()),
        false => address.to_string(),
    }
}

/// Where a client on this computer reaches this daemon.
pub(super) fn for_clients(address: &Address) -> Address {
    let loopback = match address.host().parse() {
        Ok(IpAddr::V4(ip)) if ip.is_unspecified() => "127.0.0.1",
        Ok(IpAddr::V6(ip)) if ip.is_unspecified() => "::1",
        _ => address.host(),
    };
    Address::new(loopback, address.port())
}
