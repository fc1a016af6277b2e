//! Where a daemon listens: `HOST:PORT`.

use std::fmt;
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

    /// Whether the host is this very machine, whichever machine that is.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || self.host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    /// Whether the host means many machines at once.
    pub fn is_for_many(&self) -> bool {
        self.host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_multicast() || ip == std::net::Ipv4Addr::BROADCAST)
    }

    /// Whether the host says "every interface" (`0.0.0.0`, `::`), which nobody else can dial.
    pub fn is_unspecified(&self) -> bool {
        self.host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_unspecified())
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
