//! A real browser, asked over a pipe in Chromium's own protocol: JSON texts, each ended by a zero byte.
//!
//! Chromium reads from its file descriptor 3 and writes to 4. A shell makes these two out of the standard input and
//! output that it is started with; so there is no port, no WebSocket and no driver.

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long the browser may take for one answer: it shares two cores with daemons that read photos.
const ANSWER: Duration = Duration::from_secs(60);

/// What it is called on different systems.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Quiet, without a window, and of no use to anybody but this test.
const START: &str = "exec \"$0\" --headless=new --disable-gpu --disable-dev-shm-usage --hide-scrollbars --no-first-run \
    --disable-extensions --disable-background-networking --remote-debugging-pipe --user-data-dir=\"$1\" $2 about:blank \
    3<&0 4>&1 1>/dev/null 2>&1";

/// A browser of its own process, with a profile of its own. Killed when it goes out of scope.
pub(crate) struct Browser {
    child: Child,
    requests: ChildStdin,
    messages: Receiver<Value>,
    asked: u64,
    /// Gone with the browser.
    _profile: TempDir,
}

/// A message of the browser that was not asked for, and the session that it is of.
pub(crate) struct Event {
    pub(crate) session: String,
    pub(crate) method: String,
    pub(crate) params: Value,
}

impl Browser {
    /// Starts one; none if none is installed, which is said. With `BROWSER=required` that is a failure.
    pub(crate) fn start() -> Option<Browser> {
        let Some(program) = installed() else {
            let required = env::var("BROWSER").is_ok_and(|wish| wish == "required");
            assert!(!required, "there is no Chromium here: install it");
            // Not by a macro, whose text is shown of tests that fail only.
            let _ = writeln!(
                io::stderr(),
                "SKIPPED: no Chromium is here, so nobody has looked at the page"
            );
            return None;
        };
        let profile = TempDir::new().unwrap();
        // The sandbox needs another user than root.
        let sandbox = if rustix::process::getuid().is_root() { "--no-sandbox" } else { "" };
        let mut child = Command::new("sh")
            .args(["-c", START])
            .args([program.as_os_str(), profile.path().as_os_str(), sandbox.as_ref()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (requests, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, messages) = channel();
        thread::spawn(move || {
            for text in BufReader::new(answers).split(0).map_while(Result::ok) {
                let _ = sender.send(serde_json::from_slice(&text).unwrap());
            }
        });
        Some(Browser { child, requests, messages, asked: 0, _profile: profile })
    }

    /// Asks something of a session, or of the browser itself if that is empty, and waits for the answer. What else it
    /// says meanwhile is added to `heard`.
    pub(crate) fn ask(
        &mut self,
        session: &str,
        method: &str,
        params: Value,
        heard: &mut Vec<Event>,
    ) -> Value {
        self.asked += 1;
        let mut request = json!({ "id": self.asked, "method": method, "params": params });
        if !session.is_empty() {
            request["sessionId"] = session.into();
        }
        self.requests.write_all(format!("{request}\0").as_bytes()).unwrap();
        let deadline = Instant::now() + ANSWER;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let mut message = match self.messages.recv_timeout(left) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => panic!("the browser does not answer {method}"),
                Err(RecvTimeoutError::Disconnected) => panic!("the browser has ended"),
            };
            if message["id"] == self.asked {
                let error = message["error"].take();
                assert!(error.is_null(), "{method}: {error}");
                return message["result"].take();
            }
            heard.extend(event(message));
        }
    }

    /// Hears what the browser says for so long.
    pub(crate) fn listen(&mut self, time: Duration, heard: &mut Vec<Event>) {
        let deadline = Instant::now() + time;
        while let Ok(message) =
            self.messages.recv_timeout(deadline.saturating_duration_since(Instant::now()))
        {
            heard.extend(event(message));
        }
    }
}

fn event(mut message: Value) -> Option<Event> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (session, method) = (text(&message["sessionId"]), text(&message["method"]));
    (!method.is_empty()).then(|| Event { session, method, params: message["params"].take() })
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn installed() -> Option<PathBuf> {
    let paths = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&paths).flat_map(|path| NAMES.map(|name| path.join(name)));
    found.into_iter().find(|path| path.is_file())
}
