//! What makes the program a part of the system it runs on: completions, manual pages, a service.

use std::env;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use photomesh::client::Failure;

use super::Cli;

/// A service of systemd's for one user.
const UNIT: &str = include_str!("photomesh.service");

/// Print what makes a shell complete photomesh's commands and options
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh completions bash \\
      > ~/.local/share/bash-completion/completions/photomesh
  photomesh completions fish > ~/.config/fish/completions/photomesh.fish")]
pub(crate) struct CompletionsArgs {
    /// Which shell
    shell: Shell,
}

impl CompletionsArgs {
    pub(crate) fn write(&self, out: &mut dyn Write) {
        clap_complete::generate(self.shell, &mut Cli::command(), "photomesh", out);
    }
}

/// Write the manual, a page for each command
#[derive(Args)]
#[command(hide = true)]
pub(crate) struct ManualArgs {
    /// The folder for the pages
    folder: PathBuf,
}

impl ManualArgs {
    pub(crate) fn write(&self) -> Result<(), Failure> {
        clap_mangen::generate_to(Cli::command(), &self.folder).map_err(|error| {
            let folder = self.folder.display();
            Failure::Io(format!("cannot write the manual to {folder}: {error}"))
        })
    }
}

/// Print a service file, so that systemd starts the daemon when you log in
///
/// The daemon takes its options from ~/.config/photomesh/config.toml, where each key of [daemon] is one of the options of
/// `photomesh daemon`, and `folder` the folder.
#[derive(Args)]
#[command(after_help = "\
Example:
  mkdir -p ~/.config/systemd/user ~/.config/photomesh
  photomesh unit > ~/.config/systemd/user/photomesh.service
  printf '[daemon]\\nfolder = \"~/Pictures\"\\n' > ~/.config/photomesh/config.toml
  systemctl --user enable --now photomesh
  loginctl enable-linger        to keep it running when you have logged out")]
pub(crate) struct UnitArgs {
    /// The program that it is to start; this one without it
    #[arg(long, value_name = "PATH")]
    program: Option<PathBuf>,
}

impl UnitArgs {
    pub(crate) fn write(&self, out: &mut dyn Write) -> Result<(), Failure> {
        let own = |error| Failure::Io(format!("cannot tell where this program is: {error}"));
        let program = match &self.program {
            Some(program) => program.clone(),
            None => env::current_exe().map_err(own)?,
        };
        let unit = UNIT.replace("@PROGRAM@", &quoted(&program.display().to_string()));
        out.write_all(unit.as_bytes())?;
        Ok(())
    }
}

/// A path as systemd reads one: in quotes, and nothing in it stands for something else.
fn quoted(path: &str) -> String {
    let path = path.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", path.replace('%', "%%").replace('$', "$$"))
}
