//! Who may look and who may do more: the secrets in login links, and the cookies that are given for them.
//!
//! A link is `http://HOST:PORT/#SECRET`. What stands behind `#` is sent to nobody; the page posts it here, wipes it from
//! the address, and gets a cookie. The cookie proves itself by a keyed digest, so nothing is remembered of who is logged
//! in. Other secrets (`--new-links`) void all links and cookies, in a gallery that runs, too.
//!
//! Browsers keep cookies by host and not by port, so the port is a part of its name: two galleries on one computer do
//! not log each other's visitors out.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

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

/// The roles that have links.
const LINKED: [Role; 2] = [Role::Owner, Role::Guest];

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

/// What tells a file from the one that was there before it.
type Stamp = ((u64, u64), (i64, i64));

/// The secrets as a file has them.
struct Keys {
    secrets: Secrets,
    key: [u8; 32],
    /// Which file, and its times: it is never changed but replaced, and a number may come again.
    file: Stamp,
}

/// The secrets, and who has given wrong ones.
pub(super) struct Login {
    path: PathBuf,
    keys: Mutex<Arc<Keys>>,
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
    /// It is nobody's, and too many of those have come from there.
    TooMany,
}

impl Login {
    /// Reads the secrets in this file, or makes it, or makes it `new`.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or made, or others can read it.
    pub(super) fn open(path: &Path, port: u16, new: bool) -> Result<Login, Failure> {
        let is_there = path.try_exists().map_err(|error| failed("read", path, &error))?;
        if new || !is_there {
            make(path).map_err(|error| failed("write", path, &error))?;
        }
        let keys = Mutex::new(Arc::new(read(path)?));
        Ok(Login { path: path.to_owned(), keys, port, wrong: Mutex::default() })
    }

    /// The secrets as they are now: another process may have made new ones.
    fn keys(&self) -> Arc<Keys> {
        let mut keys = lock(&self.keys);
        let is_same = |meta: &Metadata| stamp(meta) == keys.file;
        if !fs::metadata(&self.path).is_ok_and(|meta| is_same(&meta))
            && let Ok(new) = read(&self.path)
        {
            *keys = Arc::new(new);
        }
        Arc::clone(&keys)
    }

    /// The secret of a role's link.
    pub(super) fn secret(&self, role: Role) -> String {
        self.keys().secrets.of(role).to_owned()
    }

    /// Whose secret this is.
    pub(super) fn try_secret(&self, secret: &str, from: IpAddr) -> Tried {
        let keys = self.keys();
        // A right one always counts: else a stranger could lock everybody out by wrong ones.
        let is_right = |role: &Role| are_same(keys.secrets.of(*role), secret);
        if let Some(role) = LINKED.into_iter().find(is_right) {
            return Tried::Right(role);
        }
        let now = Instant::now();
        let mut wrong = lock(&self.wrong);
        wrong.retain(|_, (_, since)| now.duration_since(*since) < WRONG_WITHIN);
        if wrong.get(&from).is_some_and(|(times, _)| *times >= WRONG_SECRETS) {
            return Tried::TooMany;
        }
        if wrong.len() < WRONG_ADDRESSES || wrong.contains_key(&from) {
            wrong.entry(from).or_insert((0, now)).0 += 1;
        }
        Tried::Wrong
    }

    /// The header that gives a browser the cookie of a role, or takes it away.
    /// One who has come over TLS is to send it in no other way.
    pub(super) fn set_cookie(&self, role: Option<Role>, secure: bool) -> String {
        let (value, age) = match role {
            Some(role) => (self.keys().sign(role, seconds() + SESSION_SECONDS), SESSION_SECONDS),
            None => (String::new(), 0),
        };
        let name = self.cookie();
        let secure = if secure { "; Secure" } else { "" };
        format!("{name}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={age}{secure}")
    }

    /// The role that a `Cookie` header proves.
    pub(super) fn role_of(&self, cookies: &str) -> Option<Role> {
        let name = self.cookie();
        let mut values = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = values.find(|(own, _)| *own == name)?;
        let (role, rest) = value.split_once('.')?;
        let until: u64 = rest.split_once('.')?.0.parse().ok()?;
        let role = LINKED.into_iter().find(|own| own.word() == role)?;
        let keys = self.keys();
        let good = until > seconds() && are_same(value, &keys.sign(role, until));
        good.then_some(role)
    }

    fn cookie(&self) -> String {
        format!("photomesh-{}", self.port)
    }
}

impl Secrets {
    fn of(&self, role: Role) -> &str {
        match role {
            Role::Owner => &self.owner,
            Role::Guest | Role::Stranger => &self.guest,
        }
    }
}

impl Keys {
    fn sign(&self, role: Role, until: u64) -> String {
        let said = format!("{}.{until}", role.word());
        let proof = blake3::keyed_hash(&self.key, said.as_bytes());
        format!("{said}.{}", proof.to_hex())
    }
}

/// Whether two texts are the same: by their digests, which takes as long wherever they differ.
pub(super) fn are_same(one: &str, other: &str) -> bool {
    blake3::hash(one.as_bytes()) == blake3::hash(other.as_bytes())
}

/// 128 random bits, in hex.
pub(super) fn random() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(to_hex(&bytes))
}

fn stamp(meta: &Metadata) -> Stamp {
    (platform::file_of(meta), platform::times(meta))
}

fn read(path: &Path) -> Result<Keys, Failure> {
    let unreadable = |error: io::Error| failed("read", path, &error);
    let mut file = File::open(path).map_err(unreadable)?;
    let meta = file.metadata().map_err(unreadable)?;
    if platform::is_open_to_others(&meta) {
        let path = plain(&path.to_string_lossy());
        return Err(Failure::Usage(format!(
            "other users can read the login links in {path}: make new ones with --new-links"
        )));
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(unreadable)?;
    let secrets: Result<Secrets, _> = serde_json::from_str(&text);
    let secrets = secrets.map_err(|error| broken(path, &error.to_string()))?;
    let key = from_hex(&secrets.cookies).map_err(|error| broken(path, &error))?;
    Ok(Keys { secrets, key, file: stamp(&meta) })
}

/// Makes new secrets, and a file of them that is there as a whole or not at all.
fn make(path: &Path) -> io::Result<()> {
    let cookies = random()? + &random()?;
    let secrets = Secrets { owner: random()?, guest: random()?, cookies };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    platform::write_private(path, &serde_json::to_vec(&secrets)?, NamedTempFile::persist)
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
