//! A link to a super-peer of another group, from the end that asks.

use std::fmt;
use std::io;
use std::net::{IpAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::limits::{ANSWER, CANDIDATES, DIAL, FIRST_FRAME, GREETING, SILENCE};
use super::{Abroad, lock, socket};
use crate::client::patience::Patient;
use crate::photo::PhotoId;
use crate::protocol::between::{Between, End, GroupName};
use crate::protocol::codec::{self, FrameError, FrameReader, FrameWriter, PhotoError};
use crate::protocol::secure::{Channel, Credentials};
use crate::protocol::{Address, Answer, GroupId, in_words};

/// Why another group has not answered.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Nobody of the circle is there, or it has fallen silent, in words.
    Gone(String),
    /// Whoever waits for the answer has gone.
    Unwanted,
}

impl From<FrameError> for Trouble {
    fn from(error: FrameError) -> Trouble {
        Trouble::Gone(error.to_string())
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Gone(in_words(&error))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Gone(why) => f.write_str(why),
            Trouble::Unwanted => f.write_str("nobody waits for it"),
        }
    }
}

/// A link to another group.
pub(super) struct Neighbour {
    /// Of which group it is, as it has proven.
    pub(super) group: GroupId,
    /// What that is called.
    pub(super) name: GroupName,
    remote: IpAddr,
    answers: FrameReader<Patient>,
    questions: FrameWriter<TcpStream>,
}

impl Neighbour {
    /// Links to the super-peer at an address, whichever group it is of.
    ///
    /// # Errors
    ///
    /// If nobody answers there who knows the circle's key, or who proves to be of a group.
    pub(super) fn connect(abroad: &Abroad, address: &Address) -> Result<Neighbour, Trouble> {
        let stream = dial(address)?;
        let remote = stream.peer_addr()?.ip().to_canonical();
        let mut patient = socket::patient(&stream, FIRST_FRAME)?;
        let group = abroad.options.circle.key.clone();
        let credentials = Credentials { group, own: socket::fresh_key()? };
        let channel = Channel::initiate(&credentials, &mut patient, &mut &stream)?;
        let greeting = abroad.greet(End::Dialed, &channel);
        let channel = Arc::new(channel);
        let mut questions = FrameWriter::new(stream, Some(Arc::clone(&channel)));
        let mut answers = FrameReader::new(patient, Some(Arc::clone(&channel)));
        questions.between(&Between::Link(Box::new(greeting)))?;
        questions.flush()?;
        let content = answers.next(GREETING)?.ok_or(FrameError::Torn)?;
        let Between::Link(theirs) = codec::decode(&content)? else {
            return Err(Trouble::Gone("it does not say of which group it is".to_owned()));
        };
        let group = abroad.recognise(&theirs, End::Listened, &channel).map_err(Trouble::Gone)?;
        let (now, name) = (Instant::now(), theirs.name.clone());
        lock(&abroad.circle).answered(address, (group, name.clone()), &theirs.removed, now);
        Ok(Neighbour { group, name, remote, answers, questions })
    }

    /// The address at the other end.
    pub(super) fn remote(&self) -> IpAddr {
        self.remote
    }

    /// Asks, and waits for an answer without a photo.
    pub(super) fn ask(&mut self, question: &Between) -> Result<Answer, Trouble> {
        self.say(question, SILENCE)?;
        let content = self.answers.next(ANSWER)?.ok_or(FrameError::Torn)?;
        Ok(codec::decode_attached(content)?)
    }

    /// Asks for the rest of a photo, of which so many bytes are still to come, and hands them to `take` as they do.
    pub(super) fn get(
        &mut self,
        (photo, from): (PhotoId, u64),
        left: u64,
        mut take: impl FnMut(&[u8]) -> Result<(), Trouble>,
    ) -> Result<Answer, Trouble> {
        self.say(&Between::Get { photo, from }, socket::time_for(from.saturating_add(left)))?;
        match self.answers.photo(left, &mut take) {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) => Err(FrameError::Torn.into()),
            Err(PhotoError::Frame(error) | PhotoError::Within(error)) => Err(error.into()),
            Err(PhotoError::Taker(trouble)) => Err(trouble),
        }
    }

    fn say(&mut self, question: &Between, patience: Duration) -> Result<(), Trouble> {
        self.answers.get_mut().wait_again(patience, None);
        self.questions.between(question)?;
        Ok(self.questions.flush()?)
    }
}

fn dial(address: &Address) -> io::Result<TcpStream> {
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for candidate in (address.host(), address.port()).to_socket_addrs()?.take(CANDIDATES) {
        match TcpStream::connect_timeout(&candidate, DIAL) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}
