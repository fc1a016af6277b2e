//! Clients of the own group ask what other groups have.
//!
//! Each question is passed on to one of the other group's super-peers, and its answer back. If one does not answer, the
//! next one is asked; if it falls silent in the middle of a photo, the next one goes on where it has stopped. That the
//! photo is right sees the client, by its digest.

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use super::answers::Answers;
use super::circle::Named;
use super::limits::{BUSY, FIRST_FRAME, IDLE, LABELS, LABELS_TIME, SILENCE};
use super::neighbour::{Neighbour, Trouble};
use super::pieces::{Inlet, pipe};
use super::{Abroad, lock, socket};
use crate::client::patience::Patient;
use crate::photo::{MAX_PHOTO, PhotoId};
use crate::protocol::between::Between;
use crate::protocol::client::Refusal;
use crate::protocol::codec::{self, FrameError, FrameReader};
use crate::protocol::secure::Channel;
use crate::protocol::{Address, Answer, Certificate, GroupId, Request};

/// A client of the own group.
struct Visitor<'a> {
    abroad: &'a Abroad,
    requests: FrameReader<Patient>,
    answers: Answers,
    /// The links that this client's questions have made.
    links: BTreeMap<Address, Neighbour>,
    /// Who it is, once that is known.
    member: Option<Certificate>,
}

/// Talks with a client until it has asked all.
pub(super) fn serve(
    abroad: &Abroad,
    stream: TcpStream,
    channel: &Arc<Channel>,
) -> Result<(), FrameError> {
    let patient = socket::patient(&stream, FIRST_FRAME).map_err(FrameError::Io)?;
    let answers = Answers::to_own_group(stream, channel);
    let requests = FrameReader::new(patient, Some(Arc::clone(channel)));
    let mut visitor = Visitor { abroad, requests, answers, links: BTreeMap::new(), member: None };
    let outcome = visitor.register(channel).and_then(|()| visitor.converse());
    if let Err(FrameError::Malformed(error)) = &outcome {
        // The link is closed whether this arrives or not.
        let _ = visitor.answers.answer(&Answer::Error { error: error.clone() });
    }
    outcome
}

impl Visitor<'_> {
    fn next(&mut self) -> Result<Option<Request>, FrameError> {
        let Some(content) = self.requests.next(codec::MAX_REQUEST)? else {
            return Ok(None);
        };
        codec::count_values(&content)?;
        codec::decode_attached(content).map(Some)
    }

    /// Hears who asks, and says whose super-peer this is, as a daemon does.
    fn register(&mut self, channel: &Channel) -> Result<(), FrameError> {
        let refused = |why: String| Err(FrameError::Malformed(why));
        let Some(Request::RegisterClient { member: Some(visit), features, .. }) = self.next()?
        else {
            return refused("a client says first which member it is (registerClient)".to_owned());
        };
        let visitor = visit.verify(channel.handshake()).map_err(FrameError::Malformed)?;
        let ours = &self.abroad.membership;
        if visitor.group() != ours.group() {
            return refused(format!("{} is a member of another group", visitor.name()));
        }
        let visitor = visitor.clone();
        self.is_member(&visitor)?;
        if codec::reads_attachments(&features) {
            self.answers.attach();
        }
        let owner = visitor.key() == ours.certificate().key();
        let (node, member) = (ours.node(), Box::new(ours.clone()));
        let features = codec::features();
        self.member = Some(visitor);
        self.say(&Answer::Registered { node, member, owner, features })
    }

    /// The group may remove somebody while they are connected.
    fn is_member(&self, visitor: &Certificate) -> Result<(), FrameError> {
        let removed = lock(&self.abroad.circle);
        match removed.removed.iter().any(|removal| removal.voids(visitor)) {
            true => Err(FrameError::Malformed(format!("{} is a member no longer", visitor.name()))),
            false => Ok(()),
        }
    }

    fn converse(&mut self) -> Result<(), FrameError> {
        loop {
            self.requests.get_mut().wait_again(IDLE, None);
            let Some(request) = self.next()? else {
                return Ok(());
            };
            if let Some(member) = &self.member {
                self.is_member(member)?;
            }
            match request {
                Request::Groups => {
                    let groups = lock(&self.abroad.circle).all(Instant::now());
                    self.say(&Answer::Groups { groups })?;
                }
                Request::Abroad { group, ask } => self.abroad(&group, *ask)?,
                _ => {
                    let error = "a super-peer answers only what is about other groups".to_owned();
                    return Err(FrameError::Malformed(error));
                }
            }
        }
    }

    fn abroad(&mut self, group: &str, ask: Request) -> Result<(), FrameError> {
        let found = lock(&self.abroad.circle).find(group);
        let id = match found {
            Named::One(id) => id,
            Named::Several(candidates) => {
                let reason = "several groups are called so".to_owned();
                let (image_name, undelivered) = (group.to_owned(), false);
                return self.say(&Answer::NotFound { image_name, candidates, undelivered, reason });
            }
            Named::Own | Named::Nobody => {
                let reason = match found {
                    Named::Own => "that is your own group: ask without its name",
                    _ => "no other group is called so: `photomesh groups` names them",
                };
                return self.say(&not_found(group, reason.to_owned(), false));
            }
        };
        let question = match ask {
            Request::List { after, .. } => Between::List { after },
            Request::Explain { image_name, .. } => Between::Explain { image_name },
            Request::GetPreview { photo, size, .. } => Between::Preview { photo, size },
            Request::GetImageList => {
                let answer = self.labels(id, group);
                return self.say(&answer);
            }
            Request::GetExact { photo, .. } => return self.get(id, group, photo.to_string()),
            Request::GetImageRequest { image_name } => return self.get(id, group, image_name),
            _ => {
                let error =
                    "another group can be asked for its photos, and for nothing else".to_owned();
                return self.say(&Answer::Refused { cause: Refusal::Request, error });
            }
        };
        let answer = self.ask(id, group, &question);
        self.say(&answer)
    }

    /// The answer of the first super-peer of a group that gives one.
    fn ask(&mut self, id: GroupId, group: &str, question: &Between) -> Answer {
        let mut why = "none of its super-peers is known any more".to_owned();
        // Bound first: in the loop's head the lock would be held for as long as that.
        let supers = lock(&self.abroad.circle).supers_of(id);
        for address in supers {
            let may_be_stale = self.links.contains_key(&address);
            let mut asked = self.link(&address, id).and_then(|link| link.ask(question));
            if asked.is_err() && may_be_stale {
                // One that was not used for a while may have ended.
                self.links.remove(&address);
                asked = self.link(&address, id).and_then(|link| link.ask(question));
            }
            match asked {
                Ok(answer) if fits(question, &answer) => return answer,
                Ok(Answer::Refused { error, .. } | Answer::Error { error }) => why = error,
                Ok(_) => why = "it gives answers that do not fit the questions".to_owned(),
                Err(trouble) => why = self.missed(&address, &trouble),
            }
        }
        out_of_reach(group, &why)
    }

    fn link(&mut self, address: &Address, id: GroupId) -> Result<&mut Neighbour, Trouble> {
        if !self.links.contains_key(address) {
            let link = Neighbour::connect(self.abroad, address)?;
            if link.group != id {
                return Err(Trouble::Gone(format!("{} answers there now", link.name)));
            }
            self.links.insert(address.clone(), link);
        }
        self.links.get_mut(address).ok_or(Trouble::Unwanted)
    }

    fn missed(&mut self, address: &Address, trouble: &Trouble) -> String {
        self.links.remove(address);
        lock(&self.abroad.circle).failed(address, Instant::now());
        trouble.to_string()
    }

    /// The labels of all that a group shares.
    fn labels(&mut self, id: GroupId, group: &str) -> Answer {
        let (mut list, mut after, began) = (Vec::new(), None, Instant::now());
        loop {
            if began.elapsed() > LABELS_TIME {
                return out_of_reach(group, "its list takes too long");
            }
            match self.ask(id, group, &Between::List { after }) {
                Answer::Photos { photos, next } => {
                    let before = list.len();
                    list.extend(photos.into_iter().map(|photo| photo.name));
                    match next {
                        Some(_) if next > after && list.len() < LABELS && list.len() > before => {
                            after = next
                        }
                        Some(_) => return out_of_reach(group, "its list does not end"),
                        None => break,
                    }
                }
                other => return other,
            }
        }
        list.sort_unstable();
        list.dedup();
        Answer::ListImage { list: Arc::new(list) }
    }

    /// A photo, as it comes.
    fn get(&mut self, id: GroupId, group: &str, name: String) -> Result<(), FrameError> {
        let told = match self.ask(id, group, &Between::Explain { image_name: name.clone() }) {
            Answer::Explained(told) => told.photo,
            other => return self.say(&other),
        };
        if told.bytes > MAX_PHOTO {
            return self.say(&out_of_reach(group, "no photo is as large as it says that this is"));
        }
        let answer = Answer::ReceiveImage {
            image_name: name,
            label: told.name,
            id: told.id,
            bytes: told.bytes,
            image: Default::default(),
        };
        let (inlet, mut outlet) = pipe();
        let supers = lock(&self.abroad.circle).supers_of(id);
        let Visitor { abroad, links, answers, .. } = self;
        let sent = thread::scope(|scope| {
            let wanted = (told.id, told.bytes);
            let coming = scope.spawn(move || receive(abroad, (id, &supers), links, wanted, &inlet));
            if outlet.begins() {
                let sent = answers.image(&answer, told.bytes, &mut outlet);
                // Who has hung up stops the others by that.
                drop(outlet);
                return sent;
            }
            let why = coming.join().unwrap_or(None);
            answers.answer(&why.unwrap_or_else(|| out_of_reach(group, "nobody there delivers it")))
        });
        sent.map_err(FrameError::Io)
    }

    fn say(&mut self, answer: &Answer) -> Result<(), FrameError> {
        self.answers.answer(answer).map_err(FrameError::Io)
    }
}

/// Receives a photo from one super-peer after the other, each from where the last one has stopped, and passes it on. Who
/// has enough to do is asked again, for a while. What is missing in the end the client sees; if nothing has come, the last
/// answer says why.
fn receive(
    abroad: &Abroad,
    (group, supers): (GroupId, &[Address]),
    links: &mut BTreeMap<Address, Neighbour>,
    (photo, bytes): (PhotoId, u64),
    inlet: &Inlet,
) -> Option<Answer> {
    let (mut from, mut progress, mut why) = (0, Instant::now(), None);
    while progress.elapsed() < SILENCE {
        let mut again = false;
        for address in supers {
            let used = links.remove(address);
            // One that was not used for a while may have ended.
            let may_be_stale = used.is_some();
            let link = used.map_or_else(|| Neighbour::connect(abroad, address), Ok);
            let took = link.and_then(|mut link| {
                if link.group != group {
                    return Err(Trouble::Gone("another group answers there now".to_owned()));
                }
                let answer = link.get((photo, from), bytes.saturating_sub(from), |piece| {
                    (from, progress) = (from + piece.len() as u64, Instant::now());
                    inlet.pass(piece).map_err(|_| Trouble::Unwanted)
                })?;
                links.insert(address.clone(), link);
                Ok(answer)
            });
            match took {
                _ if from >= bytes => return None,
                Ok(answer) => {
                    again |= matches!(answer, Answer::Refused { .. });
                    why = Some(answer);
                }
                Err(Trouble::Unwanted) => return None,
                Err(Trouble::Gone(_)) if may_be_stale => again = true,
                Err(Trouble::Gone(_)) => lock(&abroad.circle).failed(address, Instant::now()),
            }
        }
        if !again {
            return why;
        }
        thread::sleep(BUSY);
    }
    why
}

/// Whether an answer is one to this question.
fn fits(question: &Between, answer: &Answer) -> bool {
    match question {
        Between::Summary => matches!(answer, Answer::Groups { .. }),
        Between::List { .. } => matches!(answer, Answer::Photos { .. }),
        Between::Explain { .. } => {
            matches!(answer, Answer::Explained(_) | Answer::NotFound { .. })
        }
        Between::Preview { .. } => {
            matches!(answer, Answer::Preview { .. } | Answer::NotFound { .. })
        }
        Between::Link(_) | Between::Get { .. } => false,
    }
}

fn not_found(name: &str, reason: String, undelivered: bool) -> Answer {
    let (image_name, candidates) = (name.to_owned(), Vec::new());
    Answer::NotFound { image_name, candidates, undelivered, reason }
}

fn out_of_reach(group: &str, why: &str) -> Answer {
    not_found(group, format!("out of reach: {why}"), true)
}
