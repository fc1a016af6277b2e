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
use super::limits::{FIRST_FRAME, GREETING, IDLE, PAGE};
use super::pieces::{Inlet, pipe};
use super::{Abroad, lock, socket};
use crate::client::Failure;
use crate::client::patience::Patient;
use crate::photo::{PhotoId, PreviewSize};
use crate::protocol::between::{Between, End};
use crate::protocol::client::{Explanation, Refusal};
use crate::protocol::codec::{self, FrameError, FrameReader};
use crate::protocol::secure::Channel;
use crate::protocol::{Answer, Blob, GroupId, Request};

/// The answer to whoever asks for what is not shared, or not there: nobody learns which.
const NOTHING: &str = "this group shows no such photo";

/// A link from another group.
struct Foreigner<'a> {
    abroad: &'a Abroad,
    group: GroupId,
    questions: FrameReader<Patient>,
    answers: Answers,
}

/// Talks with another group until it has asked all.
pub(super) fn serve(
    abroad: &Abroad,
    stream: TcpStream,
    channel: &Arc<Channel>,
) -> Result<(), FrameError> {
    let remote = stream.peer_addr().map_err(FrameError::Io)?.ip().to_canonical();
    let patient = socket::patient(&stream, FIRST_FRAME).map_err(FrameError::Io)?;
    let mut answers = Answers::to_other_group(stream, channel);
    let mut questions = FrameReader::new(patient, Some(Arc::clone(channel)));
    let content = questions.next(GREETING)?.ok_or(FrameError::Torn)?;
    let Between::Link(theirs) = codec::decode(&content)? else {
        return Err(FrameError::Malformed("it does not say of which group it is".to_owned()));
    };
    let group = abroad.recognise(&theirs, End::Dialed, channel).map_err(FrameError::Malformed)?;
    lock(&abroad.circle).heard_of(&theirs.supers, remote);
    let greeting = abroad.greet(End::Listened, channel);
    answers.link(greeting).map_err(FrameError::Io)?;
    Foreigner { abroad, group, questions, answers }.converse()
}

impl Foreigner<'_> {
    fn converse(&mut self) -> Result<(), FrameError> {
        loop {
            self.questions.get_mut().wait_again(IDLE, None);
            let Some(content) = self.questions.next(codec::MAX_REQUEST)? else {
                return Ok(());
            };
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
            Between::List { after } => return Ok(self.list(after).unwrap_or_else(unavailable)),
            Between::Explain { image_name } => explain(image_name),
            Between::Preview { photo, size } => preview(photo, size),
            Between::Link(_) | Between::Get { .. } => {
                return Err(FrameError::Malformed("it says twice who it is".to_owned()));
            }
        };
        let answer = self.abroad.borrow().and_then(|mut daemon| daemon.ask(&request));
        Ok(answer.map_or_else(unavailable, for_other_groups))
    }

    /// A page of what is shared. The daemon's own pages end after so many photos, shared or not; where they do is for nobody
    /// abroad to know. So they are put together, until it is certain that there is more, or no more, to tell.
    fn list(&mut self, after: Option<PhotoId>) -> Result<Answer, Failure> {
        let mut daemon = self.abroad.borrow()?;
        let (mut photos, mut next) = (Vec::new(), after);
        loop {
            let answer = daemon.ask(&Request::List { after: next, shared: true })?;
            let Answer::Photos { photos: page, next: more } = answer else {
                return Ok(nothing());
            };
            photos.extend(page.into_iter().map(|photo| photo.for_other_groups()));
            if photos.len() > PAGE {
                photos.truncate(PAGE);
                let next = photos.last().map(|photo| photo.id);
                return Ok(Answer::Photos { photos, next });
            }
            match more {
                Some(_) if more > next => next = more,
                Some(_) | None => return Ok(Answer::Photos { photos, next: None }),
            }
        }
    }

    /// Sends the rest of a photo, as it comes from the own group.
    fn get(&mut self, photo: PhotoId, from: u64) -> io::Result<()> {
        let Some(_turn) = self.abroad.gets.take(self.group) else {
            return self.answers.answer(&busy());
        };
        let mut daemon = match self.abroad.borrow() {
            Ok(daemon) => daemon,
            Err(_) => return self.answers.answer(&busy()),
        };
        let (label, bytes) = match daemon.ask(&explain(photo.to_string())) {
            Ok(Answer::Explained(told)) if told.photo.id == photo => {
                (told.photo.name, told.photo.bytes)
            }
            Ok(_) => return self.answers.answer(&nothing()),
            Err(failure) => return self.answers.answer(&unavailable(failure)),
        };
        let Some(left) = bytes.checked_sub(from).filter(|left| *left > 0) else {
            return self.answers.answer(&nothing());
        };
        let (inlet, mut outlet) = pipe();
        let request = Request::GetExact { photo, shared: true };
        let (image_name, image) = (String::new(), Blob::default());
        let answer = Answer::ReceiveImage { image_name, label, id: photo, bytes: left, image };
        thread::scope(|scope| {
            // It ends with the photo, or when nobody takes the pieces any more.
            let coming = scope.spawn(move || daemon.get(&request, bytes, passing(from, &inlet)));
            if outlet.begins() {
                let sent = self.answers.image(&answer, left, &mut outlet);
                drop(outlet);
                return sent;
            }
            let why = coming.join().unwrap_or_else(|_| Ok(nothing()));
            self.answers.answer(&why.map_or_else(unavailable, for_other_groups))
        })
    }
}

fn busy() -> Answer {
    let error = "enough is being sent to other groups already: ask another super-peer".to_owned();
    Answer::Refused { cause: Refusal::Daemon, error }
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
