//! Other groups ask: what is answered here is what the own daemon says that they may know.
//!
//! Whether a photo is shared is decided by the daemon for each question anew, since owners may change their minds. Nothing is
//! remembered here, nothing can be changed from here, and what cannot be parsed as a [`Between`] ends the link.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use super::answers::Answers;
use super::limits::{GETS, IDLE, SILENCE};
use super::pieces::{Inlet, pipe};
use super::{Abroad, lock, socket};
use crate::client::{Daemon, Failure};
use crate::photo::{PhotoId, PreviewSize};
use crate::protocol::between::{Between, End};
use crate::protocol::client::{Explanation, Refusal};
use crate::protocol::codec::{self, FrameError, FrameReader};
use crate::protocol::secure::Channel;
use crate::protocol::{Answer, GroupId, Request};

/// The answer to whoever asks for what is not shared, or not there: nobody learns which.
const NOTHING: &str = "this group shows no such photo";

/// A link from another group.
pub(super) struct Foreigner<'a> {
    abroad: &'a Abroad,
    group: GroupId,
    questions: FrameReader<TcpStream>,
    answers: Answers,
    /// Made with the first question that needs it.
    daemon: Option<Daemon>,
}

/// Talks with another group until it has asked all.
pub(super) fn serve(
    abroad: &Abroad,
    stream: TcpStream,
    channel: &Arc<Channel>,
) -> Result<(), FrameError> {
    let mut answers = Answers::new(stream.try_clone().map_err(FrameError::Io)?, channel);
    let mut questions = FrameReader::new(stream, Some(Arc::clone(channel)));
    let content = questions.next(codec::MAX_REQUEST)?.ok_or(FrameError::Torn)?;
    let Between::Link(theirs) = codec::decode(&content)? else {
        return Err(FrameError::Malformed("it does not say of which group it is".to_owned()));
    };
    let group = abroad.recognise(&theirs, End::Dialed, channel).map_err(FrameError::Malformed)?;
    lock(&abroad.circle).heard_of(&theirs.supers);
    let greeting = abroad.greet(End::Listened, channel);
    answers.link(greeting).map_err(FrameError::Io)?;
    let mut foreigner = Foreigner { abroad, group, questions, answers, daemon: None };
    foreigner.converse()
}

impl Foreigner<'_> {
    fn converse(&mut self) -> Result<(), FrameError> {
        loop {
            socket::prepare(self.questions.get_mut(), IDLE).map_err(FrameError::Io)?;
            let Some(content) = self.questions.next(codec::MAX_REQUEST)? else {
                return Ok(());
            };
            socket::prepare(self.questions.get_mut(), SILENCE).map_err(FrameError::Io)?;
            let question = codec::decode(&content)?;
            let answered = match question {
                Between::Get { photo, from } => self.get(photo, from),
                other => {
                    let answer = self.answer(other)?;
                    self.answers.answer(&answer)
                }
            };
            answered.map_err(FrameError::Io)?;
        }
    }

    fn answer(&mut self, question: Between) -> Result<Answer, FrameError> {
        let request = match question {
            Between::Summary => {
                let groups = lock(&self.abroad.circle).some(self.group, Instant::now());
                return Ok(Answer::Groups { groups });
            }
            Between::List { after } => Request::List { after, shared: true },
            Between::Explain { image_name } => explain(image_name),
            Between::Preview { photo, size } => preview(photo, size),
            Between::Link(_) | Between::Get { .. } => {
                return Err(FrameError::Malformed("it says twice who it is".to_owned()));
            }
        };
        Ok(self.ask(&request).map_or_else(unavailable, for_other_groups))
    }

    /// Asks the own daemon; once more over a new link if the one there was is broken.
    fn ask(&mut self, request: &Request) -> Result<Answer, Failure> {
        if let Some(daemon) = &mut self.daemon
            && let Ok(answer) = daemon.hear(request)
        {
            return Ok(answer);
        }
        let daemon = self.daemon.insert(self.abroad.daemon()?);
        daemon.hear(request)
    }

    /// Sends the rest of a photo, as it comes from the own group.
    fn get(&mut self, photo: PhotoId, from: u64) -> io::Result<()> {
        let Some(_turn) = self.abroad.gets.take(self.group) else {
            let error =
                format!("{GETS} photos are being sent to other groups: ask another super-peer");
            return self.answers.answer(&Answer::Refused { cause: Refusal::Daemon, error });
        };
        let (label, bytes) = match self.ask(&explain(photo.to_string())) {
            Ok(Answer::Explained(told)) if told.photo.id == photo => {
                (told.photo.name, told.photo.bytes)
            }
            Ok(_) => return self.answers.answer(&nothing()),
            Err(failure) => return self.answers.answer(&unavailable(failure)),
        };
        let Some(left) = bytes.checked_sub(from).filter(|left| *left > 0) else {
            return self.answers.answer(&nothing());
        };
        let Some(mut daemon) = self.daemon.take() else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        let (inlet, outlet) = pipe();
        let request = Request::GetExact { photo, shared: true };
        let answer = Answer::ReceiveImage {
            image_name: String::new(),
            label,
            id: photo,
            bytes: left,
            image: Default::default(),
        };
        thread::scope(|scope| {
            // It ends with the photo, or when nobody takes the pieces any more.
            scope.spawn(move || drop(daemon.hear_photo(&request, bytes, passing(from, &inlet))));
            self.answers.image(&answer, left, outlet)
        })
    }
}

/// Passes on what comes of a photo, but for the beginning that is there already.
fn passing(from: u64, inlet: &Inlet) -> impl FnMut(&[u8]) -> Result<(), Failure> + '_ {
    let mut passed = 0;
    move |piece| {
        let skipped = from.saturating_sub(passed).min(piece.len() as u64) as usize;
        passed += piece.len() as u64;
        match piece.get(skipped..) {
            None | Some([]) => Ok(()),
            Some(piece) => inlet.pass(piece).map_err(|_| Failure::ReaderGone),
        }
    }
}

fn explain(image_name: String) -> Request {
    Request::Explain { image_name, exact: false, shared: true }
}

fn preview(photo: PhotoId, size: PreviewSize) -> Request {
    Request::GetPreview { photo, size, shared: true }
}

fn nothing() -> Answer {
    Answer::NotFound {
        image_name: String::new(),
        candidates: Vec::new(),
        undelivered: false,
        reason: NOTHING.to_owned(),
    }
}

fn unavailable(_: Failure) -> Answer {
    let error = "this group's daemon does not answer its super-peer".to_owned();
    Answer::Refused { cause: Refusal::Daemon, error }
}

/// What other groups are told, of what a member is.
pub(super) fn for_other_groups(answer: Answer) -> Answer {
    match answer {
        Answer::Photos { photos, next } => {
            let photos = photos.into_iter().map(|photo| photo.for_other_groups()).collect();
            Answer::Photos { photos, next }
        }
        Answer::Explained(told) => {
            let Explanation { photo, colour, camera, .. } = *told;
            let photo = photo.for_other_groups();
            Answer::Explained(Box::new(Explanation::of_another_group(photo, colour, camera)))
        }
        Answer::Preview { .. } => answer,
        Answer::NotFound { image_name, candidates, undelivered, .. } => {
            Answer::NotFound { image_name, candidates, undelivered, reason: NOTHING.to_owned() }
        }
        // Whatever else it says is for members.
        _ => nothing(),
    }
}
