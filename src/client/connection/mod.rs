//! The connection to a daemon: requests out, answers in.

use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use super::Failure;
use super::failure::accepted;
use super::patience::{NOTICE, Patient, is_timeout, tell};
use crate::photo::PhotoId;
use crate::protocol::client::SHARED;
use crate::protocol::codec::{self, FrameError, FrameReader, FrameWriter, PhotoError};
use crate::protocol::secure::{Channel, Credentials};
use crate::protocol::{Address, Answer, MemberFile, Request, Visit};

mod failures;

use failures::Role;

pub(super) use failures::Missed;

/// How long to wait for a daemon to accept: far longer than any reachable one needs.
const CONNECT: Duration = Duration::from_secs(5);

/// How long a daemon may be silent, or accept no bytes. It answers most requests at once, and a put within some 10
/// seconds after it has read and stored the file.
const SILENCE: Duration = Duration::from_secs(60);

/// The longest answer without a photo, in bytes: the labels of a million photos.
const MAX_REPORT: usize = 64 * 1024 * 1024;

/// The longest list in all its pages, in bytes: twice what a million photos take.
const MAX_LIST: usize = 512 * 1024 * 1024;

/// What a page counts at least, so that a list of empty ones ends, too: there are twice as many as a million photos
/// have.
const MIN_PAGE: usize = 64 * 1024;

/// A connection to a daemon.
pub struct Daemon {
    address: Address,
    role: Role,
    answers: FrameReader<Patient>,
    requests: FrameWriter<TcpStream>,
    patience: Duration,
    quiet: bool,
    owner: bool,
    shares: bool,
    /// If this is a super-peer: which other group is asked through it.
    abroad: Option<Abroad>,
}

/// Another group, and whom to ask about it.
struct Abroad {
    group: String,
    /// Super-peers that were not asked yet.
    others: Vec<Address>,
    member: Option<MemberFile>,
}

impl Daemon {
    /// Connects to a daemon, which must be of the same group as `member`, or of none if that is none.
    ///
    /// # Errors
    ///
    /// [`Failure::Unreachable`] if no daemon listens there, or not one of this group; the text says what to do.
    pub fn connect(address: &Address, member: Option<&MemberFile>) -> Result<Daemon, Failure> {
        Daemon::connect_as(Role::Daemon, address, member)
    }

    /// Connects to a super-peer, which is asked as a daemon is, of a group.
    ///
    /// # Errors
    ///
    /// As for a daemon.
    pub(super) fn connect_to_super_peer(
        address: &Address,
        member: Option<&MemberFile>,
    ) -> Result<Daemon, Failure> {
        Daemon::connect_as(Role::SuperPeer, address, member)
    }

    fn connect_as(
        role: Role,
        address: &Address,
        member: Option<&MemberFile>,
    ) -> Result<Daemon, Failure> {
        let unreachable = |error: io::Error| role.unreachable(address, &error);
        let socket = dial(address).map_err(unreachable)?;
        let channel = member
            .map(|member| shake_hands(&socket, address, member))
            .transpose()
            .map_err(|error| role.deaf(address, &error))?;
        let output = socket.try_clone().map_err(unreachable)?;
        let mut daemon = Daemon {
            address: address.clone(),
            role,
            answers: FrameReader::new(Patient::new(socket, address, SILENCE), channel.clone()),
            requests: FrameWriter::new(output, channel.clone()),
            patience: SILENCE,
            quiet: false,
            owner: member.is_none(),
            shares: false,
            abroad: None,
        };
        match (member, channel) {
            (Some(member), Some(channel)) => daemon.register(member, &channel)?,
            // Not answered: it goes out with the first request.
            _ => daemon.requests.request(&introduction(None)).map_err(unreachable)?,
        }
        Ok(daemon)
    }

    /// Says which member asks, and hears whose daemon it is. That it knows the group's secret does not prove that: a
    /// member must have signed the key that it has proven on this link.
    fn register(&mut self, member: &MemberFile, channel: &Channel) -> Result<(), Failure> {
        let visit = Visit::sign(&member.certificate, &member.key, channel.handshake());
        let answer = self.ask(&introduction(Some(Box::new(visit))))?;
        let Answer::Registered { node, member: theirs, owner, features } = answer else {
            return Err(self.unexpected());
        };
        self.owner = owner;
        let proven = theirs.link_key() == channel.remote_key() && theirs.node() == node;
        if proven && theirs.group() == member.certificate.group() {
            if codec::reads_attachments(&features) {
                self.requests.attach();
            }
            self.shares = features.iter().any(|feature| feature == SHARED);
            return Ok(());
        }
        Err(Failure::Unreachable(format!(
            "{} knows the group's secret, but no member has signed for it: do not trust it",
            self.title()
        )))
    }

    /// From now on asks another group, through the super-peer at the other end or, if that fails, one of the others.
    pub(super) fn visit(&mut self, group: &str, others: &[Address], member: Option<&MemberFile>) {
        let (group, others) = (group.to_owned(), others.to_vec());
        self.abroad = Some(Abroad { group, others, member: member.cloned() });
    }

    /// Goes on with the next super-peer; `false` if there is none left that answers, or this is none.
    fn moves_on(&mut self) -> bool {
        while let Some(Abroad { group, others, member }) = &mut self.abroad
            && let Some(next) = others.pop()
        {
            let Ok(mut link) = Daemon::connect_to_super_peer(&next, member.as_ref()) else {
                continue;
            };
            (link.patience, link.quiet) = (self.patience, self.quiet);
            link.visit(group, others, member.as_ref());
            *self = link;
            return true;
        }
        false
    }

    /// Whether a super-peer says that it knows no way to the group, or no group of that name: another one may.
    fn is_lost(&self, answer: &Answer) -> bool {
        let Some(Abroad { group, .. }) = &self.abroad else {
            return false;
        };
        matches!(answer, Answer::NotFound { image_name, candidates, .. } if image_name == group && candidates.is_empty())
    }

    /// Whether the daemon can be asked for what other groups may see, and for nothing else.
    pub fn shares(&self) -> bool {
        self.shares
    }

    /// From now on waits this long for an answer, and longer only while it arrives.
    pub fn be_patient(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// From now on does not tell the person at the terminal what is waited for: something else there shows it.
    pub fn be_quiet(&mut self) {
        self.quiet = true;
    }

    /// Whether whoever asks is the owner of the daemon's node, by its own word; without a group everybody is.
    pub fn is_owner(&self) -> bool {
        self.owner
    }

    fn wait_again(&mut self) {
        let notice = (!self.quiet).then_some(NOTICE);
        self.answers.get_mut().wait_again(self.patience, notice);
    }

    /// The daemon's address.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    ///
    /// A broken connection, or an answer that says no: [`Answer::NotFound`] and [`Answer::Error`] become failures, and
    /// so does that only the daemon's owner may ask this.
    pub fn ask(&mut self, request: &Request) -> Result<Answer, Failure> {
        accepted(self.hear(request)?)
    }

    /// Like [`Daemon::ask`], but an answer that says no is an answer like others, for programs that tell one no from
    /// another: after it the connection is good, except after [`Answer::Error`].
    ///
    /// # Errors
    ///
    /// A broken connection.
    pub fn hear(&mut self, request: &Request) -> Result<Answer, Failure> {
        self.hear_watched(request, |_| ())
    }

    /// The same, telling `watch` of every number of bytes that arrives. What is asked of another group changes nothing, so
    /// it may be asked again.
    fn hear_watched(
        &mut self,
        request: &Request,
        mut watch: impl FnMut(usize),
    ) -> Result<Answer, Failure> {
        loop {
            match self.send(request).and_then(|()| self.receive(MAX_REPORT, &mut watch)) {
                Err(Failure::Unreachable(_)) if self.moves_on() => {}
                Ok(answer) if self.is_lost(&answer) => {
                    if !self.moves_on() {
                        return Ok(answer);
                    }
                }
                heard => return heard,
            }
        }
    }

    /// Waits for the next answer as [`Daemon::hear`] does.
    ///
    /// # Errors
    ///
    /// A broken connection.
    pub fn heard(&mut self) -> Result<Answer, Failure> {
        self.receive(MAX_REPORT, |_| ())
    }

    /// Like [`Daemon::hear`] for a photo of at most so many bytes, which are handed to `take` as they come. They are not
    /// in the answer, and that they are right is for `take` to see.
    ///
    /// # Errors
    ///
    /// A broken connection, or what `take` says.
    pub fn hear_photo(
        &mut self,
        request: &Request,
        bytes: u64,
        take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<Answer, Failure> {
        self.send(request)?;
        self.wait_again();
        match self.answers.photo(bytes, take) {
            Ok(answer) => answer.ok_or_else(|| self.broken(&FrameError::Torn)),
            Err(PhotoError::Frame(error) | PhotoError::Within(error)) => Err(self.broken(&error)),
            Err(PhotoError::Taker(failure)) => Err(failure),
        }
    }

    /// Like [`Daemon::hear_photo`], but tells what may come if it is asked for again from what will not.
    pub(super) fn ask_photo(
        &mut self,
        request: &Request,
        bytes: u64,
        take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<Answer, Missed> {
        let is_abroad = self.abroad.is_some();
        if let Err(failure) = self.send(request) {
            return Err(if is_abroad { self.cut() } else { failure.into() });
        }
        self.wait_again();
        match self.answers.photo(bytes, take) {
            Ok(Some(answer)) => Ok(answer),
            // Another super-peer may know better.
            Ok(None) if is_abroad => Err(self.cut()),
            Ok(None) => Err(self.broken(&FrameError::Torn).into()),
            Err(PhotoError::Frame(FrameError::Torn | FrameError::Io(_))) if is_abroad => {
                Err(self.cut())
            }
            Err(PhotoError::Within(FrameError::Torn)) => Err(self.cut()),
            Err(PhotoError::Within(FrameError::Io(error))) if !is_timeout(&error) => {
                Err(self.cut())
            }
            Err(PhotoError::Frame(error) | PhotoError::Within(error)) => {
                Err(self.broken(&error).into())
            }
            Err(PhotoError::Taker(failure)) => Err(failure.into()),
        }
    }

    /// Asks for page after page and hands each to `take`. `question` makes the request for the page after an id;
    /// `page_of` splits an answer into the page and the id after which the next one starts.
    pub fn ask_pages<T>(
        &mut self,
        question: impl Fn(Option<PhotoId>) -> Request,
        page_of: impl Fn(Answer) -> Option<(Vec<T>, Option<PhotoId>)>,
        mut take: impl FnMut(Vec<T>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (mut after, mut room) = (None, MAX_LIST);
        loop {
            let mut size = 0;
            let answer = accepted(self.hear_watched(&question(after), |bytes| size += bytes)?)?;
            room = room.checked_sub(size.max(MIN_PAGE)).ok_or_else(|| self.endless())?;
            let (page, next) = page_of(answer).ok_or_else(|| self.unexpected())?;
            take(page)?;
            match next {
                None => return Ok(()),
                // Pages go up by id: a daemon that went back would keep its client busy for ever.
                Some(_) if next <= after => return Err(self.unexpected()),
                Some(_) => after = next,
            }
        }
    }

    /// Sends a request that gets no answer by itself, such as a piece of a photo.
    pub fn send(&mut self, request: &Request) -> Result<(), Failure> {
        let sent = match &self.abroad {
            None => self.requests.request(request),
            Some(Abroad { group, .. }) => {
                let (group, ask) = (group.clone(), Box::new(request.clone()));
                self.requests.request(&Request::Abroad { group, ask })
            }
        };
        let sent = sent.and_then(|()| self.requests.flush());
        sent.map_err(|error| self.broken(&FrameError::Io(error)))
    }

    /// Waits for the next answer. Fails like [`Daemon::ask`].
    pub fn answer(&mut self) -> Result<Answer, Failure> {
        accepted(self.heard()?)
    }

    fn receive(&mut self, limit: usize, watch: impl FnMut(usize)) -> Result<Answer, Failure> {
        self.wait_again();
        let content = self
            .answers
            .next_watched(limit, watch)
            .map_err(|error| self.broken(&error))?
            .ok_or_else(|| self.broken(&FrameError::Torn))?;
        codec::decode_attached(content).map_err(|error| self.broken(&error))
    }
}

/// How a client registers.
fn introduction(member: Option<Box<Visit>>) -> Request {
    Request::RegisterClient { name: String::new(), member, features: codec::features() }
}

fn dial(address: &Address) -> io::Result<TcpStream> {
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for candidate in (address.host(), address.port()).to_socket_addrs()? {
        let connected = TcpStream::connect_timeout(&candidate, NOTICE).or_else(|error| {
            if !is_timeout(&error) {
                return Err(error);
            }
            tell(address);
            TcpStream::connect_timeout(&candidate, CONNECT - NOTICE)
        });
        match connected {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                stream.set_write_timeout(Some(SILENCE))?;
                return Ok(stream);
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// Agrees on a secret with a daemon that knows the group's. A client is no node, so it draws a fresh key pair.
fn shake_hands(
    mut output: &TcpStream,
    address: &Address,
    member: &MemberFile,
) -> io::Result<Arc<Channel>> {
    let mut own = [0; 32];
    getrandom::fill(&mut own).map_err(|error| io::Error::other(error.to_string()))?;
    let credentials = Credentials { group: member.shared.clone(), own };
    let mut input = Patient::new(output.try_clone()?, address, CONNECT);
    Channel::initiate(&credentials, &mut input, &mut output).map(Arc::new)
}
