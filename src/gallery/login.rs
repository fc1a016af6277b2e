//! Who may look and who may do more: the secrets in login links, and the cookies that are given for them.
//!
//! A link is `http://HOST:PORT/#SECRET`. What stands behind `#` is sent to nobody; the page posts it here, wipes it from
//! the address, and gets a cookie. The cookie proves itself by a keyed digest, so nothing is remembered of who is logged
//! in. Other secrets (`--new-links`) void all links and cookies.
//!
//! Browsers keep cookies by host and not by port, so the port is a part of its name: two galleries on one computer do
//! not log each other's visitors out.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::limits::{SESSION_SECONDS, WRONG_ADDRESSES, WRONG_SECRETS, WRONG_WITHIN};
use super::lock;
use crate::client::Failure;
use crate::photo::{from_hex, to_hex};
use crate::protocol::in_words;
use crate::{platform, protocol::plain};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Nobody knows: the page is theirs to see, and no photo.
    Stranger,
    /// A friend in the house: looks and downloads.
    Guest,
    /// Does all that the daemon lets this gallery do.
    Owner,
}

impl Role {
    /// As it is told to the page and said in cookies.
    pub(super) fn word(self) -> &'static str {
        match self {
            Role::Stranger => "stranger",
            Role::Guest => "guest",
            Role::Owner => "owner",
        }
    }
}

/// What is kept on the disk, for its owner's eyes alone.
#[derive(Serialize, Deserialize)]
struct Secrets {
    /// In the owner's link: 32 hex digits.
    owner: String,
    /// In a guest's.
    guest: String,
    /// Proves cookies: 64 hex digits.
    cookies: String,
}

/// The secrets, and who has given wrong ones.
pub(super) struct Login {
    secrets: Secrets,
    key: [u8; 32],
    port: u16,
    wrong: Mutex<BTreeMap<IpAddr, (u32, Instant)>>,
}

/// What has come of a secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tried {
    /// It is this role's.
    Right(Role),
    /// It is nobody's.
    Wrong,
    /// It was not looked at: too many wrong ones came from there.
    TooMany,
}

impl Login {
    /// Reads the secrets in this file, or makes it, or makes it `new`.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or made, or others can read it.
    pub(super) fn open(path: &Path, port: u16, new: bool) -> Result<Login, Failure> {
        let secrets = match File::open(path) {
            Ok(file) if !new => read(file, path)?,
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed("read", path, &error));
            }
            Ok(_) | Err(_) => make(path).map_err(|error| failed("write", path, &error))?,
        };
        let key = from_hex(&secrets.cookies);
        let key = key.map_err(|error| broken(path, &error))?;
        Ok(Login { secrets, key, port, wrong: Mutex::default() })
    }

    /// The secret of a role's link.
    pub(super) fn secret(&self, role: Role) -> &str {
        match role {
            Role::Owner => &self.secrets.owner,
            Role::Guest | Role::Stranger => &self.secrets.guest,
        }
    }

    /// Whose secret this is.
    pub(super) fn try_secret(&self, secret: &str, from: IpAddr) -> Tried {
        let now = Instant::now();
        let mut wrong = lock(&self.wrong);
        wrong.retain(|_, (_, since)| now.duration_since(*since) < WRONG_WITHIN);
        if wrong.get(&from).is_some_and(|(times, _)| *times >= WRONG_SECRETS) {
            return Tried::TooMany;
        }
        // Compared by their digests, which takes the same time wherever they differ.
        let digest = |secret: &str| blake3::keyed_hash(&self.key, secret.as_bytes());
        let given = digest(secret);
        for role in [Role::Owner, Role::Guest] {
            if digest(self.secret(role)) == given {
                return Tried::Right(role);
            }
        }
        if wrong.len() < WRONG_ADDRESSES || wrong.contains_key(&from) {
            wrong.entry(from).or_insert((0, now)).0 += 1;
        }
        Tried::Wrong
    }

    /// The header that gives a browser the cookie of a role, or takes it away.
    pub(super) fn set_cookie(&self, role: Option<Role>) -> String {
        let (value, age) = match role {
            Some(role) => (self.signed(role, seconds() + SESSION_SECONDS), SESSION_SECONDS),
            None => (String::new(), 0),
        };
        let name = self.cookie();
        format!("{name}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={age}")
    }

    /// The role that a `Cookie` header proves.
    pub(super) fn role_of(&self, cookies: &str) -> Option<Role> {
        let name = self.cookie();
        let mut values = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = values.find(|(own, _)| *own == name)?;
        let (role, rest) = value.split_once('.')?;
        let until: u64 = rest.split_once('.')?.0.parse().ok()?;
        let role = [Role::Owner, Role::Guest].into_iter().find(|own| own.word() == role)?;
        let digest = |text: &str| blake3::keyed_hash(&self.key, text.as_bytes());
        let good = until > seconds() && digest(value) == digest(&self.signed(role, until));
        good.then_some(role)
    }

    fn signed(&self, role: Role, until: u64) -> String {
        let said = format!("{}.{until}", role.word());
        let proof = blake3::keyed_hash(&self.key, said.as_bytes());
        format!("{said}.{}", proof.to_hex())
    }

    fn cookie(&self) -> String {
        format!("photomesh-{}", self.port)
    }
}

/// 128 random bits, in hex.
pub(super) fn random() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(to_hex(&bytes))
}

fn read(mut file: File, path: &Path) -> Result<Secrets, Failure> {
    let unreadable = |error: io::Error| failed("read", path, &error);
    if platform::is_open_to_others(&file.metadata().map_err(unreadable)?) {
        let path = plain(&path.to_string_lossy());
        return Err(Failure::Usage(format!(
            "other users can read the login links in {path}: make new ones with --new-links"
        )));
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(unreadable)?;
    serde_json::from_str(&text).map_err(|error| broken(path, &error.to_string()))
}

/// Makes new secrets, and a file of them that is there as a whole or not at all.
fn make(path: &Path) -> io::Result<Secrets> {
    let cookies = random()? + &random()?;
    let secrets = Secrets { owner: random()?, guest: random()?, cookies };
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    fs::create_dir_all(&folder)?;
    // A temporary file is its owner's alone from the beginning.
    let mut file = tempfile::NamedTempFile::new_in(&folder)?;
    file.write_all(&serde_json::to_vec(&secrets)?)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(secrets)
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Failure {
    let path = plain(&path.to_string_lossy());
    Failure::Io(format!("cannot {what} the login links in {path}: {}", in_words(error)))
}

fn broken(path: &Path, error: &str) -> Failure {
    let path = plain(&path.to_string_lossy());
    Failure::BadData(format!("{path} has no login links ({error}): make new ones with --new-links"))
}

/// Seconds since 1970.
fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
