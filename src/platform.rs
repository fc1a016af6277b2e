//! Everything specific to one kind of operating system, behind plain functions.
//!
//! Nothing else in the program names a system call, a file's owner or mode, or an inode; a test checks that. This is
//! the Unix version. A port is one more version of this file, with the guarantees on which the program relies:
//!
//! * two names are of one file exactly if [`file_of`] returns the same for both, as long as the file is there;
//! * the second of [`times`] changes whenever a file's bytes may have changed, and no program can set it back;
//! * [`no_follow`] opens the file of that name, never one that a link leads to;
//! * [`private`] keeps a new file from everybody but its owner, from its first byte on, and [`make_private_dir`] a new
//!   directory with all that is ever in it.
//!
//! The rest is best effort: without it the program works the same, with fewer connections, or with a slower computer.
//!
//! Left out: locks, renames and hard links, which the standard library has for every system, and signals, which a
//! separate crate handles.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::OFlags;
use socket2::SockRef;
use tempfile::{NamedTempFile, PersistError};

/// The identity of a file: its disk, and its number there.
pub(crate) fn file_of(meta: &Metadata) -> (u64, u64) {
    (meta.dev(), meta.ino())
}

/// When a file was last changed, in nanoseconds since 1970: as programs may have set it, and as the system saw it.
pub(crate) fn times(meta: &Metadata) -> (i64, i64) {
    let nanos =
        |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
    (nanos(meta.mtime(), meta.mtime_nsec()), nanos(meta.ctime(), meta.ctime_nsec()))
}

/// Refuses to open a link instead of following it.
pub(crate) fn no_follow(options: &mut OpenOptions) -> &mut OpenOptions {
    options.custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
}

/// The same, and opens a pipe without waiting for its other end.
pub(crate) fn no_follow_no_wait(options: &mut OpenOptions) -> &mut OpenOptions {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.custom_flags(flags.bits().cast_signed())
}

/// Makes a new file for its owner alone.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// Makes a directory that its owner alone may enter.
pub(crate) fn make_private_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Takes all other users' rights to a directory away.
pub(crate) fn close_dir_to_others(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(0o700))
}

/// Makes a temporary file like any new file, as the user's umask allows, instead of for its owner alone.
pub(crate) fn like_any_file(builder: &mut tempfile::Builder<'_, '_>) {
    builder.permissions(Permissions::from_mode(0o666));
}

/// Takes all other users' rights away if the output is an ordinary file.
pub(crate) fn close_to_others(out: &io::Stdout) -> io::Result<()> {
    let file = File::from(out.as_fd().try_clone_to_owned()?);
    if file.metadata()?.is_file() {
        file.set_permissions(PermissionsExt::from_mode(0o600))?;
    }
    Ok(())
}

/// Whether users other than its owner have any rights to a file.
pub(crate) fn is_open_to_others(meta: &Metadata) -> bool {
    meta.mode() & 0o077 != 0
}

/// Whether bytes are to be written into the existing thing, such as `/dev/null` or a pipe, and not beside it.
pub(crate) fn is_sink(path: &Path) -> bool {
    let there = path.metadata().map(|meta| meta.file_type());
    there.is_ok_and(|kind| kind.is_char_device() || kind.is_fifo())
}

/// Brings a directory's names to the disk.
pub(crate) fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// What this computer is called.
pub(crate) fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// How many bytes an ordinary user can still write to the file system of `path`.
pub(crate) fn free_bytes(path: &Path) -> io::Result<u64> {
    let stat = rustix::fs::statvfs(path)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// How large the disk is on which a file lies, in bytes.
pub(crate) fn disk_bytes(path: &Path) -> io::Result<u64> {
    let stat = rustix::fs::statvfs(path)?;
    Ok(stat.f_blocks.saturating_mul(stat.f_frsize))
}

/// Whether the disk itself could not read: another try is hopeless.
pub(crate) fn is_media_error(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}

/// The file name with these bytes, which are not text.
pub(crate) fn name_of_bytes(bytes: Vec<u8>) -> OsString {
    OsString::from_vec(bytes)
}

/// Allows this process `wanted` open files if possible; returns how many it may have then, if that is known.
pub(crate) fn allow_files(wanted: u64) -> Option<u64> {
    rlimit::increase_nofile_limit(wanted).ok()
}

/// Lets the system take no more of what is written to a socket, beyond what it sends at once, than so many bytes: what is
/// urgent is not behind them. Linux can.
pub(crate) fn limit_unsent(stream: &TcpStream, bytes: u32) {
    // Best effort: otherwise a slow line holds some seconds' worth.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = SockRef::from(stream).set_tcp_notsent_lowat(bytes);
}

/// Writes a file for its owner alone: whole and on the disk before it gets its name, by one of the two ways to give it.
///
/// # Errors
///
/// If it cannot be written; then what had the name has it still.
pub(crate) fn write_private(
    path: &Path,
    bytes: &[u8],
    give_name: fn(NamedTempFile, PathBuf) -> Result<File, PersistError>,
) -> io::Result<()> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(dir)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    give_name(file, path.to_owned())?;
    sync_dir(dir)
}

/// Lets a socket have no more bytes on their way than about so many: it fills no queue between here and the other side,
/// and gets at most so much in each round trip.
pub(crate) fn limit_in_flight(stream: &TcpStream, bytes: usize) {
    // Best effort: otherwise its bytes and the others' share the line evenly.
    let _ = SockRef::from(stream).set_send_buffer_size(bytes);
}

/// Has the system end a connection whose other side has not confirmed for so long what was sent: a computer that was
/// switched off says nothing, and else is tried again for a quarter of an hour. Linux can.
pub(crate) fn give_up_on_lost(stream: &TcpStream, time: Duration) {
    // Best effort: otherwise the connection is kept for longer.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = SockRef::from(stream).set_tcp_user_timeout(Some(time));
}

/// Gives this thread the lowest priority. On other systems than Linux the priority is the whole process's, and stays as
/// it is.
pub(crate) fn yield_to_all() {
    set_nice(19);
}

/// Gives this thread a priority a little lower than others have, where [`yield_to_all`] can do that.
pub(crate) fn yield_a_little() {
    set_nice(5);
}

fn set_nice(_nice: i32) {
    // Best effort: otherwise the thread runs at normal priority.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, _nice);
}
