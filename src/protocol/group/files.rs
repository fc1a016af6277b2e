//! The files of a group: the founder's, and each member's. Text, so that people can carry them by whatever way they
//! like, with check digits that tell a damaged one.
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

/// Why a text is not the file that it should be, or why a group's file does not allow something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// It is the key that a whole group shared in an earlier version of this program.
    Earlier,
    /// Anything else, in words.
    Unfit(String),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::Earlier => f.write_str(
                "it is a group key of an earlier version, which no longer lets anybody in: make a group once with \
                 `photomesh group new friends.group`, and a file for each friend with `photomesh group invite \
                 friends.group NAME > NAME.member`",
            ),
            FileError::Unfit(text) => f.write_str(text),
        }
    }
}

fn unfit(text: impl Into<String>) -> FileError {
    FileError::Unfit(text.into())
}

const GROUP: &str =
    "photomesh group file: the founder's secret, keep it off the network, and keep a copy";
const MEMBER: &str = "photomesh member file: a secret, keep it to yourself";
const CIRCLE: &str = "photomesh circle file: a secret of the super-peers of all its groups";
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
            return Err(unfit("its key is not the one in its certificate"));
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
    invited: Vec<Invited>,
}

/// Somebody who was invited to a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// Who.
    pub name: MemberName,
    /// The highest serial given for this name.
    pub serial: u64,
    /// Whether that was a removal's.
    pub removed: bool,
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
    pub fn invited(&self) -> &[Invited] {
        &self.invited
    }

    /// Invites a member, for the first time or again; `key` must be random. `now` is in seconds since 1970: an old copy
    /// of this file must not give one serial twice.
    ///
    /// # Errors
    ///
    /// If the group is full, or has a member whose name differs from this one in case only: people would mix them up.
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
        let Some(invited) = self.invited.iter_mut().find(|invited| invited.name == *name) else {
            let known: Vec<&str> = self.invited.iter().map(|i| i.name.as_str()).collect();
            let known = known.join(", ");
            return Err(unfit(format!("nobody called {name} was invited; known are: {known}")));
        };
        invited.raise(now);
        invited.removed = true;
        Ok(Revocation::sign(&self.key, *name, invited.serial))
    }

    fn next_serial(&mut self, name: &MemberName, now: u64) -> Result<u64, FileError> {
        let alike =
            |invited: &&mut Invited| invited.name.as_str().eq_ignore_ascii_case(name.as_str());
        let full = self.invited.len() >= MEMBERS;
        match self.invited.iter_mut().find(alike) {
            Some(invited) if invited.name == *name => {
                invited.raise(now);
                invited.removed = false;
                Ok(invited.serial)
            }
            Some(invited) => Err(unfit(format!("there is a member {} already", invited.name))),
            None if full => Err(unfit(format!("a group has at most {MEMBERS} members"))),
            None => {
                self.invited.push(Invited { name: *name, serial: now, removed: false });
                Ok(now)
            }
        }
    }

    /// The file's text. Deliberately no `Display`: a secret is not to be printed by accident.
    pub fn to_text(&self) -> String {
        let mut lines = vec![
            GROUP.to_owned(),
            format!("shared {}", to_hex(self.shared.bytes())),
            format!("key {}", to_hex(self.key.as_bytes())),
        ];
        lines.extend(self.invited.iter().map(|Invited { name, serial, removed }| {
            format!("{} {serial} {name}", if *removed { "removed" } else { "member" })
        }));
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
        for (kind, line) in lines.0.iter().filter(|(kind, _)| ["member", "removed"].contains(kind))
        {
            let damaged = || unfit("a line about a member is damaged");
            let (serial, name) = line.split_once(' ').ok_or_else(damaged)?;
            let name = name.parse().map_err(|_| damaged())?;
            let serial = serial.parse().map_err(|_| damaged())?;
            file.invited.push(Invited { name, serial, removed: *kind == "removed" });
        }
        Ok(file)
    }
}

impl Invited {
    fn raise(&mut self, now: u64) {
        self.serial = now.max(self.serial.saturating_add(1));
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

/// What the super-peers of several groups share, by which they let each other in. It opens no door of a group.
#[derive(Clone)]
pub struct CircleFile {
    /// The key of the links between groups.
    pub key: GroupKey,
}

impl CircleFile {
    /// A new circle; its key must be random.
    pub fn new(key: [u8; 32]) -> CircleFile {
        CircleFile { key: GroupKey::new(key) }
    }

    /// The file's text. Deliberately no `Display`: a secret is not to be printed by accident.
    pub fn to_text(&self) -> String {
        checked(&[CIRCLE, &format!("shared {}", to_hex(self.key.bytes()))])
    }

    /// Reads the file's text.
    ///
    /// # Errors
    ///
    /// In words that fit behind the file's name and a colon.
    pub fn from_text(text: &str) -> Result<CircleFile, FileError> {
        Ok(CircleFile::new(secret(Lines::read(text, CIRCLE)?.one("shared")?)?))
    }
}

impl fmt::Debug for CircleFile {
    /// Shows nothing of the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CircleFile(..)")
    }
}

/// Any of the files of a group.
#[derive(Clone, Debug)]
pub enum AnyFile {
    /// The founder's.
    Group(GroupFile),
    /// A member's.
    Member(Box<MemberFile>),
    /// A circle's, of several groups.
    Circle(CircleFile),
    /// A removal: the one kind that is no secret.
    Removal(Revocation),
}

impl AnyFile {
    /// Reads the text of a file of any kind.
    ///
    /// # Errors
    ///
    /// In words that fit behind the file's name and a colon.
    pub fn from_text(text: &str) -> Result<AnyFile, FileError> {
        match text.lines().next() {
            Some(MEMBER) => MemberFile::from_text(text).map(Box::new).map(AnyFile::Member),
            Some(CIRCLE) => CircleFile::from_text(text).map(AnyFile::Circle),
            Some(REMOVAL) => Revocation::from_text(text).map(AnyFile::Removal),
            _ => GroupFile::from_text(text).map(AnyFile::Group),
        }
    }
}

/// The lines, and a last one with check digits over them.
fn checked(lines: &[&str]) -> String {
    let check = check_digits(lines);
    lines.iter().copied().chain([check.as_str()]).map(|line| format!("{line}\n")).collect()
}

/// The last line. How lines end does not count: a mail program may change that.
fn check_digits(lines: &[&str]) -> String {
    let mut hasher =
        blake3::Hasher::new_derive_key("photomesh 2026 check digits of a group's file");
    for line in lines {
        hasher.update(line.as_bytes()).update(b"\n");
    }
    format!("check {}", &to_hex(hasher.finalize().as_bytes())[..16])
}

/// The lines of a file whose check digits are right, each as its first word and the rest.
struct Lines<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Lines<'a> {
    fn read(text: &'a str, title: &str) -> Result<Lines<'a>, FileError> {
        let lines: Vec<&str> = text.trim_end().lines().collect();
        match lines.first().copied().unwrap_or_default() {
            first if first == title => {}
            first if first.starts_with("photomesh-key-") => return Err(FileError::Earlier),
            first => {
                let found = match [GROUP, MEMBER, CIRCLE, REMOVAL].contains(&first) {
                    true => kind(first),
                    false => "something else",
                };
                return Err(unfit(format!("it is {found}, and not {}", kind(title))));
            }
        }
        match lines.split_last() {
            Some((last, lines)) if *last == check_digits(lines) => {
                Ok(Lines(lines.iter().skip(1).filter_map(|line| line.split_once(' ')).collect()))
            }
            _ => Err(unfit("its check digits are wrong: something in it was changed")),
        }
    }

    fn one(&self, key: &str) -> Result<&'a str, FileError> {
        let line = self.0.iter().find(|(of, _)| *of == key);
        line.map(|(_, value)| *value).ok_or_else(|| unfit(format!("its line `{key}` is missing")))
    }
}

/// What a file is, by its first line.
fn kind(title: &str) -> &'static str {
    match title {
        GROUP => "a group file",
        MEMBER => "a member file",
        CIRCLE => "a circle file",
        _ => "a removal",
    }
}

fn secret(hex: &str) -> Result<[u8; 32], FileError> {
    from_hex(hex).map_err(unfit)
}

fn parsed<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, FileError> {
    serde_json::from_str(json).map_err(|error| unfit(error.to_string()))
}
