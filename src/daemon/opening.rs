//! Opening the ports and the folder, and why they cannot be.

use std::net::TcpListener;
use std::path::Path;

use super::door::listener::bind;
use super::{CANNOT_CREATE, Failure, IN_USE, IO_ERROR, Options, USAGE};
use crate::folder::{self, Folder, OpenError};
use crate::protocol::in_words;

/// Takes the port of a daemon, and sees that its super-peer's is free: the super-peer takes that itself, a little later,
/// when nobody but the log would tell that it is not.
///
/// # Errors
///
/// In words that say what to do, and with the exit code.
pub(super) fn ports(options: &Options) -> Result<TcpListener, Failure> {
    let otherwise = "give this one another port with --port, or see --host";
    let socket = bind(&options.host, options.port, otherwise)?;
    if let Some(at) = &options.super_at {
        let otherwise = "give the super-peer another one with --super";
        bind(at.host(), at.port(), otherwise)?;
    }
    Ok(socket)
}

/// Opens the folder of a daemon.
///
/// # Errors
///
/// In words that say what to do, and with the exit code.
pub(super) fn open(options: &Options) -> Result<Folder, Failure> {
    let folder_options = folder::Options {
        member: options.member.clone(),
        accept_missing: options.accept_missing,
        trash_days: options.trash_days,
        reserve: options.reserve,
        pools: options.pool,
        scrub_days: options.scrub_days,
    };
    let failed = |error: OpenError| {
        let code = match error {
            OpenError::InUse(_) => IN_USE,
            OpenError::Io(ref path, _) if *path == options.folder && !path.is_dir() => {
                CANNOT_CREATE
            }
            OpenError::Exposed(_) | OpenError::Belongs { .. } => USAGE,
            OpenError::ReadOnly(_)
            | OpenError::Full(_)
            | OpenError::Identity(_)
            | OpenError::Missing { .. }
            | OpenError::Io(..) => IO_ERROR,
        };
        Failure { code, message: unusable(&options.folder, &error) }
    };
    let mut folder = Folder::open(&options.folder, &folder_options).map_err(failed)?;
    let member = options.member.as_ref().map(|file| &file.certificate);
    folder.belong_to(member, options.change_group).map_err(failed)?;
    folder.adopt_own_words().map_err(|error| Failure::io("cannot sign what was removed", error))?;
    Ok(folder)
}

/// Why a folder cannot be used, for people.
fn unusable(folder: &Path, error: &OpenError) -> String {
    let shown = folder.display();
    match error {
        OpenError::Io(path, _) if path == folder && folder.exists() && !folder.is_dir() => {
            format!("{shown} is a file, not a folder")
        }
        OpenError::Io(path, why) if path == folder && !folder.exists() => {
            format!("cannot make the folder {shown}: {}", in_words(why))
        }
        OpenError::Io(..)
        | OpenError::InUse(_)
        | OpenError::Exposed(_)
        | OpenError::Belongs { .. }
        | OpenError::ReadOnly(_)
        | OpenError::Full(_)
        | OpenError::Identity(_)
        | OpenError::Missing { .. } => in_words(error),
    }
}
