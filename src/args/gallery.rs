//! The options of the gallery.

use std::ffi::OsString;
use std::path::Path;

use clap::Args;

use photomesh::client::Failure;
use photomesh::gallery::Options;
use photomesh::protocol::Address;

use super::Asked;

/// Look at the collection in a browser, on this computer or on a phone in the house
///
/// Without a group, and on this computer, everybody may look. Otherwise it prints login links: one for the owner, one
/// for guests, who look and download.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh gallery --open               here, in a browser
  photomesh gallery --host 0.0.0.0       for phones in the house, too
  photomesh gallery --port 9000 --daemon 5001")]
pub(crate) struct GalleryArgs {
    /// The port to listen on; 0 picks a free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The address to listen on: of this computer, or of a private network; 0.0.0.0 for all of these
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// One more name by which browsers call this computer, which takes a login then; may be given several times
    #[arg(long, value_name = "NAME[:PORT]")]
    allow_host: Vec<String>,
    /// Behind a proxy that browsers call so: one has to log in then
    #[arg(long, value_name = "https://NAME")]
    behind_proxy: Option<String>,
    /// Open it in the browser
    #[arg(long)]
    open: bool,
    /// Make new login links: the old ones are void, and everybody is logged out
    #[arg(long)]
    new_links: bool,
    /// Print the login links of the gallery on this port, and end
    #[arg(long)]
    links: bool,
    /// Stop when standard input ends: the daemon that has started it is gone
    #[arg(long, hide = true)]
    until_stdin_ends: bool,
    #[command(flatten)]
    asked: Asked,
}

/// The arguments of the gallery that a daemon starts.
pub(super) fn of_daemon(at: &Address, member: Option<&Path>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = ["gallery", "--until-stdin-ends"].map(OsString::from).into();
    arguments.push(format!("--host={}", at.host()).into());
    arguments.push(format!("--port={}", at.port()).into());
    if let Some(member) = member {
        let mut argument = OsString::from("--member=");
        argument.push(member);
        arguments.push(argument);
    }
    arguments
}

impl GalleryArgs {
    pub(crate) fn options(self) -> Result<Options, Failure> {
        let (daemon, member) = self.asked.parts()?;
        Ok(Options {
            daemon,
            member,
            host: self.host,
            port: self.port,
            allow_host: self.allow_host,
            behind_proxy: self.behind_proxy,
            open: self.open,
            new_links: self.new_links,
            links: self.links,
            until_stdin_ends: self.until_stdin_ends,
        })
    }
}
