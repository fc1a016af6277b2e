//! People with clients: they list, get and put through any daemon, wait for answers, and sometimes walk away.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use photomesh::node::{Asker, ClientEvent, CloseReason, DiskError, LinkId, Source, Spool};
use photomesh::photo::{PhotoId, PreviewSize};
use photomesh::protocol::{Answer, Request};

use crate::agenda::{Life, What};
use crate::flaws::Flaw;
use crate::host::Far;
use crate::rng::Rng;
use crate::streams::Stream;
use crate::world::World;

/// Every request must be answered or refused within this time, or its link closed: the deadlines of gets and puts, and
/// some patience with slow disks.
const DEADLINE: Duration = Duration::from_secs(90);

/// What a client got for its request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reply {
    /// An answer without photo bytes.
    Answer(Answer),
    /// A photo, whose bytes had this digest.
    Photo(PhotoId),
    /// The link broke first.
    Lost,
}

/// A client's link.
#[derive(Debug)]
pub(crate) struct Client {
    life: Life,
    link: LinkId,
    /// The request that is not answered yet.
    pub(crate) pending: Option<Request>,
    /// What is being put, and since when.
    putting: Option<(PhotoId, Duration)>,
    /// How many requests it has sent.
    number: u32,
    /// Whether it is not the owner's of the daemon, but another member's.
    visits: bool,
    /// The person, of those that wander from daemon to daemon.
    person: Option<usize>,
    pub(crate) reply: Option<Reply>,
    /// Until when the answer is being sent: the daemon reads no further request before.
    busy_until: Duration,
}

/// All clients.
#[derive(Debug)]
pub(crate) struct Clients {
    pub(crate) links: BTreeMap<usize, Client>,
    next: usize,
    persons: BTreeMap<usize, Option<usize>>,
    /// Answers that have begun while their photos come.
    pub(crate) streams: BTreeMap<usize, Stream>,
    /// Photos that people have at hand to put, and their names.
    pub(crate) to_put: VecDeque<(PhotoId, String)>,
    /// Names that people have heard of.
    pub(crate) names: Vec<String>,
    /// When people stop asking.
    pub(crate) until: Duration,
    /// How many times as long people think.
    pace: u32,
    rng: Rng,
}

impl Clients {
    pub(crate) fn new(seed: u64, pace: u32) -> Clients {
        Clients {
            links: BTreeMap::new(),
            next: 0,
            persons: BTreeMap::new(),
            streams: BTreeMap::new(),
            to_put: VecDeque::new(),
            names: Vec::new(),
            until: Duration::ZERO,
            pace,
            rng: Rng::new(seed, 3),
        }
    }

    /// A client's link breaks under it: which it was, for the daemon.
    pub(crate) fn lose(&mut self, client: usize) -> Option<LinkId> {
        let open = self.links.get_mut(&client)?;
        open.pending = None;
        open.reply.get_or_insert(Reply::Lost);
        let (link, wanders) = (open.link, open.person.is_some());
        if wanders {
            self.links.remove(&client);
        }
        Some(link)
    }

    fn think(&mut self) -> Duration {
        let longest = Duration::from_secs(12);
        self.pace * self.rng.span(Duration::from_millis(200), longest)
    }
}

impl World {
    /// Adds a person who uses the mesh until [`Clients::until`].
    pub(crate) fn add_person(&mut self) {
        let person = self.clients.persons.len();
        self.clients.persons.insert(person, None);
        let after = self.clients.think();
        self.agenda.add(self.now + after, What::Client(person));
    }

    /// A client connects to a host and asks; none if no daemon runs there.
    pub(crate) fn ask(&mut self, host: usize, request: Request) -> Option<usize> {
        self.ask_as(host, false, request)
    }

    /// The same, by another member than the owner of the host, or not.
    fn ask_as(&mut self, host: usize, visits: bool, request: Request) -> Option<usize> {
        let life = self.hosts[host].life()?;
        let link = self.new_link(life);
        self.clients.next += 1;
        let client = self.clients.next;
        self.attach(life, link, Far::Client(client));
        self.clients.links.insert(
            client,
            Client {
                life,
                link,
                pending: None,
                putting: None,
                number: 0,
                visits,
                person: None,
                reply: None,
                busy_until: Duration::ZERO,
            },
        );
        self.ask_on(client, request, None);
        Some(client)
    }

    /// A client connects to a host and puts a photo.
    pub(crate) fn put(&mut self, host: usize, photo: PhotoId, name: &str) -> Option<usize> {
        let bytes = self.library.photo(photo).bytes;
        let name = name.to_owned();
        // The link is made by a request; the photo's bytes are spooled before it is told.
        let client = self.ask(host, Request::Put { name, bytes, dated: None })?;
        let opened = self.clients.links.get_mut(&client)?;
        opened.putting = Some((photo, self.now));
        let spool = Spool::Put(opened.link);
        let bytes = self.library.window(photo, 0, u64::MAX);
        self.hosts[host].disk.spools.insert(spool, bytes);
        Some(client)
    }

    fn ask_on(&mut self, client: usize, request: Request, putting: Option<PhotoId>) {
        let Some(asking) = self.clients.links.get_mut(&client) else {
            return;
        };
        asking.number += 1;
        asking.pending = Some(request.clone());
        asking.putting = putting.map(|photo| (photo, self.now));
        asking.reply = None;
        let (life, link, number) = (asking.life, asking.link, asking.number);
        let visitor = asking.visits.then(|| self.another_member(life.host)).flatten();
        let by = visitor.filter(|_| !self.has(Flaw::VisitorsAreOwners)).unwrap_or(Asker::Owner);
        self.stats.requests += 1;
        if let (Asker::Owner, Request::TrashPurge { .. }) = (&by, &request) {
            self.oracle.emptied.insert(life.host);
        }
        if let (Asker::Owner, Request::Remove { photos }) = (&by, &request) {
            for photo in photos {
                self.wants_no_more(life.host, *photo);
            }
        }
        self.tell(life, Duration::from_millis(1), ClientEvent::Asked { link, by, request });
        self.agenda.add(self.now + self.deadline(), What::Overdue(client, number));
    }

    /// Another member than the owner of a host, if there is one.
    fn another_member(&self, host: usize) -> Option<Asker> {
        let person = self.hosts[host].person;
        let other = self.hosts.iter().find(|other| other.person != person)?;
        let member = other.disk.member.as_ref()?;
        Some(Asker::Member(Box::new(member.certificate.clone())))
    }

    /// A person does the next thing.
    pub(crate) fn client_turn(&mut self, person: usize) {
        if self.now >= self.clients.until {
            return;
        }
        let after = self.clients.think();
        self.agenda.add(self.now + after, What::Client(person));
        if let Some(Some(client)) = self.clients.persons.get(&person).copied() {
            let now = self.now;
            let waits = |client: &Client| client.pending.is_some() || client.busy_until >= now;
            let waiting = self.clients.links.get(&client).map(waits);
            let walks_away = self.clients.rng.percent(if waiting == Some(true) { 30 } else { 50 });
            match waiting {
                Some(true) if !walks_away => return,
                Some(false) if !walks_away => {
                    let request = self.some_request();
                    self.ask_on(client, request, None);
                    return;
                }
                Some(_) => self.hang_up(client),
                None => {}
            }
        }
        let up: Vec<usize> =
            (0..self.hosts.len()).filter(|host| self.hosts[*host].is_up()).collect();
        if up.is_empty() {
            return;
        }
        let host = up[self.clients.rng.index(up.len())];
        let puts = self.clients.rng.percent(15) && !self.hosts[host].disk.trouble.full;
        let client = match self.clients.to_put.pop_front() {
            Some((photo, name)) if puts => {
                self.clients.names.push(photo.to_string());
                self.put(host, photo, &name)
            }
            kept => {
                if let Some(kept) = kept {
                    self.clients.to_put.push_front(kept);
                }
                let pick = self.clients.rng.next();
                let removes = self.clients.rng.percent(20);
                let removal = removes.then(|| self.some_removal(host, pick)).flatten();
                let request = removal.unwrap_or_else(|| self.some_request());
                self.ask_as(host, self.is_group() && pick % 100 < 30, request)
            }
        };
        if let Some(opened) = client.and_then(|client| self.clients.links.get_mut(&client)) {
            opened.person = Some(person);
        }
        self.clients.persons.insert(person, client);
    }

    fn some_request(&mut self) -> Request {
        let rng = &mut self.clients.rng;
        let names = &self.clients.names;
        let name = match names.len() {
            0 => "nothing.jpg".to_owned(),
            length => names[rng.index(length)].clone(),
        };
        match rng.below(10) {
            0 | 1 => Request::GetImageList,
            2 => Request::List { after: None, shared: false },
            3 => match name.parse() {
                Ok(photo) => Request::GetPreview { photo, size: PreviewSize::View, shared: false },
                Err(_) => Request::Status,
            },
            4 => Request::Explain { image_name: name, exact: false, shared: false },
            5 => Request::TrashList { after: None },
            _ => Request::GetImageRequest { image_name: name },
        }
    }

    /// A client goes, whatever it waits for.
    pub(crate) fn hang_up(&mut self, client: usize) {
        if let Some(gone) = self.clients.links.remove(&client) {
            self.detach(gone.life, gone.link);
            let reason = CloseReason::Remote;
            let link = gone.link;
            self.tell(gone.life, Duration::ZERO, ClientEvent::Closed { link, reason });
        }
    }

    /// A daemon has died under its clients.
    pub(crate) fn clients_lose(&mut self, life: Life) {
        let lost = |(id, client): (&usize, &Client)| (client.life == life).then_some(*id);
        let lost: Vec<usize> = self.clients.links.iter().filter_map(lost).collect();
        for client in lost {
            if let Some(link) = self.clients.lose(client) {
                self.detach(life, link);
            }
        }
    }

    /// A client gets an answer.
    pub(crate) fn answered(&mut self, client: usize, answer: Answer) {
        let Some(asking) = self.clients.links.get_mut(&client) else {
            return;
        };
        let request = asking.pending.take();
        let putting = asking.putting.take();
        let host = asking.life.host;
        asking.reply = Some(Reply::Answer(answer.clone()));
        self.stats.answers += 1;
        let visits = asking.visits && self.another_member(host).is_some();
        match request {
            Some(request) if visits => self.judge_visit(host, &request, &answer),
            Some(request) => self.judge_answer(host, &request, putting, &answer),
            None => self.broken_promise(format!("an answer without a request: {answer:?}")),
        }
    }

    /// A client gets a photo: its bytes are checked before the first one is sent, or the last one if they still come.
    pub(crate) fn answer_photo(
        &mut self,
        life: Life,
        client: usize,
        photo: PhotoId,
        source: Source,
    ) {
        let result = match self.read(life.host, source, 0, u64::MAX) {
            Ok(bytes) if PhotoId::of(&bytes) == photo => Ok(()),
            Ok(_) => Err(DiskError::Damaged),
            Err(error) => Err(error),
        };
        let time = if self.settings.jitter {
            self.rng.span(Duration::ZERO, Duration::from_millis(800))
        } else {
            Duration::from_millis(1)
        };
        let Some(asking) = self.clients.links.get_mut(&client) else {
            return;
        };
        let link = asking.link;
        asking.busy_until = self.now + time;
        if result.is_ok() {
            let request = asking.pending.take();
            asking.reply = Some(Reply::Photo(photo));
            self.stats.answers += 1;
            self.judge_photo(request, photo);
        } else if let (Err(DiskError::Damaged), Source::Held(photo)) = (&result, source) {
            self.set_aside(life, photo);
        }
        self.tell(life, time, ClientEvent::Answered { link, result });
    }

    /// The deadline of every request in this run: on a line at home, photos take their time.
    pub(crate) fn deadline(&self) -> Duration {
        let is_slow = self.hosts.iter().any(|host| host.uplink.is_some());
        if is_slow { DEADLINE * 10 } else { DEADLINE }
    }

    /// A client has waited for too long, unless its daemon was stopped meanwhile.
    pub(crate) fn overdue(&mut self, client: usize, number: u32) {
        let Some(waiting) = self.clients.links.get(&client) else {
            return;
        };
        let Some(request) = waiting.pending.clone() else {
            return;
        };
        let host = &self.hosts[waiting.life.host];
        if waiting.number != number || !self.lives(waiting.life) {
            return;
        }
        if host.paused
            || (host.paused_last > Duration::ZERO && host.paused_last + self.deadline() > self.now)
        {
            self.agenda.add(self.now + self.deadline(), What::Overdue(client, number));
            return;
        }
        let name = host.name.clone();
        self.broken_promise(format!(
            "{name} has not answered for {} s: {request:?}",
            self.deadline().as_secs()
        ));
    }
}
