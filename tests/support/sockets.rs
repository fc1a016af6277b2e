//! Who has which connection on this machine, as Linux tells it.

use std::fs;

/// The inode of the socket of a connection from one local port to another.
pub(crate) fn inode(from: u16, to: u16) -> Option<u64> {
    let table = fs::read_to_string("/proc/net/tcp").ok()?;
    table.lines().skip(1).find_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let (local, remote) = (fields.next()?, fields.next()?);
        let inode = fields.nth(6)?;
        (port(local)? == from && port(remote)? == to).then(|| inode.parse().ok())?
    })
}

/// Whether a process has the socket of this inode.
pub(crate) fn owns(process: u32, inode: u64) -> bool {
    let name = format!("socket:[{inode}]");
    let files = fs::read_dir(format!("/proc/{process}/fd"));
    let mut files = files.into_iter().flatten().flatten();
    files.any(|file| fs::read_link(file.path()).is_ok_and(|target| target.as_os_str() == &*name))
}

/// The port of an address as it is written there: `0100007F:1388`.
fn port(address: &str) -> Option<u16> {
    u16::from_str_radix(address.split(':').nth(1)?, 16).ok()
}
