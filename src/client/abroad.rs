//! What other groups show: `photomesh groups`, `list --all`, and a link to another group for the commands that look at
//! photos.

use std::collections::BTreeMap;
use std::io::Write;

use indicatif::{HumanBytes, HumanCount};

use super::list::{Listed, for_each_page};
use super::prose::note;
use super::screen::{Column, count, plain, write_json, write_table};
use super::{Daemon, Failure, List};
use crate::photo::PhotoId;
use crate::protocol::between::GroupReport;
use crate::protocol::client::PhotoReport;
use crate::protocol::{Address, Answer, MemberFile, Request};

/// A link to the first super-peer of the asked daemon's group that answers, and the others, the best last.
///
/// # Errors
///
/// [`Failure::Unreachable`] if none is here.
fn reach(
    mut daemon: Daemon,
    member: Option<&MemberFile>,
) -> Result<(Daemon, Vec<Address>), Failure> {
    let mut failure = Failure::Unreachable(
        "no super-peer of this group is here, so no other group can be seen: one friend starts a daemon with --super (see \
         `photomesh help daemon`)"
            .to_owned(),
    );
    let mut supers = super_peers(&mut daemon)?;
    while let Some(address) = supers.pop() {
        match Daemon::connect_to_super_peer(&address, member) {
            Ok(link) => return Ok((link, supers)),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// A link to a super-peer of the asked daemon's group.
///
/// # Errors
///
/// [`Failure::Unreachable`] if none is here.
pub fn super_peer(daemon: Daemon, member: Option<&MemberFile>) -> Result<Daemon, Failure> {
    reach(daemon, member).map(|(link, _)| link)
}

/// A link by which another group is asked, through a super-peer of the own one; the own one, if that is meant.
///
/// # Errors
///
/// As [`super_peer`].
pub fn abroad(
    connect: impl Fn() -> Result<Daemon, Failure>,
    member: Option<&MemberFile>,
    group: &str,
) -> Result<Daemon, Failure> {
    let (mut link, others) = reach(connect()?, member)?;
    if known(&mut link)?[0].name.as_str() == group {
        return connect();
    }
    link.visit(group, &others, member);
    Ok(link)
}

/// The same, but the own group is none that is found so.
///
/// # Errors
///
/// As [`super_peer`].
pub fn elsewhere(
    daemon: Daemon,
    member: Option<&MemberFile>,
    group: &str,
) -> Result<Daemon, Failure> {
    let (mut link, others) = reach(daemon, member)?;
    link.visit(group, &others, member);
    Ok(link)
}

/// The super-peers of a daemon's group: that of its own node last.
fn super_peers(daemon: &mut Daemon) -> Result<Vec<Address>, Failure> {
    let status = daemon.status()?;
    let mut nodes: Vec<_> = status.nodes.iter().filter(|node| node.alive).collect();
    nodes.sort_by_key(|node| node.id == status.node);
    let here = daemon.address().host();
    let at = |bridge: &Address| match bridge.is_unspecified() {
        // It does not know where others reach it, but this client has.
        true => Address::new(here, bridge.port()),
        false => bridge.clone(),
    };
    Ok(nodes.into_iter().filter_map(|node| node.bridge.as_ref().map(at)).collect())
}

/// All groups that a super-peer knows, its own first.
fn known(link: &mut Daemon) -> Result<Vec<GroupReport>, Failure> {
    if let Answer::Groups { groups } = link.ask(&Request::Groups)?
        && !groups.is_empty()
    {
        return Ok(groups);
    }
    Err(link.unexpected())
}

/// The groups that a super-peer knows besides its own, each with the name by which [`abroad()`] finds it.
///
/// # Errors
///
/// As for all commands.
pub fn other_groups(link: &mut Daemon) -> Result<Vec<(String, GroupReport)>, Failure> {
    let groups = known(link)?;
    Ok(prefixes(&groups).into_iter().zip(groups).skip(1).collect())
}

/// What to type before the `/` for each of these groups: its name, and digits of its id if two are called so.
fn prefixes(groups: &[GroupReport]) -> Vec<String> {
    let several = |group: &GroupReport| groups.iter().filter(|g| g.name == group.name).count() > 1;
    let is_own = |group: &GroupReport| groups.first().is_some_and(|own| own.id == group.id);
    let prefix = |group: &GroupReport| match several(group) && !is_own(group) {
        true => format!("{}~{}", group.name, &group.id.short()[..8]),
        false => group.name.to_string(),
    };
    groups.iter().map(prefix).collect()
}

/// Lists the groups, the own one first.
///
/// # Errors
///
/// As for all commands.
pub fn groups(link: &mut Daemon, json: bool, out: &mut impl Write) -> Result<(), Failure> {
    let groups = known(link)?;
    if json {
        return groups.iter().try_for_each(|group| Ok(write_json(out, group)?));
    }
    let rows: Vec<_> = groups.iter().zip(prefixes(&groups)).enumerate().map(row).collect();
    let columns = [
        Column::Left("GROUP"),
        Column::Right("PHOTOS"),
        Column::Right("BYTES"),
        Column::Right("NODES"),
        Column::Left("STATE"),
    ];
    write_table(out, columns, &rows)?;
    let [own, others @ ..] = &groups[..] else { return Ok(()) };
    writeln!(
        out,
        "\n{} shows {} to {}; what members show is theirs to say (--share)",
        own.name,
        count(own.photos, "photo"),
        count(others.len() as u64, "other group")
    )?;
    let names = prefixes(&groups);
    let mut reached =
        names.iter().zip(&groups).skip(1).filter(|(_, other)| other.lost_secs.is_none());
    if let Some((name, _)) = reached.next() {
        writeln!(out, "look: photomesh list --group {name}, photomesh get {name}/PHOTO")?;
    }
    Ok(())
}

fn row((at, (group, prefix)): (usize, (&GroupReport, String))) -> [String; 5] {
    let state = match group.lost_secs {
        _ if at == 0 => "this group".to_owned(),
        None => format!("reached through {}", count(group.supers.len() as u64, "super-peer")),
        Some(secs @ 0..120) => format!("out of reach for {secs} s"),
        Some(secs) => format!("out of reach for {} min", secs / 60),
    };
    [
        prefix,
        HumanCount(group.photos).to_string(),
        HumanBytes(group.bytes).to_string(),
        format!("{} of {}", group.here, group.nodes),
        state,
    ]
}

/// Lists what the own group has and what all others show. A photo that several groups have is one line: with the own
/// group's name, or else that of the first one.
///
/// # Errors
///
/// [`Failure::Partly`] if some group is out of reach: the others are listed all the same.
pub fn list_all(
    connect: impl Fn() -> Result<Daemon, Failure>,
    member: Option<&MemberFile>,
    wish: &List,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let groups = known(&mut super_peer(connect()?, member)?)?;
    let mut all: BTreeMap<PhotoId, Listed> = BTreeMap::new();
    let mut lost = 0;
    for (at, prefix) in prefixes(&groups).into_iter().enumerate() {
        let from = match at {
            0 => connect(),
            _ => connect().and_then(|daemon| elsewhere(daemon, member, &prefix)),
        };
        let listed = from.and_then(|mut from| {
            for_each_page(&mut from, |page| {
                page.into_iter().for_each(|photo| add(&mut all, photo, &prefix));
                Ok(())
            })
        });
        if let Err(failure) = listed {
            note!("photomesh: {prefix}: {}", failure.first_line());
            lost += 1;
        }
    }
    wish.write(all.into_values().collect(), out)?;
    match lost {
        0 => Ok(()),
        lost => {
            out.flush()?;
            let summary = format!("{} not listed", count(lost, "group"));
            Err(Failure::Partly { summary, exit_code: 69 })
        }
    }
}

/// Adds a photo of a group to those of all.
fn add(all: &mut BTreeMap<PhotoId, Listed>, photo: PhotoReport, prefix: &str) {
    let name = format!("{prefix}/{}", photo.name);
    match all.get_mut(&photo.id) {
        Some(known) => known.photo.aliases.push(plain(&name)),
        None => {
            let aliases = photo.aliases.iter().map(|alias| format!("{prefix}/{alias}")).collect();
            let photo = PhotoReport { name, aliases, ..photo };
            all.insert(photo.id, Listed { group: Some(prefix.to_owned()), photo });
        }
    }
}
