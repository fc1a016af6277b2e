//! `photomesh group`: the files of a group, made by its founder and read by everybody.

use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use tempfile::NamedTempFile;

use super::Failure;
use super::prose::note;
use crate::platform;
use crate::protocol::group::{AnyFile, FileError, GroupFile, Invited};
use crate::protocol::{CircleFile, MemberFile, MemberName, Revocation, in_words};

/// The most bytes of a file: many times what a group's has with all its members.
const MAX_FILE: u64 = 64 * 1024;

/// Makes a group: writes its founder's file, which must not exist.
pub fn new_group(path: &Path) -> Result<(), Failure> {
    let group = GroupFile::new(random()?, random()?);
    write_new(path, &group.to_text())?;
    let shown = path.display();
    note!(
        "{shown} is the group {}: who has this file decides who is a member. Keep it off the network, and keep a copy.\n\
         Now make a file for each friend, and for yourself: photomesh group invite {shown} NAME > NAME.member",
        group.group().short()
    );
    Ok(())
}

/// Writes a secret into a file that must not exist.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let written = platform::write_private(path, text.as_bytes(), NamedTempFile::persist_noclobber);
    written.map_err(|error| {
        let shown = path.display();
        if error.kind() == io::ErrorKind::AlreadyExists {
            return Failure::CannotCreate(format!("{shown} exists already: it stays as it is"));
        }
        Failure::CannotCreate(format!("cannot write {shown}: {}", in_words(&error)))
    })
}

/// Makes a circle of groups: writes its file, which must not exist.
pub fn new_circle(path: &Path) -> Result<(), Failure> {
    write_new(path, &CircleFile::new(random()?).to_text())?;
    let shown = path.display();
    note!(
        "{shown} opens the super-peers of all groups that have it, to look at what they share. Bring it, in a way that \
         nobody else can read, to whoever runs a super-peer: photomesh daemon ... --super 5100 --group NAME --link-key {shown}"
    );
    Ok(())
}

/// Invites somebody, for the first time or again, and writes the file for them to standard output, which only its owner
/// can read from then on.
///
/// # Errors
///
/// Also if standard output is a terminal: nobody wants a secret there, and every invitation of a name takes the place of
/// the one before.
pub fn invite(path: &Path, name: &MemberName) -> Result<(), Failure> {
    let mut out = io::stdout();
    if out.is_terminal() {
        return Err(Failure::Usage(format!(
            "a secret is not for the screen: photomesh group invite {} {name} > {name}.member",
            path.display()
        )));
    }
    let protected = platform::close_to_others(&out);
    protected
        .map_err(|error| Failure::Io(format!("cannot protect the file: {}", in_words(&error))))?;
    let key = random()?;
    let member = change(path, |group, now| group.invite(*name, key, now))?;
    out.write_all(member.to_text().as_bytes())?;
    out.flush()?;
    note!(
        "Bring the file to {name} in a way that nobody else can read: whoever has it is {name}, and can read all photos.\n\
         {name} starts every daemon and client with --member FILE, on each of their computers with a copy of the same file."
    );
    Ok(())
}

/// Removes a member, and writes the group's word on it to standard output.
pub fn remove_member(path: &Path, name: &MemberName) -> Result<(), Failure> {
    let removal = change(path, |group, now| group.remove(name, now))?;
    let mut out = io::stdout();
    out.write_all(removal.to_text().as_bytes())?;
    out.flush()?;
    note!(
        "This is no secret. Tell it to any daemon of the group: photomesh group tell {name}.removed"
    );
    Ok(())
}

/// Writes what a file is, whichever of a group's it is, and nothing that is secret.
pub fn show_file(path: &Path, out: &mut impl Write) -> Result<(), Failure> {
    let (text, open) = read(path)?;
    let file = AnyFile::from_text(&text).map_err(|error| unfit(path, error))?;
    match file {
        AnyFile::Removal(removal) => {
            let (name, serial) = (removal.name(), removal.serial());
            writeln!(out, "a removal: {name} is no member any more, up to serial {serial}")?;
            writeln!(out, "group    {}", removal.group().short())?;
        }
        _ if open => return Err(exposed(path)),
        AnyFile::Circle(_) => {
            writeln!(out, "a circle file, secret: for super-peers of its groups")?
        }
        AnyFile::Member(member) => {
            let certificate = member.certificate;
            writeln!(out, "a member file, secret")?;
            writeln!(out, "group    {}", certificate.group().short())?;
            writeln!(out, "member   {}, serial {}", certificate.name(), certificate.serial())?;
        }
        AnyFile::Group(group) => {
            writeln!(out, "a group file, secret")?;
            writeln!(out, "group    {}", group.group().short())?;
            for Invited { name, serial, removed } in group.invited() {
                let what = if *removed { "removed" } else { "member " };
                writeln!(out, "{what}  {name}, serial {serial}")?;
            }
        }
    }
    Ok(())
}

/// Reads a member's file.
///
/// # Errors
///
/// Also if users other than its owner can read the file: better to notice an exposed secret before it is used.
pub fn read_member(path: &Path) -> Result<MemberFile, Failure> {
    let text = read_secret(path)?;
    MemberFile::from_text(&text).map_err(|error| unfit(path, error))
}

/// Reads a circle's file.
///
/// # Errors
///
/// As [`read_member`].
pub fn read_circle(path: &Path) -> Result<CircleFile, Failure> {
    let text = read_secret(path)?;
    CircleFile::from_text(&text).map_err(|error| unfit(path, error))
}

/// Reads a removal.
pub(super) fn read_removal(path: &Path) -> Result<Revocation, Failure> {
    Revocation::from_text(&read(path)?.0).map_err(|error| unfit(path, error))
}

/// Changes a group's file. What comes of it is returned when the file is safe on the disk, so no serial goes out twice.
fn change<T>(
    path: &Path,
    change: impl FnOnce(&mut GroupFile, u64) -> Result<T, FileError>,
) -> Result<T, Failure> {
    let io = |error: io::Error| {
        Failure::Io(format!(
            "cannot change the group file {}: {}\nThe founder makes one with `photomesh group new`.",
            path.display(),
            in_words(&error)
        ))
    };
    let place = fs::canonicalize(path).map_err(io)?;
    let lock = lock(&place).map_err(io)?;
    let text = read_secret(path)?;
    let mut group = GroupFile::from_text(&text).map_err(|error| unfit(path, error))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let made = change(&mut group, now.as_secs())
        .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
    platform::write_private(&place, group.to_text().as_bytes(), NamedTempFile::persist)
        .map_err(io)?;
    drop(lock);
    Ok(made)
}

/// Waits until nobody else changes the file. Each change makes a new file of that name, so the one waited for may be
/// gone.
fn lock(path: &Path) -> io::Result<File> {
    loop {
        let file = File::open(path)?;
        file.lock()?;
        if platform::file_of(&file.metadata()?) == platform::file_of(&fs::metadata(path)?) {
            return Ok(file);
        }
    }
}

fn read_secret(path: &Path) -> Result<String, Failure> {
    match read(path)? {
        (_, true) => Err(exposed(path)),
        (text, false) => Ok(text),
    }
}

/// The text of a file, and whether others than its owner can read it.
fn read(path: &Path) -> Result<(String, bool), Failure> {
    let unreadable = |error: io::Error| {
        Failure::Io(format!(
            "cannot read {}: {}\n\
             The founder of a group makes such files: see `photomesh group --help`.",
            path.display(),
            in_words(&error)
        ))
    };
    let file = File::open(path).map_err(unreadable)?;
    let open = platform::is_open_to_others(&file.metadata().map_err(unreadable)?);
    let mut bytes = Vec::new();
    file.take(MAX_FILE).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok((String::from_utf8_lossy(&bytes).into_owned(), open))
}

fn exposed(path: &Path) -> Failure {
    let shown = path.display();
    Failure::Usage(format!(
        "others can read {shown}: `chmod 600 {shown}`, and if they may have read it, have the founder invite you again"
    ))
}

fn unfit(path: &Path, error: FileError) -> Failure {
    let text = format!("{}: {error}", path.display());
    match error {
        FileError::Earlier => Failure::Usage(text),
        FileError::Unfit(_) => Failure::BadData(text),
    }
}

fn random() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::Io(format!("the system has no randomness: {}", in_words(&error)))
    })?;
    Ok(bytes)
}
