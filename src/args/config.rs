//! The config file: what one would else type every time.
//!
//! Each of its keys becomes the option of that name, unless the command line or the environment has that option already.
//! So the file can do what options can, and nothing else, and clap checks its values. It is read only if it is named,
//! with `--config` or `PHOTOMESH_CONFIG`: a file that is read unasked would make a daemon that somebody starts to try
//! something a node of their real mesh.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory, FromArgMatches};
use toml::{Table, Value};

use photomesh::client::Failure;
use photomesh::protocol::in_words;

use super::Cli;

/// The tables of a config file: those of commands that run on, and that of all the others.
const TABLES: [&str; 3] = ["daemon", "gallery", CLIENT];
const CLIENT: &str = "client";

impl Cli {
    /// The command line, and what the config file adds to it. Ends the process with a text if the line is wrong.
    ///
    /// # Errors
    ///
    /// [`Failure::Usage`] for what is wrong in the config file, [`Failure::Io`] if it cannot be read.
    pub(crate) fn with_config() -> Result<Cli, Failure> {
        let mut line: Vec<OsString> = env::args_os().collect();
        let mut command = Cli::command();
        let mut matches = command.clone().get_matches_from(&line);
        if let Some((name, given)) = matches.subcommand()
            && let Some(path) = given.get_one::<PathBuf>("config")
        {
            let wrong = |text: String| Failure::Usage(format!("{}: {text}", path.display()));
            let config = read(path)?;
            check(&command, &config).map_err(wrong)?;
            let settings = settings(name, &config);
            let (options, positional) = added(&command, &matches, &settings).map_err(wrong)?;
            // What stands behind a `--` is no option any more.
            let end = line.iter().position(|word| word == "--").unwrap_or(line.len());
            if end == line.len() && !positional.is_empty() {
                line.push("--".into());
            }
            line.splice(end..end, options);
            line.extend(positional);
            matches = command.try_get_matches_from_mut(line).map_err(|error| {
                wrong(error.to_string().trim_start_matches("error: ").to_owned())
            })?;
        }
        Cli::from_arg_matches(&matches).map_err(|error| error.exit())
    }
}

fn read(path: &Path) -> Result<Table, Failure> {
    let failed =
        |error| Failure::Io(format!("cannot read {}: {}", path.display(), in_words(&error)));
    let text = fs::read_to_string(path).map_err(failed)?;
    let wrong = |error: toml::de::Error| Failure::Usage(format!("{}: {error}", path.display()));
    text.parse().map_err(wrong)
}

/// Whether there are all these tables, and in each all these options: what is misspelt counts for no command, so every one
/// says so.
fn check(program: &Command, config: &Table) -> Result<(), String> {
    for (table, settings) in config {
        if !TABLES.contains(&table.as_str()) {
            return Err(format!("there is no table [{table}], only [{}]", TABLES.join("] and [")));
        }
        let Value::Table(settings) = settings else {
            return Err(format!("{table} is a table: write [{table}]"));
        };
        let owns = |command: &&Command| match table == CLIENT {
            true => !TABLES.contains(&command.get_name()),
            false => command.get_name() == table,
        };
        let is_known_there =
            |key: &String| program.get_subcommands().filter(owns).any(|owner| is_known(owner, key));
        if let Some(unknown) = settings.keys().find(|key| !is_known_there(key)) {
            return Err(format!("[{table}] has no option {unknown}"));
        }
    }
    Ok(())
}

/// What a config file says for a command, and in which table.
fn settings(name: &str, config: &Table) -> (&'static str, Table) {
    let table = TABLES.into_iter().find(|table| *table == name).unwrap_or(CLIENT);
    let settings = config.get(table).and_then(Value::as_table);
    (table, settings.cloned().unwrap_or_default())
}

/// The options and the other arguments that settings add to those that are given.
fn added(
    program: &Command,
    mut given: &ArgMatches,
    (table, settings): &(&str, Table),
) -> Result<(Vec<OsString>, Vec<OsString>), String> {
    let mut command = program;
    while let Some((name, deeper)) = given.subcommand() {
        command = command.find_subcommand(name).unwrap_or(command);
        given = deeper;
    }
    let (mut options, mut positional) = (Vec::new(), Vec::new());
    for (key, value) in settings {
        // What all clients share need not be an option of each.
        let Some(arg) = command.get_arguments().find(|arg| is_called(arg, key)) else {
            continue;
        };
        let said = given.value_source(arg.get_id().as_str());
        if matches!(said, Some(ValueSource::CommandLine | ValueSource::EnvVariable)) {
            continue;
        }
        let values =
            words(value).ok_or(format!("[{table}] {key}: {value} is no value of an option"))?;
        match arg.is_positional() {
            true => positional.extend(values.into_iter().map(OsString::from)),
            false => options.extend(as_options(arg, key, values)),
        }
    }
    Ok((options, positional))
}

/// Whether a command, or one below it, has an option of this name.
fn is_known(command: &Command, key: &str) -> bool {
    command.get_arguments().any(|arg| is_called(arg, key))
        || command.get_subcommands().any(|below| is_known(below, key))
}

fn is_called(arg: &Arg, key: &str) -> bool {
    arg.get_long().unwrap_or(arg.get_id().as_str()) == key
}

fn as_options(arg: &Arg, key: &str, values: Vec<String>) -> Vec<OsString> {
    let is_flag = matches!(arg.get_action(), ArgAction::SetTrue);
    values
        .into_iter()
        .filter_map(|value| match (is_flag, value.as_str()) {
            (true, "true") => Some(format!("--{key}").into()),
            (true, "false") => None,
            _ => Some(format!("--{key}={value}").into()),
        })
        .collect()
}

/// A value as one would type it, or several; none if nobody can type that.
fn words(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![at_home(text)]),
        Value::Integer(number) => Some(vec![number.to_string()]),
        Value::Boolean(on) => Some(vec![on.to_string()]),
        Value::Array(all) => {
            all.iter().map(words).collect::<Option<Vec<_>>>().map(|all| all.concat())
        }
        Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
    }
}

/// `~/Pictures` as a shell would understand it.
fn at_home(text: &str) -> String {
    match (text.strip_prefix("~/"), env::var("HOME")) {
        (Some(rest), Ok(home)) => format!("{home}/{rest}"),
        _ => text.to_owned(),
    }
}
