//! What only one kind of operating system has, behind plain functions.
//!
//! Nothing else in the program names a system call, a file's owner or mode, or an inode; a test sees to that. This is the
//! Unix of it. A port to another system is this file once more, where each function says what the others rely on:
//!
//! * two names are of one file exactly if [`file_of`] says the same of both, as long as the file is there;
//! * the second of [`times`] changes whenever a file's bytes may have changed, and no program can set it back;
//! * what is opened by [`no_follow`] is the file of that name, never one that a link leads to;
//! * [`private`] keeps a new file from everybody but its owner, from its first byte on.
//!
//! The rest is best effort: without it the program does the same, with fewer connections, or in somebody's way.
//!
//! What is left out: locks, renames and hard links, which the standard library has for every system, and signals, which
//! a crate of their own handles.

use std::ffi::OsString;
use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::OFlags;

/// Which file on which disk it is.
pub(crate) fn file_of(meta: &Metadata) -> (u64, u64) {
    (meta.dev(), meta.ino())
}

/// When a file's bytes were last changed by what programs say, and when by what the system says, in nanoseconds since 1970.
pub(crate) fn times(meta: &Metadata) -> (i64, i64) {
    let nanos =
        |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
    (nanos(meta.mtime(), meta.mtime_nsec()), nanos(meta.ctime(), meta.ctime_nsec()))
}

/// Has a link refused instead of followed.
pub(crate) fn no_follow(options: &mut OpenOptions) -> &mut OpenOptions {
    options.custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
}

/// Has a link refused instead of followed, and a pipe opened without waiting for its other end.
pub(crate) fn no_follow_no_wait(options: &mut OpenOptions) -> &mut OpenOptions {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.custom_flags(flags.bits().cast_signed())
}

/// Has a new file made for its owner alone.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// Has a temporary file made like any new file, as the user's umask allows, instead of for its owner alone.
pub(crate) fn like_any_file(builder: &mut tempfile::Builder<'_, '_>) {
    builder.permissions(Permissions::from_mode(0o666));
}

/// Takes all others' rights away if the output is a file of one's own.
pub(crate) fn close_to_others(out: &io::Stdout) -> io::Result<()> {
    let file = File::from(out.as_fd().try_clone_to_owned()?);
    if file.metadata()?.is_file() {
        file.set_permissions(PermissionsExt::from_mode(0o600))?;
    }
    Ok(())
}

/// Whether others than its owner have any right to a file.
pub(crate) fn is_open_to_others(meta: &Metadata) -> bool {
    meta.mode() & 0o077 != 0
}

/// Whether bytes are to be poured into what is there, such as `/dev/null` or a pipe.
pub(crate) fn is_sink(path: &Path) -> bool {
    let there = path.metadata().map(|meta| meta.file_type());
    there.is_ok_and(|kind| kind.is_char_device() || kind.is_fifo())
}

/// Writes all of `bytes` into a file, from `offset` on.
pub(crate) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    file.write_all_at(bytes, offset)
}

/// Brings a directory's names to the disk.
pub(crate) fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// How many bytes an ordinary user can still write to the file system of `path`.
pub(crate) fn free_bytes(path: &Path) -> io::Result<u64> {
    let stat = rustix::fs::statvfs(path)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Whether the disk itself could not give bytes back: no reason to hope for the next try.
pub(crate) fn is_media_error(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}

/// The file name that is spelled by these bytes, which are no text.
pub(crate) fn name_of_bytes(bytes: Vec<u8>) -> OsString {
    OsString::from_vec(bytes)
}

/// Allows this process `wanted` open files if it can; how many it may have then, if that is known.
pub(crate) fn allow_files(wanted: u64) -> Option<u64> {
    rlimit::increase_nofile_limit(wanted).ok()
}

/// Gives this thread the lowest priority. On Linux that is a thread's own, on other systems the whole process's, and stays
/// as it is.
pub(crate) fn yield_to_all() {
    // Best effort: otherwise it works at the priority of all others.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, 19);
}
