//! Every limit of the threads and sockets, with its reason.

use std::time::Duration;

use crate::node::limits::{NODES_OF_MEMBER, PREVIEWS_AT_WORK};

/// Events from links that wait for the state thread, of daemons and of clients each. Readers that find it full wait, and
/// TCP makes the other side wait. What frames take in memory is bounded by [`FRAMES`].
pub(super) const INBOX: usize = 64;

/// What large frames of other daemons may take in memory while they are read, by their lengths, in bytes: some for each
/// member. In a group, who is slow to send them keeps their own other nodes waiting, and nobody else.
pub(super) const READING: usize = 64 * 1024 * 1024;

/// The most of that for one speaker: fifteen chunks at a time, or four frames that are as large as can be.
pub(super) const READING_OF_SPEAKER: usize = 4 * 1024 * 1024;

/// What frames of other daemons may take in memory, all together, from when they are decoded until the state thread has
/// taken them in, in bytes: ten pages of records, or fifty chunks.
pub(super) const FRAMES: usize = 16 * 1024 * 1024;

/// The most of that for one speaker, so that others find room: a larger frame counts as this.
pub(super) const FRAMES_OF_SPEAKER: usize = FRAMES / 4;

/// Results of disk work that wait for the state thread; small, so this only keeps the folder thread from running ahead.
pub(super) const REPORTS: usize = 256;

/// Disk jobs that may wait before the state thread takes no more from links. A job may carry a chunk, so together they
/// hold some 24 MiB.
pub(super) const DISK_BACKLOG: usize = 128;

/// Messages that wait to be sent on one link. A node sends pages one at a time, so what queues up are small answers; a
/// peer that leaves this many unread is too slow.
pub(super) const MESSAGES: usize = 1024;

/// Windows of photos that one peer may have asked for in each lane and not yet been sent.
pub(super) const WINDOWS: usize = 1024;

/// Bytes of a photo that go to another daemon at a time. On a home line of 1 Mbit/s that is 0.5 s, or 3 s if five others
/// are served, too; what is more urgent waits no longer. On a LAN, a third of what a chunk may be costs nothing yet.
pub(super) const CHUNK: usize = 63 * 1024;

/// Bytes of a link that the system may have taken and not begun to send: what comes next is chosen anew after each frame,
/// so that heartbeats, proofs and gets need not wait for seconds behind photos on a slow line. (By itself Linux takes up
/// to 4 MiB.)
pub(super) const UNSENT: u32 = 128 * 1024;

/// Lines of the log that may wait for a slow terminal; more are dropped and counted.
pub(super) const LOG_LINES: usize = 1024;

/// Lines of the trace that may wait for a slow disk: some seconds of a busy node, and a few MiB. More are left out and
/// counted.
pub(super) const TRACE_LINES: usize = 16 * 1024;

/// The longest line of another process that is one line of the log.
pub(super) const LOG_LINE: u64 = 1024;

/// How long until a process beside the daemon that has failed is started again: doubled each time, until one lives long
/// enough.
pub(super) const REST: Duration = Duration::from_secs(1);

/// The longest rest between two starts of it, and how long it lives that then counts as well.
pub(super) const REST_MAX: Duration = Duration::from_secs(60);

/// Events in a row after which a node that has more of its own to do gets a turn.
pub(super) const BURST: u32 = 32;

/// Connections that are open at a time, if the system allows as many files. Each costs two threads, which are some 45
/// KiB of memory while they wait, 75 KiB where the link is encrypted, and at most
/// [`MAX_REQUEST`](crate::protocol::codec::MAX_REQUEST) for what it has begun to say.
pub(super) const MAX_CONNECTIONS: usize = 4096;

/// The most connections that one other computer, or all behind one address, may have at a time.
pub(super) const CONNECTIONS_OF_HOST: usize = 256;

/// The most clients of one member at a time, in a group: more than a family has open.
pub(super) const CLIENTS_OF_MEMBER: usize = 64;

/// The most links to nodes of one member at a time, in a group: twice as many as the nodes that they may have, since a
/// node that comes again may be here before its last link has ended.
pub(super) const LINKS_OF_MEMBER: usize = 2 * NODES_OF_MEMBER;

/// Files kept free for other uses than accepted connections: photos being read, dialed links, the folder's own files.
pub(super) const RESERVED_FILES: u64 = 512;

/// Photos that clients may be putting at a time. Each holds a file and the room that it will take.
pub(super) const UPLOADS: usize = 32;

/// The slowest put that is waited for, in bytes a second; below it a client only holds one of the [`UPLOADS`].
pub(super) const UPLOAD_MIN_RATE: u64 = 32 * 1024;

/// Dials under way at a time: each is a thread, which a name that does not resolve may hold for half a minute.
pub(super) const MAX_DIALS: usize = 64;

/// Within this time of being accepted a connection's first frame must have arrived.
pub(super) const FIRST_FRAME: Duration = Duration::from_secs(10);

/// How long the other side of a link may take. They are values of a link, so that no test has to wait as long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadlines {
    /// How long a client may ask nothing before its link is closed.
    pub(super) quiet: Duration,
    /// Within this time of its first byte, or of when there is room for it, a frame must have arrived. A client that puts a
    /// photo begins the next chunk within the same time.
    pub(super) frame: Duration,
    /// Within this time [`WRITE_PIECE`] bytes must have been taken, or the other side is too slow.
    pub(super) write: Duration,
}

/// What a daemon grants: a frame with a chunk arrives in time over a line of 10 KB/s.
pub(super) const DEADLINES: Deadlines = Deadlines {
    quiet: Duration::from_secs(600),
    frame: Duration::from_secs(30),
    write: Duration::from_secs(30),
};

/// See [`Deadlines::write`].
pub(super) const WRITE_PIECE: usize = 64 * 1024;

/// How long one address may take to accept a dial.
pub(super) const DIAL: Duration = Duration::from_secs(5);

/// How long a link lives on after its last frame, so that the frame is read before unread input resets the connection.
pub(super) const LINGER: Duration = Duration::from_secs(2);

/// How long a link that is to be closed may take to send what waits, and the whole daemon when it stops.
pub(super) const CLOSE: Duration = Duration::from_secs(3);

/// How long the folder may take for its last jobs when the daemon stops; what is not done then is as after a crash.
pub(super) const LAST_JOBS: Duration = Duration::from_secs(10);

/// How often it is looked whether they are done.
pub(super) const LAST_JOBS_STEP: Duration = Duration::from_millis(5);

/// The first pause after `accept` has failed; each further failure doubles it, up to [`ACCEPT_PAUSE_MAX`]. Out of
/// files, `accept` fails at once, again and again.
pub(super) const ACCEPT_PAUSE: Duration = Duration::from_millis(5);

/// See [`ACCEPT_PAUSE`].
pub(super) const ACCEPT_PAUSE_MAX: Duration = Duration::from_secs(1);

/// The shortest pause between two walks through the folder.
pub(super) const WALK_PAUSE: Duration = Duration::from_secs(2);

/// The longest time without a walk, where the system tells of changes: it does not tell of all.
pub(super) const WALK_REST: Duration = Duration::from_secs(60);

/// A pause between walks is at least this many times the walk itself: watching costs 5 % of a disk at most.
pub(super) const WALK_SHARE: u32 = 20;

/// How often the folder does its own housekeeping.
pub(super) const HOUSEKEEPING: Duration = Duration::from_secs(1);

/// How often the disk's free room is told, in rounds of [`HOUSEKEEPING`].
pub(super) const ROOM_ROUNDS: u32 = 5;

/// Small pictures that wait to be sent on one link: the node has no more of them in its hands for one person's nodes.
pub(super) const PICTURES: usize = PREVIEWS_AT_WORK;

/// Of so many cores one draws small pictures.
pub(super) const CORES_A_DRAWER: usize = 4;

/// Of so many cores one reads photos anew that an earlier program has described: half of them, at the lowest priority.
pub(super) const CORES_A_REREADER: usize = 2;
