//! What went wrong between a client and its daemon, and what to do about it.

use super::Daemon;
use crate::client::Failure;
use crate::client::patience::is_timeout;
use crate::protocol::codec::FrameError;
use crate::protocol::in_words;

impl Daemon {
    /// The failure to return when an answer does not fit the request.
    pub fn unexpected(&self) -> Failure {
        Failure::BadData(format!(
            "the daemon at {} gave an answer that does not fit the question: is it a different version?",
            self.address
        ))
    }

    pub(super) fn cut(&self) -> Missed {
        Missed::Once {
            why: "the connection broke while it came",
            failure: Failure::Unreachable(format!(
                "the connection to the daemon at {} broke in the middle of the photo every time; nothing was saved: \
                 look at its terminal, then try again, or ask another daemon",
                self.address
            )),
        }
    }

    pub(super) fn endless(&self) -> Failure {
        Failure::BadData(format!(
            "the list of the daemon at {} is longer than any collection: nothing is to be believed of it",
            self.address
        ))
    }

    pub(super) fn broken(&self, error: &FrameError) -> Failure {
        let address = &self.address;
        match error {
            FrameError::TooLarge { text: Some(_), .. } => Failure::Unreachable(format!(
                "the program at {address} is not a photomesh daemon: check the port"
            )),
            FrameError::TooLarge { .. } | FrameError::Malformed(_) => Failure::BadData(format!(
                "the daemon at {address} gave an answer that cannot be understood ({error}): is it a different version?"
            )),
            FrameError::Io(error) if is_timeout(error) => Failure::Unreachable(format!(
                "the daemon at {address} was silent, or too slow, for {} s: look at its terminal, then try again",
                self.patience.as_secs()
            )),
            FrameError::Torn => Failure::Unreachable(format!(
                "the daemon at {address} closed the connection: was it stopped, or does it want to know who you are (--member)? \
                 Look at its terminal, then try again"
            )),
            FrameError::Io(error) => Failure::Unreachable(format!(
                "the connection to the daemon at {address} broke ({}): look at its terminal, then try again",
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
