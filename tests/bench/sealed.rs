//! Gets over an encrypted link.

use std::fs;
use std::path::{Path, PathBuf};

use photomesh::protocol::MemberFile;

use crate::cipher;
use crate::figures::Figures;
use crate::lab::{Lab, Room};
use crate::mesh::{ONE_COPY, holder, lists};
use crate::own_client::gets;
use crate::patience::go_on;
use crate::report::Report;
use crate::support::ask;
use crate::table::Goal;

/// A smaller photo says more of how a process starts than of the link.
const LEAST: u64 = 500_000;

pub(crate) fn measure(lab: &Lab, report: &mut Report) -> Result<(), String> {
    report.begin(
        "`photomesh get -o FILE` in a group",
        "the cipher alone, the photo's bytes sealed and opened in memory: its slower end",
    );
    let room = lab.room()?;
    let specimens = lab.library.specimens()?;
    let plain = holder(lab, &room, &ONE_COPY)?;
    lists(&plain, specimens.len())?;
    let member = member(lab, &room)?;
    let option = member.to_string_lossy().into_owned();
    let among_friends = lab.room()?;
    let closed = holder(lab, &among_friends, &[&ONE_COPY[..], &["--member", &option]].concat())?;
    let text = fs::read_to_string(&member).map_err(|error| error.to_string())?;
    let owner = MemberFile::from_text(&text).map_err(|error| error.to_string())?;
    ask::belongs(closed.address(), &owner);
    lists(&closed, specimens.len())?;
    for specimen in specimens.iter().filter(|specimen| specimen.bytes > LEAST) {
        let bytes = fs::read(&specimen.path).map_err(|error| error.to_string())?;
        let mut rates = (Figures::default(), Figures::default(), Figures::default());
        let (mut costs, mut least) = (Vec::new(), Figures::default());
        for _ in 0..lab.extent.runs {
            go_on()?;
            let alone = cipher::measure(&bytes)?;
            let sealed = gets(lab, &room, &closed, specimen, Some(&member))?;
            let open = gets(lab, &room, &plain, specimen, None)?;
            rates.0.push(sealed.rate());
            rates.1.push(alone.link);
            rates.2.push(open.rate());
            costs.push(sealed.cost());
            least.push(alone.cost);
        }
        let again = rates.0.clone();
        report.row(specimen.label, "MB/s", rates.0, rates.1, Goal::AtLeastOf(0.8));
        report.row("  CPU of both ends", "s/GB", costs.into_iter().collect(), least, Goal::None);
        report.row("  rate; baseline: without a group", "MB/s", again, rates.2, Goal::None);
    }
    report.note("ours is all that a get is: a process, two files, the loopback, JSON and digests beside the cipher");
    Ok(())
}

/// Makes a group by the program's own commands, and the file of a member.
fn member(lab: &Lab, room: &Room) -> Result<PathBuf, String> {
    let group = room.path().join("friends.group");
    let file = room.path().join("ana.member");
    run(lab, &["group", "new"], &group, &[])?;
    let text = run(lab, &["group", "invite"], &group, &["ana"])?;
    fs::write(&file, text).map_err(|error| error.to_string())?;
    keep_secret(&file)?;
    Ok(file)
}

fn run(lab: &Lab, command: &[&str], group: &Path, more: &[&str]) -> Result<Vec<u8>, String> {
    let output = lab.command().args(command).arg(group).args(more).output();
    let output = output.map_err(|error| format!("cannot run {command:?}: {error}"))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// A member's file that others may read is refused.
#[cfg(unix)]
fn keep_secret(file: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).map_err(|error| error.to_string())
}

#[cfg(not(unix))]
fn keep_secret(_: &Path) -> Result<(), String> {
    Ok(())
}
