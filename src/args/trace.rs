//! The options of pictures of a run.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};

use photomesh::client::Failure;
use photomesh::protocol::in_words;
use photomesh::trace::{self, Choice, Run, Story};

use super::span;

/// The largest trace that is read, in bytes.
const LARGEST: u64 = 1024 * 1024 * 1024;

/// Show a run of the mesh as a picture: who said what to whom, and what became of the photos
///
/// Daemons write traces with --trace, each its own. Without --svg or --mermaid the picture is text, with a column for each
/// node.
#[derive(Args)]
#[command(after_help = "\
Examples:
  photomesh daemon a --port 5000 --trace a.trace
  photomesh daemon b --port 5001 --join 5000 --trace b.trace
  photomesh trace a.trace b.trace
  photomesh trace *.trace --svg --from 12s --to 20s --photo cat.jpg > cat.svg
  photomesh trace *.trace --only keepThis,AskForImage,chunk --node ben")]
pub(crate) struct TraceArgs {
    /// What daemons have written
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
    /// Draw it, for a browser
    #[arg(long, conflicts_with = "mermaid")]
    svg: bool,
    /// Write it as a Mermaid diagram, for a page of text; in forty lines at most
    #[arg(long)]
    mermaid: bool,
    /// Write it as text, which is the usual
    #[arg(long, conflicts_with_all = ["svg", "mermaid"])]
    text: bool,
    /// Begin so long after the first line, such as 12s
    #[arg(long, value_name = "TIME", value_parser = span)]
    from: Option<Duration>,
    /// End so long after the first line
    #[arg(long, value_name = "TIME", value_parser = span)]
    to: Option<Duration>,
    /// Only what is about this photo: its name, or the beginning of its id; may be given several times
    #[arg(long, value_name = "NAME")]
    photo: Vec<String>,
    /// Only messages, events and actions of these types, such as keepThis,challenge,Installed; `wait` for what waits
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    only: Vec<String>,
    /// Only what this node does, says or hears; may be given several times
    #[arg(long, value_name = "NAME")]
    node: Vec<String>,
}

impl TraceArgs {
    pub(crate) fn draw(self, out: &mut dyn Write) -> Result<(), Failure> {
        let mut run = Run::default();
        for path in &self.files {
            let shown = path.display().to_string();
            let failed = |error: io::Error| {
                Failure::Io(format!("cannot read {shown}: {}", in_words(&error)))
            };
            if fs::metadata(path).map_err(failed)?.len() > LARGEST {
                let text = format!("{shown} has more than {} GiB", LARGEST >> 30);
                return Err(Failure::BadData(text));
            }
            let bytes = fs::read(path).map_err(failed)?;
            run.read(&shown, &bytes).map_err(|error| Failure::BadData(error.to_string()))?;
        }
        let choice = Choice {
            from: self.from,
            to: self.to,
            photos: self.photo,
            only: self.only,
            nodes: self.node,
        };
        let story = Story::of(&run, &choice).map_err(Failure::NotFound)?;
        let drawn = match (self.svg, self.mermaid) {
            (true, _) => trace::svg(&story),
            (false, true) => trace::mermaid(&story),
            (false, false) => trace::text(&story),
        };
        out.write_all(drawn.as_bytes())?;
        Ok(())
    }
}
