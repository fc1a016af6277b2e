//! What went wrong between a client and its daemon, and what to do about it.

use std::io;

use super::Daemon;
use crate::client::Failure;
use crate::client::patience::is_timeout;
use crate::protocol::codec::FrameError;
use crate::protocol::{Address, in_words};

/// Which program is at the other end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Daemon,
    SuperPeer,
}

impl Role {
    /// For people: `the daemon at 127.0.0.1:5000`.
    fn title(self, address: &Address) -> String {
        match self {
            Role::Daemon => format!("the daemon at {address}"),
            Role::SuperPeer => format!("the super-peer at {address}"),
        }
    }

    /// Nobody listens there.
    pub(super) fn unreachable(self, address: &Address, error: &io::Error) -> Failure {
        let why = in_words(error);
        Failure::Unreachable(match self {
            Role::Daemon => format!(
                "no daemon answers at {address} ({why})\n\
                 Start one with `photomesh daemon FOLDER --port {}`, or name another one with --daemon HOST:PORT or \
                 the environment variable PHOTOMESH_DAEMON.",
                address.port()
            ),
            Role::SuperPeer => format!(
                "no super-peer answers at {address} ({why})\n\
                 It runs beside the daemon that was started with --super: look at its log."
            ),
        })
    }

    /// Somebody listens there, but no encrypted link comes of it.
    pub(super) fn deaf(self, address: &Address, error: &io::Error) -> Failure {
        let title = self.title(address);
        Failure::Unreachable(match is_timeout(error) {
            true => format!(
                "{title} has accepted the connection and says nothing: it hangs, or has too much to do; look at its \
                 terminal, then try again"
            ),
            false => format!(
                "{title} and this command do not understand each other: {}\n\
                 Start both with files of the same group: --member, or PHOTOMESH_MEMBER.",
                in_words(error)
            ),
        })
    }
}

impl Daemon {
    /// What it is, and where, for people: `the daemon at 127.0.0.1:5000`.
    pub(crate) fn title(&self) -> String {
        self.role.title(&self.address)
    }

    /// The failure to return when an answer does not fit the request.
    pub fn unexpected(&self) -> Failure {
        Failure::BadData(format!(
            "{} gave an answer that does not fit the question: is it a different version?",
            self.title()
        ))
    }

    pub(super) fn cut(&self) -> Missed {
        Missed::Once {
            why: "the connection broke while it came",
            failure: Failure::Unreachable(format!(
                "the connection to {} broke in the middle of the photo every time; nothing was saved: look at its \
                 terminal, then try again, or ask another daemon",
                self.title()
            )),
        }
    }

    pub(super) fn endless(&self) -> Failure {
        Failure::BadData(format!(
            "the list of {} is longer than any collection: nothing is to be believed of it",
            self.title()
        ))
    }

    pub(super) fn broken(&self, error: &FrameError) -> Failure {
        let title = self.title();
        match error {
            FrameError::TooLarge { text: Some(_), .. } => Failure::Unreachable(format!(
                "the program at {} is not a photomesh daemon: check the port",
                self.address
            )),
            FrameError::TooLarge { .. } | FrameError::Malformed(_) => Failure::BadData(format!(
                "{title} gave an answer that cannot be understood ({error}): is it a different version?"
            )),
            FrameError::Io(error) if is_timeout(error) => Failure::Unreachable(format!(
                "{title} was silent, or too slow, for {} s: look at its terminal, then try again",
                self.patience.as_secs()
            )),
            FrameError::Torn => Failure::Unreachable(format!(
                "{title} closed the connection: was it stopped, or does it want to know who you are (--member)? \
                 Look at its terminal, then try again"
            )),
            FrameError::Io(error) => Failure::Unreachable(format!(
                "the connection to {title} broke ({}): look at its terminal, then try again",
                in_words(error)
            )),
        }
    }
}

/// Why a photo has not come.
pub(in crate::client) enum Missed {
    /// It may come if it is asked for once more, over another connection.
    Once {
        /// What went wrong, to be said behind the photo's name.
        why: &'static str,
        /// What it is if it goes wrong every time.
        failure: Failure,
    },
    /// It will not come.
    Finally(Failure),
}

impl From<Failure> for Missed {
    fn from(failure: Failure) -> Missed {
        Missed::Finally(failure)
    }
}
