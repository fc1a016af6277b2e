//! The config file, and what makes the program a part of its system.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use photomesh::protocol::Answer;
use tempfile::TempDir;

use super::scripted::{Scripted, code, say, stderr, stdout};

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_photomesh"));
    for name in ["PHOTOMESH_DAEMON", "PHOTOMESH_MEMBER", "PHOTOMESH_CONFIG"] {
        command.env_remove(name);
    }
    command.args(arguments).output().unwrap()
}

fn with(folder: &Path, config: &str, arguments: &[&str]) -> Output {
    let file = folder.join("config.toml");
    fs::write(&file, config).unwrap();
    run(&[arguments, &["--config", file.to_str().unwrap()]].concat())
}

#[test]
fn a_config_file_says_what_the_command_line_does_not() {
    let daemon = Scripted::new(|stream, _| {
        say(stream, &Answer::ListImage { list: vec!["cat.jpg".to_owned()].into() });
    });
    let folder = TempDir::new().unwrap();
    let config = format!("[client]\ndaemon = \"{}\"\n", daemon.address);
    let output = with(folder.path(), &config, &["list"]);
    assert_eq!(stdout(&output), "cat.jpg\n", "{}", stderr(&output));
    // What stands behind two dashes is a name, whatever it looks like.
    let file = folder.path().join("config.toml");
    let output = run(&["list", "--config", file.to_str().unwrap(), "--", "cat*"]);
    assert_eq!(stdout(&output), "cat.jpg\n", "{}", stderr(&output));
    // Commands of commands, too.
    let output = with(folder.path(), &config, &["trash", "list"]);
    assert!(!stderr(&output).contains("no daemon answers"), "{}", stderr(&output));
    // Port 1 is nobody's: the command line goes first.
    let output = with(folder.path(), &config, &["list", "--daemon", "1"]);
    assert_eq!(code(&output), 69, "{}", stdout(&output));
    // What this command does not need is no mistake; what is another's is not looked at.
    let config = format!("{config}exact = true\n[daemon]\nport = 1\n");
    let output = with(folder.path(), &config, &["list"]);
    assert_eq!(stdout(&output), "cat.jpg\n", "{}", stderr(&output));
}

#[test]
fn what_is_wrong_in_a_config_file_is_told_with_its_name() {
    let folder = TempDir::new().unwrap();
    let wrong = [
        ("[daemon]\nport = \"x\"", "invalid value 'x' for '--port <PORT>'"),
        ("[daemon]\nport = 1.5", "[daemon] port: 1.5 is no value of an option"),
        ("[daemon]\nprot = 1", "[daemon] has no option prot"),
        ("[client]\nscrub-days = 3", "[client] has no option scrub-days"),
        (
            "[demon]\nport = 1",
            "there is no table [demon], only [daemon] and [gallery] and [client]",
        ),
        ("daemon = 1", "daemon is a table: write [daemon]"),
        ("[daemon]\nport =", "line 2"),
    ];
    for (config, said) in wrong {
        let output = with(folder.path(), config, &["daemon"]);
        let text = stderr(&output);
        assert_eq!(code(&output), 2, "{config}: {text}");
        assert!(text.contains("config.toml: ") && text.contains(said), "{config}: {text}");
    }
    // Whatever the command is, and whosever the key.
    for table in ["daemon", "gallery", "client"] {
        let output = with(folder.path(), &format!("[{table}]\nprot = 1"), &["list"]);
        let said = format!("config.toml: [{table}] has no option prot");
        assert_eq!(code(&output), 2);
        assert!(stderr(&output).contains(&said), "{}", stderr(&output));
    }
    let output = run(&["daemon", "--config", "/nowhere/config.toml"]);
    assert_eq!(code(&output), 74);
    assert!(stderr(&output).contains("cannot read /nowhere/config.toml: No such file"));
}

#[test]
fn a_daemon_takes_its_folder_and_its_flags_from_the_config_file() {
    let folder = TempDir::new().unwrap();
    // A folder that cannot be one: so the daemon says which it was told, and ends.
    let taken = folder.path().join("a file");
    fs::write(&taken, "not a folder").unwrap();
    let config = format!(
        "[daemon]\nfolder = \"{}\"\nport = 0\nkeep-originals = true\nretire-now = false\njoin = [\"1\", \"2\"]\n",
        taken.display()
    );
    let output = with(folder.path(), &config, &["daemon"]);
    assert!(stderr(&output).contains("a file is a file, not a folder"), "{}", stderr(&output));
    let below = taken.join("photos");
    let output = run(&["daemon", "--port", "0", below.to_str().unwrap()]);
    let said = format!("cannot make the folder {}: Not a directory\n", below.display());
    assert!(stderr(&output).ends_with(&said), "{}", stderr(&output));
    let flag = with(folder.path(), "[daemon]\nkeep-originals = \"often\"\n", &["daemon"]);
    assert_eq!(code(&flag), 2);
    assert!(stderr(&flag).contains("keep-originals"), "{}", stderr(&flag));
}

#[test]
fn shells_manuals_and_systemd_are_served() {
    for shell in ["bash", "zsh", "fish"] {
        let output = run(&["completions", shell]);
        assert!(stdout(&output).contains("keep-originals"), "{shell}");
    }
    let folder = TempDir::new().unwrap();
    let pages = folder.path().join("share/man1");
    let output = run(&["manual", pages.to_str().unwrap()]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let page = fs::read_to_string(pages.join("photomesh-trash-purge.1")).unwrap();
    assert!(page.contains(".TH"), "{page}");
    assert!(stdout(&run(&["help"])).contains("manual"), "it is listed");
    let output = run(&["manual", "/dev/null/man1"]);
    assert_eq!(code(&output), 74);
    assert!(!stderr(&output).contains("os error"), "{}", stderr(&output));

    let output = run(&["unit", "--program", "/opt/100% \"mine\"/photomesh"]);
    let line =
        "ExecStart=\"/opt/100%% \\\"mine\\\"/photomesh\" daemon --config %E/photomesh/config.toml";
    assert!(stdout(&output).contains(line), "{}", stdout(&output));
    let here = std::env::current_dir().unwrap().join("bin/photomesh");
    let line = format!("ExecStart=\"{}\" daemon", here.display());
    let output = run(&["unit", "--program", "bin/photomesh"]);
    assert!(stdout(&output).contains(&line), "{}", stdout(&output));
}

#[test]
fn completions_may_be_read_in_part() {
    for shell in ["bash", "zsh", "fish"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_photomesh"));
        let mut child = command
            .args(["completions", shell])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((code(&output), stderr(&output)), (0, String::new()), "{shell}");
    }
}

#[test]
fn bash_offers_files_where_a_command_takes_some() {
    let folder = TempDir::new().unwrap();
    let script = folder.path().join("photomesh.bash");
    fs::write(&script, run(&["completions", "bash"]).stdout).unwrap();
    let offered = |words: &[&str]| {
        let (line, [.., before, last]) = (words.join("' '"), words) else {
            panic!("too few words");
        };
        let ask = format!(
            "source '{}'; COMP_WORDS=('{line}'); COMP_CWORD={}; $(complete -p photomesh | sed 's/.*-F //; s/ .*//') \
             photomesh '{last}' '{before}'; echo \"${{COMPREPLY[@]}}\"",
            script.display(),
            words.len() - 1
        );
        stdout(&Command::new("bash").args(["-c", &ask]).output().unwrap()).trim().to_owned()
    };
    // Where nothing is offered, bash offers files by itself.
    for words in [&["put"][..], &["put", "a.jpg"], &["similar"], &["daemon"], &["group", "show"]] {
        assert_eq!(offered(&[&["photomesh"], words, &[""]].concat()), "", "{words:?}");
        let options = offered(&[&["photomesh"], words, &["--"]].concat());
        assert!(options.contains("--help") && !options.contains("key-file"), "{options}");
    }
    assert!(offered(&["photomesh", "list", ""]).contains("--long"));
    assert!(offered(&["photomesh", "tra"]).contains("trash"));
}
