//! The command line of photomesh, nothing else.

mod args;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use args::{CircleCommand, Cli, Command, GetArgs, GroupCommand, ListArgs, SameArgs, TrashCommand};
use photomesh::client::{self, Failure, Prose};
use photomesh::{abroad, daemon, gallery};

fn main() -> ExitCode {
    match Cli::with_config().and_then(|cli| run(cli.command)) {
        Ok(code) => ExitCode::from(code),
        Err(Failure::ReaderGone) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell();
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Runs a command; returns the exit code. What is for programs, or to be copied as it is, is written as data.
fn run(command: Command) -> Result<u8, Failure> {
    let mut data = BufWriter::new(io::stdout());
    let mut out = Prose::to_stdout(BufWriter::new(io::stdout()));
    match command {
        Command::Daemon(args) => return Ok(daemon::run(args.options()?)),
        Command::Group(command) => group(command, &mut out)?,
        Command::Members(asked) => client::members(&mut asked.connect()?, &mut out)?,
        Command::Forget(args) => client::forget(&mut args.asked.connect()?, &args.node, &mut out)?,
        Command::Drain(args) => {
            client::drain(&mut args.asked.connect()?, args.cancel, &mut out)?;
        }
        Command::Circle(CircleCommand::New { file }) => client::new_circle(&file)?,
        Command::Groups(args) => {
            client::groups(&mut args.asked.connect_to_super_peer()?, args.json, &mut out)?;
        }
        Command::Super(args) => abroad::run(args.options()?, &mut out)?,
        Command::List(args) => list(&args, &mut data)?,
        Command::Get(args) => get(&args, &mut data)?,
        Command::Show(args) => {
            let (mut daemon, name) = args.of.connect()?;
            client::show(&mut daemon, &name, args.json, &mut out)?;
        }
        Command::Put(args) => client::put(|| args.asked.connect(), &args.wish(), &mut out)?,
        Command::Status(args) if args.watch => {
            client::watch(|| args.asked.connect(), args.json, &mut out)?;
        }
        Command::Status(args) => {
            let health = client::status(&mut args.asked.connect()?, args.json, &mut out)?;
            if args.check {
                health.into_result()?;
            }
        }
        Command::Plan(args) => client::plan(&mut args.asked.connect()?, args.json, &mut out)?,
        Command::AtRisk(args) => {
            let (mut daemon, node) = (args.asked.connect()?, args.node.as_deref());
            client::at_risk(&mut daemon, node, args.json, &mut out)?;
        }
        Command::Duplicates(args) => {
            client::duplicates(&mut args.asked.connect()?, args.json, &mut out)?;
        }
        Command::Similar(args) => {
            let mut daemon = args.asked.connect()?;
            let found = client::similar(&mut daemon, &args.file, args.json, &mut out)?;
            return Ok(if found { 0 } else { 1 });
        }
        Command::Distinct(args) => {
            client::distinct(&mut args.asked.connect()?, &args.names, &mut out)?;
        }
        Command::Why(args) => {
            client::why(&mut args.of.connect_to_own_group()?, &args.of.name, args.json, &mut out)?;
        }
        Command::Rm(args) => {
            let mut daemon = args.asked.connect()?;
            client::remove(&mut daemon, &args.name, args.exact, args.consent(), &mut out)?;
        }
        Command::Trash(command) => trash(command, &mut out)?,
        Command::Completions(args) => args.write(&mut data)?,
        Command::Manual(args) => args.write()?,
        Command::Unit(args) => args.write(&mut data)?,
        Command::Gallery(args) => gallery::run(&args.options()?, &mut out)?,
        Command::Trace(args) => args.draw(&mut data)?,
        Command::Fingerprint(args) => client::fingerprint(&args.files, &mut data)?,
        Command::Same(args) => return same(&args, &mut out),
    }
    data.flush()?;
    out.flush()?;
    Ok(0)
}

/// Lists the collection, another group's, or all.
fn list(args: &ListArgs, out: &mut impl Write) -> Result<(), Failure> {
    if args.all {
        let member = args.asked.member()?;
        return client::list_all(|| args.asked.connect(), member.as_ref(), &args.wish(), out);
    }
    client::list(&mut args.asked.connect_to(args.group.as_deref())?, &args.wish(), out)
}

/// Fetches photos, of another group if that is meant.
fn get(args: &GetArgs, out: &mut impl Write) -> Result<(), Failure> {
    let (group, wish) = args.wish()?;
    client::get(|| args.asked.connect_to(group.as_deref()), &wish, out)
}

/// Tells how two files relate; the exit code says whether they are one picture.
fn same(args: &SameArgs, out: &mut impl Write) -> Result<u8, Failure> {
    let one = client::same(&args.a, &args.b, args.looks(), args.verbose, out)?;
    out.flush()?;
    Ok(if one { 0 } else { 1 })
}

/// Runs a command about the group itself.
fn group(command: GroupCommand, out: &mut impl Write) -> Result<(), Failure> {
    match command {
        GroupCommand::New { file } => client::new_group(&file),
        GroupCommand::Invite { file, name } => client::invite(&file, &name),
        GroupCommand::Remove { file, name } => client::remove_member(&file, &name),
        GroupCommand::Show { file } => client::show_file(&file, out),
        GroupCommand::Tell { file, asked } => client::tell(&mut asked.connect()?, &file, out),
    }
}

fn trash(command: TrashCommand, out: &mut impl Write) -> Result<(), Failure> {
    match command {
        TrashCommand::List { json, asked } => client::trash_list(&mut asked.connect()?, json, out),
        TrashCommand::Restore(args) => {
            client::trash_restore(&mut args.asked.connect()?, &args.name, out)
        }
        TrashCommand::Purge(args) => {
            let mut daemon = args.asked.connect()?;
            client::trash_purge(&mut daemon, args.older_than, args.consent(), out)
        }
    }
}
