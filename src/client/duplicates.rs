//! `photomesh duplicates`: versions that are hidden, or in a trash, because of a better one.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use super::explain::{how, kind};
use super::prose::note;
use super::screen::{count, picture, plain, write_json};
use super::sketch::Pairs;
use super::trash::spoken;
use super::{Daemon, Failure};
use crate::photo::Relation;
use crate::protocol::client::{DuplicateReport, Stay, Summary, VersionReport};
use crate::protocol::{Answer, NodeId, Request};

/// A picture: the version that is shown, and those that are not.
#[derive(Serialize)]
struct Group<'a> {
    keeper: &'a Summary,
    versions: Vec<Version<'a>>,
}

#[derive(Serialize)]
struct Version<'a> {
    #[serde(flatten)]
    version: &'a VersionReport,
    /// How long it stays in the asked node's trash; null if it does not lie there.
    trash: Option<Stay>,
    #[serde(skip)]
    told: &'a Told,
}

/// What a page of versions tells of nodes.
pub(super) struct Told {
    /// The one that was asked.
    node: NodeId,
    /// What people call them.
    called: BTreeMap<NodeId, String>,
}

/// Lists the pictures with several versions: each keeper, and the versions hidden because of it.
pub fn duplicates(daemon: &mut Daemon, json: bool, out: &mut impl Write) -> Result<(), Failure> {
    let mut all: Vec<(Arc<Told>, DuplicateReport)> = Vec::new();
    for_each_page(daemon, |page| {
        all.extend(page);
        Ok(())
    })?;
    if all.is_empty() {
        if !json {
            note!("nothing is hidden: no picture has several versions");
        }
        return Ok(());
    };
    let mut groups: BTreeMap<&Summary, Vec<Version>> = BTreeMap::new();
    for (told, duplicate) in &all {
        groups.entry(&duplicate.keeper).or_default().push(Version {
            version: &duplicate.version,
            trash: duplicate.trash,
            told,
        });
    }
    let pictures = groups.len();
    let example = groups.iter().next().map(|(keeper, versions)| {
        let worse = versions.first().map(|version| version.version.id.short());
        (keeper.id.short(), worse.unwrap_or_default())
    });
    let mut pairs = Pairs::new(daemon);
    for (keeper, versions) in groups {
        let group = Group { keeper, versions };
        match json {
            true => write_json(out, &group)?,
            false => write_group(&group, &mut pairs, out)?,
        }
    }
    if !json {
        out.flush()?;
        let (keeper, worse) = example.unwrap_or_default();
        note!(
            "{} of {} not shown. Two are different pictures? photomesh distinct {keeper} {worse}, or photomesh trash \
             restore NAME where it lies.\nThe others can stay where they are; to see one: photomesh get --exact {worse}",
            count(all.len() as u64, "version"),
            count(pictures as u64, "picture"),
        );
    }
    Ok(())
}

/// Hands all versions that are not shown to `take`, with what is told of nodes, page after page.
pub(super) fn for_each_page(
    daemon: &mut Daemon,
    take: impl FnMut(Vec<(Arc<Told>, DuplicateReport)>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let page_of = |answer| {
        if let Answer::Duplicates { node, called, duplicates, next } = answer {
            let told = Arc::new(Told { node, called });
            let told = duplicates.into_iter().map(|duplicate| (Arc::clone(&told), duplicate));
            Some((told.collect(), next))
        } else {
            None
        }
    };
    daemon.ask_pages(|after| Request::Duplicates { after }, page_of, take)
}

fn write_group(group: &Group, pairs: &mut Pairs, out: &mut impl Write) -> io::Result<()> {
    let keeper = group.keeper;
    let size = picture(keeper.width, keeper.height, keeper.format, keeper.bytes);
    let id = keeper.id.short();
    writeln!(out, "{} ({id}, {size})", plain(&keeper.name))?;
    for Version { version, trash, told } in &group.versions {
        let names: Vec<_> = version.names.iter().map(|name| plain(name)).collect();
        let relation = match version.relation {
            Relation::Same => "same",
            Relation::Variant => "variant",
            Relation::Different => kind(Relation::Different),
        };
        let differs: Vec<_> = version.differs.iter().map(|words| plain(words)).collect();
        let id = version.id.short();
        writeln!(out, "  {relation}: {} ({id})", names.join(", "))?;
        writeln!(out, "    {}", differs.join(", "))?;
        pairs.draw([keeper.id, version.id], ["shown", "not shown"], out)?;
        // Small pictures may have to be made first: nobody waits for all of them.
        out.flush()?;
        for (holder, holding) in &version.held {
            let stay = match trash {
                Some(stay) if *holder == told.node && !holding.is_stored() => {
                    format!("; {}", spoken(*stay))
                }
                _ => String::new(),
            };
            let asked = if *holder == told.node { " (the one asked)" } else { "" };
            let holder = match told.called.get(holder) {
                Some(name) => plain(name),
                None => format!("node {holder}"),
            };
            writeln!(out, "    {holder}{asked}: {}{stay}", how(*holding))?;
        }
    }
    Ok(())
}
