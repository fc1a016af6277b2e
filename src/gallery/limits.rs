//! Every limit of the gallery, with its reason.

use std::time::Duration;

/// Bytes of a request's head. Browsers send one or two thousand; a cookie and a long name in the target fit many times.
pub(super) const HEAD: usize = 16 * 1024;

/// Headers of a request. Browsers send some twenty.
pub(super) const HEADERS: usize = 64;

/// Bytes of a request's target: a name of 255 bytes, all of them percent-encoded, and as much again.
pub(super) const TARGET: usize = 2 * 1024;

/// Bytes of a body that is JSON: the ids of ten thousand photos.
pub(super) const JSON_BODY: u64 = 1024 * 1024;

/// Bytes of a body that brings a secret of 32, from somebody who is still a stranger.
pub(super) const LOGIN_BODY: u64 = 1024;

/// Connections at a time. A browser has six to a host, so that is twenty people; each costs a thread and its stack.
pub(super) const CONNECTIONS: usize = 128;

/// Of these, how many may come from one other computer: five browsers, and nobody alone keeps the others out.
pub(super) const CONNECTIONS_OF_ADDRESS: usize = 32;

/// Of all, how many may listen to events: a listener is never idle, and pictures need connections, too.
pub(super) const LISTENERS: usize = 48;

/// How long a new listener waits for the place of one who is gone.
pub(super) const LEAVE: Duration = Duration::from_secs(1);

/// How many seconds somebody is asked to wait for whom there is no room now.
pub(super) const RETRY_AFTER: u32 = 1;

/// The slowest body that is waited for, in bytes a second: as the daemon bears with uploads.
pub(super) const BODY_RATE: u64 = 32 * 1024;

/// So many bytes must be taken within [`Deadlines::write`], or the other side is too slow.
pub(super) const WRITE_PIECE: usize = 64 * 1024;

/// How long the other side of a connection may take. They are values, so that no test has to wait as long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadlines {
    /// From a request's first byte to the end of its head, however its bytes are spread: no reader can be held longer.
    pub(super) head: Duration,
    /// How long a connection may stay open without a request.
    pub(super) idle: Duration,
    /// How long a body may be silent at most, at its beginning or after it was fast enough; see [`BODY_RATE`].
    pub(super) body: Duration,
    /// See [`WRITE_PIECE`].
    pub(super) write: Duration,
    /// How long what still comes is read and thrown away before a connection is closed: to close it with unread input
    /// resets it, and a reset overtakes the answer.
    pub(super) linger: Duration,
}

/// What browsers are granted.
pub(super) const DEADLINES: Deadlines = Deadlines {
    head: Duration::from_secs(10),
    idle: Duration::from_secs(30),
    body: Duration::from_secs(10),
    write: Duration::from_secs(30),
    linger: Duration::from_secs(2),
};

/// The first pause after `accept` has failed; each further failure doubles it, up to [`ACCEPT_PAUSE_MAX`]. Out of
/// files, `accept` fails at once, again and again.
pub(super) const ACCEPT_PAUSE: Duration = Duration::from_millis(5);

/// See [`ACCEPT_PAUSE`].
pub(super) const ACCEPT_PAUSE_MAX: Duration = Duration::from_secs(1);

/// The stack of a connection's thread, in bytes: it parses JSON, whose nesting serde bounds, and makes it.
pub(super) const STACK: usize = 512 * 1024;

/// How long answers that are under way may take when the gallery stops.
pub(super) const STOP: Duration = Duration::from_secs(3);

/// Links to the daemon at a time: two more than pictures and whole photos may take together, so that the rest never
/// waits for those. A daemon has 64 seats for the programs of one member.
pub(super) const LINKS: usize = 12;

/// Of these, how many may be busy with small pictures. One that the daemon has takes it a millisecond, so they serve all
/// browsers; one that it fetches from a friend on a slow line may take half a minute.
pub(super) const PICTURE_LINKS: usize = 6;

/// Of all, how many may be busy with whole photos, up or down: those take minutes on a slow line.
pub(super) const LONG_LINKS: usize = 4;

/// Links through super-peers at a time: one more than pictures and whole photos of other groups may take together. They
/// are none of the [`LINKS`], so that a group far away keeps nobody from the own photos.
pub(super) const ABROAD_LINKS: usize = 5;

/// Of these, how many may be busy with small pictures.
pub(super) const ABROAD_PICTURE_LINKS: usize = 2;

/// Of these, how many may be busy with whole photos.
pub(super) const ABROAD_LONG_LINKS: usize = 2;

/// How long a request waits for one of the [`LINKS`].
pub(super) const LINK_WAIT: Duration = Duration::from_secs(10);

/// How long the daemon may be silent before most answers: it gives them at once, or after disk work of seconds.
pub(super) const ANSWER: Duration = Duration::from_secs(15);

/// How long it may be silent before a small picture: longer than it waits for the nodes that have one, so that it is the
/// daemon who says that none has come.
pub(super) const PICTURE_ANSWER: Duration = Duration::from_secs(45);

/// How long it may be silent before a whole photo, or at the end of an upload: it may have to ask other nodes.
pub(super) const LONG_ANSWER: Duration = Duration::from_secs(60);

/// The slowest transfer of a photo from another node to wait for, in bytes a second: as the commands do.
pub(super) const FETCH_RATE: u64 = 16 * 1024;

/// The longest that a photo may take on its way here: no piece of it is taken after that.
pub(super) const FETCH: Duration = Duration::from_secs(15 * 60);

/// How long a request waits for a photo that another one fetches; then a browser is asked to come again. Its connection is
/// not looked at meanwhile, so whoever has gone keeps a seat that long.
pub(super) const COMING_WAIT: Duration = Duration::from_secs(30);

/// How many requests may wait so: a quarter of the connections.
pub(super) const COMING_WAITERS: usize = 32;

/// How often the daemon is asked how it is while somebody looks on.
pub(super) const WATCH: Duration = Duration::from_secs(1);

/// How often while nobody does: the timeline is to be there when somebody comes.
pub(super) const WATCH_ALONE: Duration = Duration::from_secs(4);

/// How long the daemon may be silent when it is asked how it is; then it counts as gone.
pub(super) const WATCH_ANSWER: Duration = Duration::from_secs(5);

/// The collection is listed anew after this many times what the last listing took at the earliest: it costs the daemon
/// a tenth of its time at most, however fast photos come.
pub(super) const LISTING_SHARE: u32 = 10;

/// How often events say that the connection lives, to whatever is between: proxies close silent ones after a minute.
pub(super) const PING: Duration = Duration::from_secs(15);

/// Timelines that pages may be asked of: the present one, and those that a browser may still be scrolling through.
pub(super) const REVISIONS: usize = 4;

/// Photos on one page of a timeline: some 47 kB, half a screen of scrolling at full speed.
pub(super) const PAGE: usize = 512;

/// Whole photos on this computer's disk, those on their way included, in bytes: four of the largest that there may be,
/// some hundreds of a camera's. As many again of other groups, which thus never take the place of the own.
pub(super) const SPOOL: u64 = 1024 * 1024 * 1024;

/// How long a cookie is good for, in seconds: 30 days.
pub(super) const SESSION_SECONDS: u64 = 30 * 24 * 60 * 60;

/// Wrong secrets from one address before it has to wait, within [`WRONG_WITHIN`]. Secrets are random, so nobody finds
/// one; this keeps the log short.
pub(super) const WRONG_SECRETS: u32 = 5;

/// See [`WRONG_SECRETS`].
pub(super) const WRONG_WITHIN: Duration = Duration::from_secs(60);

/// Addresses of which wrong secrets are remembered: more than a local network has.
pub(super) const WRONG_ADDRESSES: usize = 1024;

/// Pairs of which somebody has said that they are the same picture: more than anybody looks at.
pub(super) const REVIEWED: usize = 1_000_000;

/// Bytes of what is searched for.
pub(super) const SEARCH: usize = 256;

/// Words of what is searched for: each looks at every photo.
pub(super) const SEARCH_WORDS: usize = 16;

/// The most photos of the feed: a slideshow of half an hour.
pub(super) const FEED: usize = 100;
