//! The files of a group: the founder's, and each member's. Text, so that people can carry them by whatever way they like,
//! with check digits that tell a damaged one.
//!
//! ```text
//! photomesh member file: a secret, keep it to yourself
//! shared 64 hex digits
//! key 64 hex digits
//! certificate {"group":...}
//! check 16 hex digits
//! ```

use std::fmt;

use ed25519_dalek::SigningKey;

use super::{Certificate, GroupId, MEMBERS, MemberName, Revocation};
use crate::photo::{from_hex, to_hex};
use crate::protocol::GroupKey;

/// Why a text is not the file that it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError(String);

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const GROUP: &str =
    "photomesh group file: the founder's secret, keep it off the network, and keep a copy";
const MEMBER: &str = "photomesh member file: a secret, keep it to yourself";
const REMOVAL: &str = "photomesh removal: no secret, tell it to any daemon of the group";

/// What a member needs to take part: the secret that the group shares, and the member's own.
#[derive(Clone)]
pub struct MemberFile {
    /// What all members share: without it nobody gets an answer.
    pub shared: GroupKey,
    /// The member's own key.
    pub key: SigningKey,
    /// The group's word that the key is this member's.
    pub certificate: Certificate,
}

impl MemberFile {
    /// The file's text. Deliberately no `Display`: a secret is not to be printed by accident.
    pub fn to_text(&self) -> String {
        let certificate = serde_json::to_string(&self.certificate).unwrap_or_default();
        checked(&[
            MEMBER,
            &format!("shared {}", to_hex(self.shared.bytes())),
            &format!("key {}", to_hex(self.key.as_bytes())),
            &format!("certificate {certificate}"),
        ])
    }

    /// Reads the file's text.
    ///
    /// # Errors
    ///
    /// In words that fit behind the file's name and a colon.
    pub fn from_text(text: &str) -> Result<MemberFile, FileError> {
        let lines = Lines::read(text, MEMBER)?;
        let shared = GroupKey::new(secret(lines.one("shared")?)?);
        let key = SigningKey::from_bytes(&secret(lines.one("key")?)?);
        let certificate: Certificate = parsed(lines.one("certificate")?)?;
        if key.verifying_key() != *certificate.key() {
            return Err(FileError("its key is not the one in its certificate".to_owned()));
        }
        Ok(MemberFile { shared, key, certificate })
    }
}

impl fmt::Debug for MemberFile {
    /// Shows nothing of the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemberFile({:?})", self.certificate)
    }
}

/// The founder's file: with it, members are invited and removed.
#[derive(Clone)]
pub struct GroupFile {
    shared: GroupKey,
    key: SigningKey,
    /// Everybody who was ever invited, with the highest serial given.
    invited: Vec<(MemberName, u64)>,
}

impl GroupFile {
    /// A new group of these secrets, which must be random.
    pub fn new(shared: [u8; 32], key: [u8; 32]) -> GroupFile {
        let key = SigningKey::from_bytes(&key);
        GroupFile { shared: GroupKey::new(shared), key, invited: Vec::new() }
    }

    /// The group.
    pub fn group(&self) -> GroupId {
        GroupId::of(&self.key)
    }

    /// Everybody who was ever invited.
    pub fn invited(&self) -> impl Iterator<Item = &MemberName> {
        self.invited.iter().map(|(name, _)| name)
    }

    /// Invites a member, for the first time or again; `key` must be random. `now` is in seconds since 1970: an old copy
    /// of this file must not give one serial twice.
    ///
    /// # Errors
    ///
    /// If the group is full.
    pub fn invite(
        &mut self,
        name: MemberName,
        key: [u8; 32],
        now: u64,
    ) -> Result<MemberFile, FileError> {
        let serial = self.next_serial(&name, now)?;
        let key = SigningKey::from_bytes(&key);
        let certificate = Certificate::sign(&self.key, name, serial, key.verifying_key());
        Ok(MemberFile { shared: self.shared.clone(), key, certificate })
    }

    /// Removes a member, with all certificates that were given until `now`.
    ///
    /// # Errors
    ///
    /// If nobody of this name was invited.
    pub fn remove(&mut self, name: &MemberName, now: u64) -> Result<Revocation, FileError> {
        if !self.invited().any(|invited| invited == name) {
            let known: Vec<&str> = self.invited().map(MemberName::as_str).collect();
            let known = known.join(", ");
            return Err(FileError(format!("nobody called {name} was invited; known are: {known}")));
        }
        let serial = self.next_serial(name, now)?;
        Ok(Revocation::sign(&self.key, name.clone(), serial))
    }

    fn next_serial(&mut self, name: &MemberName, now: u64) -> Result<u64, FileError> {
        let full = self.invited.len() >= MEMBERS;
        let serial = match self.invited.iter_mut().find(|(invited, _)| invited == name) {
            Some((_, last)) => {
                *last = now.max(last.saturating_add(1));
                *last
            }
            None if full => {
                return Err(FileError(format!("a group has at most {MEMBERS} members")));
            }
            None => {
                self.invited.push((name.clone(), now));
                now
            }
        };
        Ok(serial)
    }

    /// The file's text. Deliberately no `Display`: a secret is not to be printed by accident.
    pub fn to_text(&self) -> String {
        let mut lines = vec![
            GROUP.to_owned(),
            format!("shared {}", to_hex(self.shared.bytes())),
            format!("key {}", to_hex(self.key.as_bytes())),
        ];
        lines.extend(self.invited.iter().map(|(name, serial)| format!("member {serial} {name}")));
        checked(&lines.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Reads the file's text.
    ///
    /// # Errors
    ///
    /// In words that fit behind the file's name and a colon.
    pub fn from_text(text: &str) -> Result<GroupFile, FileError> {
        let lines = Lines::read(text, GROUP)?;
        let shared = secret(lines.one("shared")?)?;
        let mut file = GroupFile::new(shared, secret(lines.one("key")?)?);
        for line in lines.all("member") {
            let damaged = || FileError("a line about a member is damaged".to_owned());
            let (serial, name) = line.split_once(' ').ok_or_else(damaged)?;
            let name = name.parse().map_err(|_| damaged())?;
            file.invited.push((name, serial.parse().map_err(|_| damaged())?));
        }
        Ok(file)
    }
}

impl fmt::Debug for GroupFile {
    /// Shows nothing of the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GroupFile({:?})", self.group())
    }
}

impl Revocation {
    /// The text of a removal's file.
    pub fn to_text(&self) -> String {
        let statement = serde_json::to_string(self).unwrap_or_default();
        checked(&[REMOVAL, &format!("statement {statement}")])
    }

    /// Reads the text of a removal's file.
    ///
    /// # Errors
    ///
    /// In words that fit behind the file's name and a colon.
    pub fn from_text(text: &str) -> Result<Revocation, FileError> {
        parsed(Lines::read(text, REMOVAL)?.one("statement")?)
    }
}

/// The lines, and a last one with check digits over them.
fn checked(lines: &[&str]) -> String {
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    format!("{body}check {}\n", check_digits(&body))
}

fn check_digits(body: &str) -> String {
    let digest =
        blake3::derive_key("photomesh 2026 check digits of a group's file", body.as_bytes());
    to_hex(&digest)[..16].to_owned()
}

/// The lines of a file whose check digits are right.
struct Lines<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Lines<'a> {
    fn read(text: &'a str, title: &str) -> Result<Lines<'a>, FileError> {
        if let Some(found) = text.lines().next().filter(|first| *first != title) {
            let kind =
                |title: &str| title.split_once(':').map_or(String::new(), |(k, _)| k.to_owned());
            let found = match [GROUP, MEMBER, REMOVAL].contains(&found) {
                true => format!("it is a {}", kind(found)),
                false if found.starts_with("photomesh-key-") => {
                    "it is a group key of an earlier version: make a group once with `photomesh group new`, and invite \
                     everybody (`photomesh group invite`)"
                        .to_owned()
                }
                false => "it is something else".to_owned(),
            };
            return Err(FileError(format!("not a {}: {found}", kind(title))));
        }
        let damaged =
            || FileError("its check digits are wrong: something in it was changed".to_owned());
        let (body, check) = text.trim_end().rsplit_once('\n').ok_or_else(damaged)?;
        let body = &text[..=body.len()];
        if check.strip_prefix("check ") != Some(&check_digits(body)) {
            return Err(damaged());
        }
        Ok(Lines(body.lines().skip(1).filter_map(|line| line.split_once(' ')).collect()))
    }

    fn all(&self, key: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(of, _)| *of == key).map(|(_, value)| *value)
    }

    fn one(&self, key: &str) -> Result<&'a str, FileError> {
        self.all(key).next().ok_or_else(|| FileError(format!("its line `{key}` is missing")))
    }
}

fn secret(hex: &str) -> Result<[u8; 32], FileError> {
    from_hex(hex).map_err(FileError)
}

fn parsed<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, FileError> {
    serde_json::from_str(json).map_err(|error| FileError(error.to_string()))
}
