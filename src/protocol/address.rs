//! Where a daemon listens: `HOST:PORT`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A host and a port, as text: `127.0.0.1:5000`, `anna.example:5000`, `[::1]:5000`.
///
/// A bare port means this machine: `5000` is `127.0.0.1:5000`. Names are resolved when dialing and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    host: String,
    port: u16,
}

impl Address {
    /// The longest host name that DNS allows.
    const MAX_HOST: usize = 253;

    /// An address from its parts; an IPv6 host may come with or without brackets.
    pub fn new(host: &str, port: u16) -> Address {
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Address { host, port }
    }

    /// The host: a name or a literal address, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port; 0 only in what a daemon is asked to listen on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address that the host is, if it is no name.
    pub fn ip(&self) -> Option<IpAddr> {
        // Of an IPv4 address inside an IPv6 one it counts which that is.
        self.host.parse().ok().map(|ip: IpAddr| ip.to_canonical())
    }

    /// Whether the host is this very machine, whichever machine that is.
    pub fn is_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost") || self.ip().is_some_and(|ip| ip.is_loopback())
    }

    /// Whether the host means many machines at once.
    pub fn is_for_many(&self) -> bool {
        self.ip().is_some_and(|ip| ip.is_multicast() || ip == Ipv4Addr::BROADCAST)
    }

    /// Whether the host says "every interface" (`0.0.0.0`, `::`), which nobody else can dial.
    pub fn is_unspecified(&self) -> bool {
        self.ip().is_some_and(|ip| ip.is_unspecified())
    }

    /// Whether somebody reachable can listen at this address, if one at `teller` tells it: of itself, or of another one.
    pub fn is_possible_from(&self, teller: &Address) -> bool {
        /// Ports below are for a computer's own services.
        const FIRST_PORT: u16 = 1024;
        self.port >= FIRST_PORT
            && !self.is_unspecified()
            && !self.is_for_many()
            && (!self.is_loopback() || teller.is_loopback())
    }
}

/// Whether an address is of this computer or of a private network: at home, link-local, or a VPN's (100.64.0.0/10).
pub fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            let shared = a == 100 && (64..128).contains(&b);
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || shared
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Address, String> {
        let (host, port) = text.rsplit_once(':').unwrap_or(("127.0.0.1", text));
        let port = port
            .parse()
            .map_err(|_| format!("{text:?} is not an address: give PORT or HOST:PORT"))?;
        let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let name = bracketed.unwrap_or(host);
        let allowed = |c: char| {
            c.is_ascii_alphanumeric()
                || ".-_".contains(c)
                || (bracketed.is_some() && ":%".contains(c))
        };
        if name.is_empty() || name.len() > Address::MAX_HOST || !name.chars().all(allowed) {
            return Err(format!("{text:?} is not an address: give PORT or HOST:PORT"));
        }
        Ok(Address { host: name.to_owned(), port })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl TryFrom<String> for Address {
    type Error = String;

    fn try_from(text: String) -> Result<Address, String> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.to_string()
    }
}
