//! The options about other groups: circles, super-peers, and which group is meant.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args, Subcommand, ValueHint};

use photomesh::abroad::Options;
use photomesh::client::{self, Failure};
use photomesh::protocol::Address;
use photomesh::protocol::between::GroupName;

use super::Asked;

/// Make a circle of groups that let each other look at what their members share
///
/// Each group has super-peers: daemons that are started with --super and the circle's file. Who has that file alone sees
/// what is shared, and can do nothing else.
#[derive(Subcommand)]
#[command(after_help = "\
Examples:
  photomesh circle new cities.circle
  photomesh daemon ~/Pictures --member ana.member --host 0.0.0.0 --share \\
      --super 5100 --group aveiro --link-key cities.circle --link porto.example.org:5100")]
pub(crate) enum CircleCommand {
    /// Make the file that opens the doors between the groups
    New {
        /// The file to make
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
}

/// Where a super-peer listens: on a port, where the daemon does, or on another address.
#[derive(Clone, Debug)]
pub(super) enum At {
    Port(u16),
    Address(Address),
}

impl At {
    /// The address, beside a daemon that listens on this host.
    pub(super) fn address(&self, host: &str) -> Address {
        match self {
            At::Port(port) => Address::new(host, *port),
            At::Address(address) => address.clone(),
        }
    }
}

impl FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<At, String> {
        match text.parse() {
            Ok(port) => Ok(At::Port(port)),
            Err(_) => text.parse().map(At::Address),
        }
    }
}

/// What makes a daemon's computer a super-peer.
#[derive(Args)]
#[command(next_help_heading = "Other groups")]
pub(crate) struct SuperArgs {
    /// Run a super-peer, too, on this port of --host, or on another address: through it your group looks at other groups,
    /// and they at what yours shares
    #[arg(long = "super", value_name = "ADDR", requires_all = ["group", "link_key"])]
    pub(super) at: Option<At>,
    /// What your group is called by others: `get porto/cat.jpg`
    #[arg(long, value_name = "NAME", requires = "at")]
    pub(super) group: Option<GroupName>,
    /// The circle's file (`photomesh circle new`)
    #[arg(long, value_name = "FILE", requires = "at", value_hint = ValueHint::FilePath)]
    pub(super) link_key: Option<PathBuf>,
    /// A super-peer of another group; may be given several times. They tell of further ones
    #[arg(long, value_name = "ADDR", requires = "at")]
    pub(super) link: Vec<Address>,
}

impl SuperArgs {
    /// The arguments of the super-peer that a daemon starts, but for the daemon's address.
    pub(super) fn of_daemon(
        &self,
        host: &str,
        member: Option<&Path>,
    ) -> Result<Option<Vec<OsString>>, Failure> {
        let (Some(at), Some(name), Some(link_key)) = (&self.at, &self.group, &self.link_key) else {
            return Ok(None);
        };
        let Some(member) = member else {
            let text = "--super takes a group: name your file with --member";
            return Err(Failure::Usage(text.to_owned()));
        };
        let at = at.address(host);
        if at.port() == 0 {
            let text = "--super takes a port that others know beforehand: not 0";
            return Err(Failure::Usage(text.to_owned()));
        }
        // Looked at here, so that a wrong file is noticed before all runs.
        client::read_circle(link_key)?;
        let with = |option: &str, value: &OsStr| {
            let mut argument = OsString::from(option);
            argument.push(value);
            argument
        };
        let mut arguments: Vec<OsString> =
            ["super", "--until-stdin-ends"].map(OsString::from).into();
        arguments.push(format!("--listen={at}").into());
        arguments.push(format!("--group={name}").into());
        arguments.push(with("--link-key=", link_key.as_os_str()));
        arguments.push(with("--member=", member.as_os_str()));
        arguments.extend(self.link.iter().map(|address| format!("--link={address}").into()));
        Ok(Some(arguments))
    }
}

/// What a daemon's super-peer is started with.
#[derive(Args)]
pub(crate) struct SuperPeerArgs {
    #[arg(long, value_name = "ADDR")]
    listen: Address,
    #[arg(long, value_name = "NAME")]
    group: GroupName,
    #[arg(long, value_name = "FILE")]
    link_key: PathBuf,
    #[arg(long, value_name = "ADDR")]
    link: Vec<Address>,
    /// Stop when standard input ends: the daemon that has started it is gone
    #[arg(long)]
    until_stdin_ends: bool,
    #[command(flatten)]
    asked: Asked,
}

impl SuperPeerArgs {
    pub(crate) fn options(self) -> Result<Options, Failure> {
        let circle = client::read_circle(&self.link_key)?;
        let (daemon, member) = self.asked.parts()?;
        let text = "a super-peer takes a group: name your file with --member";
        let member = member.ok_or_else(|| Failure::Usage(text.to_owned()))?;
        Ok(Options {
            daemon,
            member,
            circle,
            name: self.group,
            host: self.listen.host().to_owned(),
            port: self.listen.port(),
            link: self.link,
            until_stdin_ends: self.until_stdin_ends,
        })
    }
}

/// The group that all these names begin with, as `porto/cat.jpg` does, and the names without it.
///
/// # Errors
///
/// If they mean several groups: one command asks one of them.
pub(super) fn of_one_group(names: &[String]) -> Result<(Option<String>, Vec<String>), Failure> {
    let parts: Vec<_> = names.iter().map(|name| name.split_once('/')).collect();
    let group = parts.first().and_then(|part| part.map(|(group, _)| group));
    if parts.iter().any(|part| part.map(|(group, _)| group) != group) {
        let text = "these names are of several groups: one command asks one of them";
        return Err(Failure::Usage(text.to_owned()));
    }
    match group {
        None => Ok((None, names.to_vec())),
        Some(group) => {
            let names = parts.iter().flatten().map(|(_, name)| (*name).to_owned());
            Ok((Some(group.to_owned()), names.collect()))
        }
    }
}
