//! What makes the program a part of the system it runs on: completions, manual pages, a service.

use std::io::{self, Write};
use std::path::{self, PathBuf};
use std::{env, fs};

use clap::{Args, Command, CommandFactory, ValueHint};
use clap_complete::Shell;

use photomesh::client::Failure;
use photomesh::protocol::in_words;

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
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        // Written in one go: what generates it panics if nobody reads it to its end.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "photomesh", &mut script);
        out.write_all(&script)?;
        if self.shell == Shell::Bash {
            let commands = with_files(&Cli::command(), "").join("|");
            out.write_all(FILES_FIRST.replace("@COMMANDS@", &commands).as_bytes())?;
        }
        Ok(())
    }
}

/// In bash, where an option and a file can stand, nothing but options is offered: so none are until one begins with `-`.
const FILES_FIRST: &str = r#"
_photomesh_files_first() {
    _photomesh "$@"
    case "${COMP_WORDS[*]:1:2} " in
        @COMMANDS@)
            if [[ -z "$2" && "${COMPREPLY[0]}" == -* ]]; then COMPREPLY=(); fi
            ;;
    esac
}

complete -F _photomesh_files_first -o bashdefault -o default photomesh
"#;

/// The commands that take files, as patterns of bash: `put\ *`.
fn with_files(command: &Command, above: &str) -> Vec<String> {
    let below = command.get_subcommands().flat_map(|below| {
        let path = format!("{above}{}\\ ", below.get_name());
        let paths = [ValueHint::FilePath, ValueHint::AnyPath, ValueHint::DirPath];
        let takes_files = below.get_positionals().any(|arg| paths.contains(&arg.get_value_hint()));
        let own = takes_files.then(|| format!("{path}*"));
        own.into_iter().chain(with_files(below, &path))
    });
    below.collect()
}

/// Write the manual, a page for each command
#[derive(Args)]
pub(crate) struct ManualArgs {
    /// The folder for the pages; made if it is missing
    #[arg(value_hint = ValueHint::DirPath)]
    folder: PathBuf,
}

impl ManualArgs {
    pub(crate) fn write(&self) -> Result<(), Failure> {
        let made = fs::create_dir_all(&self.folder);
        made.and_then(|()| clap_mangen::generate_to(Cli::command(), &self.folder)).map_err(
            |error| {
                let folder = self.folder.display();
                Failure::Io(format!("cannot write the manual to {folder}: {}", in_words(&error)))
            },
        )
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
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    program: Option<PathBuf>,
}

impl UnitArgs {
    pub(crate) fn write(&self, out: &mut dyn Write) -> Result<(), Failure> {
        let own =
            |error| Failure::Io(format!("cannot tell where this program is: {}", in_words(&error)));
        let program = match &self.program {
            // A service begins in another folder.
            Some(program) => path::absolute(program).map_err(own)?,
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
