//! Every limit and deadline of the core, with its reason.

use std::time::Duration;

use crate::photo::MAX_PHOTO;
use crate::protocol::MAX_CHUNK;

/// Tick interval: far shorter than any deadline, far longer than a tick takes.
pub const TICK: Duration = Duration::from_millis(100);

/// A longer gap between two events means that this thread was stopped (a suspended laptop, `SIGSTOP`): ticks come
/// twenty times as often. For the node, no time passes in such a gap.
pub const PAUSE: Duration = Duration::from_secs(2);

/// How long a link may be quiet before a heartbeat is sent on it.
pub const HEARTBEAT: Duration = Duration::from_secs(1);

/// A node that was silent for this long is down: ten heartbeats, so that a loaded machine is not taken for a dead one.
pub const SILENCE: Duration = Duration::from_secs(10);

/// How long a new link may take to say who it is.
pub const REGISTER: Duration = Duration::from_secs(10);

/// The first pause before an address is dialed again; doubled each time.
pub const REDIAL_MIN: Duration = Duration::from_millis(500);

/// The longest pause before an address is dialed again: a node that comes back is found within it.
pub const REDIAL_MAX: Duration = Duration::from_secs(10);

/// How long the higher of two nodes that hear of each other leaves the dialing to the lower one, so that they rarely
/// dial at once.
pub const DIAL_COURTESY: Duration = Duration::from_secs(2);

/// How long a photo's holders and verdict must be unchanged before any node acts on them: longer than an announcement
/// takes to reach all nodes.
pub const SETTLE: Duration = Duration::from_secs(2);

/// How long a photo that is new to a folder, or has lost a holder, must be unchanged before it is copied: until whoever is
/// here and has it, too, has had the time to say so. A copy too many does no harm.
pub const URGENT_RESTS: Duration = Duration::from_millis(200);

/// How long changes of a photo can put off that it is copied: else one member that has it and changes its mind each
/// second would keep all others from that. Giving up copies waits for a rest in any case.
pub const UNREST: Duration = Duration::from_secs(30);

/// How often people are told that nobody can be joined yet.
pub const JOIN_TOLD: Duration = Duration::from_secs(60);

/// How much later each next candidate trims if the one before it in the order did not: that may be pinned, or not
/// willing.
pub const STAGGER: Duration = Duration::from_secs(3);

/// How long a worse version waits for its better one to be compared before it gets its copies like any other photo; and
/// how long it stays where it is when another node, whose verdict differs, wants it kept.
pub const DOUBT: Duration = Duration::from_secs(120);

/// How many of a folder's own files can go to its trash within [`RATE_SPAN`] because of other nodes: more than a person
/// puts by hand, and few enough to leave time to notice.
pub const RATE_FILES: usize = 50;

/// In a large folder it is one of its own files in this many: 5 %.
pub const RATE_SHARE: usize = 20;

/// See [`RATE_FILES`].
pub const RATE_SPAN: Duration = Duration::from_secs(3600);

/// How long people are told of their files that went: as long as these lie in the trash, if nobody sets another time.
pub const GONE_TOLD: Duration = Duration::from_secs(30 * 24 * 3600);

/// For how many of the files that went last it is looked up whose versions took their places.
pub const GONE_LOOKED_AT: usize = 1024;

/// How long until an action that was not possible is tried again.
pub const RETRY: Duration = Duration::from_secs(5);

/// How long a photo is left alone after the disk could not move it: each try makes others read the photo, and missing
/// permissions do not change in seconds.
pub const STUCK: Duration = Duration::from_secs(600);

/// A node that refused or failed is left out this long when targets are chosen.
pub const SKIP: Duration = Duration::from_secs(60);

/// How long an offer may go without a sign of progress before its target counts as failed.
pub const OFFER: Duration = Duration::from_secs(60);

/// How long a node may take to offer something to one that wants to relieve it.
pub const RELIEF: Duration = Duration::from_secs(5);

/// A pull that a client waits for goes on to the next holder when that one sent nothing at all for this long. On a home
/// line the first byte comes after some seconds if others are being served there; and if it never comes, there is time
/// for one more holder. Longer than [`SILENCE`]: a holder whose line is cut counts as lost, and is waited for, and not as
/// one that does not deliver.
pub const GET_STALL: Duration = Duration::from_secs(12);
const _: () = assert!(GET_STALL.as_secs() > SILENCE.as_secs());

/// A pull for safety goes on to the next holder when that one sent nothing at all for this long: gets are served before
/// it.
pub const REPLICATE_STALL: Duration = Duration::from_secs(30);

/// How long a pull of which something has come waits for a holder whose link was lost. It is dialed again within
/// [`REDIAL_MAX`], and then goes on where it has stopped. A client that reads along waits longer.
pub const RETURN: Duration = Duration::from_secs(30);

/// A pull goes on to the next holder, too, when after this time it has come more slowly than [`PULL_MIN_RATE`].
pub const PULL_START: Duration = Duration::from_secs(60);

/// The slowest transfer that a pull still waits for, in bytes a second, what comes before it included: a home line of 1
/// Mbit/s sends 90 KB of photos a second, to ten nodes at once. Else a byte now and then would hold a photo up for ever
/// that another holder has, too.
pub const PULL_MIN_RATE: u64 = 8 * 1024;

/// A get of a small photo is answered within this time, with the photo or without, if nobody else waits for one.
pub const GET: Duration = Duration::from_secs(20);

/// The slowest transfer that a get still waits for, in bytes a second: two or three at a time on a home line of 1 Mbit/s.
pub const GET_MIN_RATE: u64 = 32 * 1024;

/// How long a put waits for its copies before it is answered with a warning.
pub const PUT: Duration = Duration::from_secs(10);

/// How long a client waits while its photos are removed (tables may be incomplete, or a promise may hold a copy back),
/// or while the trash is emptied.
pub const REMOVE: Duration = Duration::from_secs(20);

/// The most tombstones of one owner. They are kept for good, so no member can make any number of them; and nobody
/// removes ten thousand photos one by one.
pub const TOMBSTONES_OF_OWNER: usize = 10_000;

/// The most tombstones of all owners together, even where there is no group and a node invents owners. In a group each
/// carries its certificate, and takes some 3 KB: so one member's take 30 MB, and only twenty members can fill this.
pub const TOMBSTONES: usize = 200_000;

/// How much memory may be taken up by what one other member tells of photos, in bytes. Photos that this node does not
/// have itself, with a name and an owner, take 2.4 KB if that member alone has them, and half of that if another one
/// has them, too: that makes 110,000 or 210,000.
pub const MEMORY_OF_MEMBER: usize = 256 * 1024 * 1024;

/// The table takes no photo of others beyond this size: a gigabyte of memory or somewhat more.
pub const PHOTOS: usize = 1_000_000;

/// A node that has done nothing for so long about a photo that it looks after, and that has too few copies, is passed
/// over: it may be a liar. Long enough for one that is only slow; what is copied twice meanwhile is trimmed.
pub const PASS_OVER: Duration = Duration::from_secs(10 * 60);

/// How long a leaving node hands over photos that only it holds.
pub const LEAVE: Duration = Duration::from_secs(15);

/// A node that was to hand over all that it has, and stayed after all, is not heeded for so many times the grace when it
/// wants that again: else the others would make all copies anew each time. An hour, as a rule; and twice as long each time,
/// up to [`FLAPS_MAX`] times.
pub const DRAIN_RESTS: u32 = 6;

/// How long it must have been so that nothing is left to hand over before that is said. Longer than [`SILENCE`]: who counts
/// as here may be dead.
pub const DRAINED: Duration = Duration::from_secs(15);
const _: () = assert!(DRAINED.as_secs() > SILENCE.as_secs());

/// When that is said, the node leaves so much later: whoever asks now and then hears of it.
pub const DRAIN_TOLD: Duration = Duration::from_secs(5);

/// How long a node's new wish for copies rests before it counts: each change puts all photos on the agenda, and so a
/// node that came again and again with another wish would keep all others at work.
pub const WISH_RESTS: Duration = Duration::from_secs(60);

/// How many times the grace is waited for a member who has not told all their photos, before copies are given up without
/// them; to make copies, it is one grace. Long enough for a large folder to be looked through, most times. And so many
/// times as long takes it until all of that waiting is made up for.
pub const PATIENCE: u32 = 10;

/// How often the grace of a flapping node doubles at most: to sixteen times.
pub const FLAPS_MAX: u32 = 4;

/// How many times longer the grace is when more than half of the nodes vanish at once: this node is cut off, then.
pub const CUT_OFF_GRACE: u32 = 4;

/// The most records in one page: a page is made in well under a millisecond and stays far below the frame limit.
pub const PAGE_RECORDS: usize = 256;

/// A page ends early at about this size in bytes, half of the largest frame.
pub const PAGE_BYTES: usize = 512 * 1024;

/// The most items in one answer to a client's `List`, `TrashList` or `Duplicates`.
pub const LIST_PAGE: usize = 256;

/// How many versions of one picture are known as such by the word of others: more than a family makes of a photo.
pub const VERSIONS: usize = 64;

/// How many photos that had too many neighbours look for others in one step, when some are gone.
pub const CROWDED_PER_STEP: usize = 16;

/// How many photos of one name, or of one beginning of an id, a look-up goes through at most. Names are free, and so a
/// member can give one name to any number of photos.
pub const CANDIDATES: usize = 1024;

/// How many of them are named to a person who has to choose.
pub const CANDIDATES_NAMED: usize = 20;

/// How many photos are looked at for one page, at most: a step of a millisecond or two.
pub const PAGE_LOOKED_AT: usize = 4096;

/// The most other names of a photo that are told to a person.
pub const ALIASES_TOLD: usize = 64;

/// The most photos named as at risk in a status.
pub const AT_RISK: usize = 100;

/// The most photos named to a person that stay in the trash though they wanted them deleted.
pub const KEPT_TOLD: usize = 20;

/// How many verdicts, and how many reviews, one step computes at most.
pub const WORK_PER_STEP: usize = 64;

/// How many entries of the table one step looks at or changes, at most: a few milliseconds. Nothing enforces it, since
/// the other limits here add up to less; the simulator checks every step against it.
pub const STEP_WORK: u64 = 16 * 1024;

/// The most photos of a fuller node to look at for one that could move. Each search starts elsewhere.
pub const MOVES_LOOKED_AT: usize = 512;

/// How many photos of a node that came or went one step looks at.
pub const SWEEP: usize = 256;

/// The most bytes that another node is sent for one question. Earlier programs ask for so many.
pub const WINDOW: u64 = 16 * MAX_CHUNK as u64;

/// As many bytes are asked for at a time as come from a holder in this time. Half of it is left for the next question, which
/// may wait for two seconds in the queues of a slow line; meanwhile a get must not run out of windows, for then copies
/// are sent in its place. Longer, and gets would wait for long behind each other.
pub const WINDOW_SPAN: Duration = Duration::from_secs(4);

/// How many bytes are asked for while it is not known how fast a holder is, and the least and the most: a second of a
/// home line; a piece of a photo; enough for a fast line to a distant node, and few enough to wait in memory.
pub const WINDOW_FIRST: u64 = 256 * 1024;
/// See [`WINDOW_FIRST`].
pub const WINDOW_LEAST: u64 = 64 * 1024;
/// See [`WINDOW_FIRST`].
pub const WINDOW_MOST: u64 = 1024 * 1024;

/// The most pulls for safety at a time; the others wait in line.
pub const PULLS: usize = 8;

/// The most pulls for clients at a time; the others wait in line.
pub const GETS: usize = 64;

/// For how many photos of other nodes the clients of another member wait at a time at most, so that some of the pulls are
/// left for the owner, and for the others.
pub const GETS_OF_MEMBER: usize = 16;

/// A pull for safety is begun at a holder that has less than so many windows to send here: the next photo is in line when
/// one ends, and small ones need not wait for one another.
pub const PULLS_IN_LINE: u64 = 2;

/// The same for clients: what several of them wait for comes at the same time.
pub const GETS_IN_LINE: u64 = 4;

/// The most pulls in line; a node with more of them answers offers with "full".
pub const PULL_QUEUE: usize = 1024;

/// Of how many photos it is remembered that wrong bytes of them have come: more than a liar can have pulled between two
/// tries of a client.
pub const DOUBTED: usize = 4096;

/// For how many bytes a photo counts at least that is kept for clients, however small it is: so many files lie there at
/// most.
pub const CACHED_LEAST: u64 = 64 * 1024;

/// One photo takes at most one part in so many of what is kept for clients.
pub const CACHED_PART: u64 = 4;

/// The most windows being sent on one link at a time.
pub const SERVING: usize = 128;

/// When no holder has said anything about a small picture for so long, who waits for it is told that nobody could deliver
/// it: people scroll on.
pub const PREVIEW: Duration = Duration::from_secs(5);

/// After this time another holder is asked for a small picture as well: the one that was asked may be a slow computer.
pub const PREVIEW_NEXT: Duration = Duration::from_secs(2);

/// The longest that a small picture is waited for, however slowly it comes: as many of a grid's largest ones as a node is
/// asked for at a time take half as long on a home line of 1 Mbit/s.
pub const PREVIEW_MOST: Duration = Duration::from_secs(30);

/// For how many small pictures the clients of this node's owner wait at a time: each browser asks for some six, and a
/// gallery passes on what a few of them ask for.
pub const PREVIEWS_WANTED: usize = 128;

/// The same for the clients of each other member: a few rows of a grid.
pub const PREVIEWS_OF_MEMBER: usize = 16;

/// How many photos the disk is to draw for the owner at a time: enough for all threads that draw. The others wait in
/// line, and who hangs up leaves it.
pub const DRAWN_FOR_OWNER: usize = 8;

/// The same for all other members' clients together: while one is drawn the next is looked up.
pub const DRAWN_FOR_MEMBERS: usize = 2;

/// What is kept of answers that have not come in full, in bytes: each of those small pictures once, if it is not one of
/// the largest. Several nodes may be sending each.
pub const PREVIEW_PIECES: usize = 64 << 20;

/// The most small pictures that one node is asked for at a time, and that this one has in line for one person's nodes: a
/// screen full of them.
pub const PREVIEWS_OF_NODE: usize = 32;

/// How much of that a node is asked for while nobody waits for it but other members: the other half is for the owner.
pub const ASKED_FOR_MEMBERS: usize = PREVIEWS_OF_NODE / 2;

/// How many of one person's are being drawn or sent: while one is sent the next is drawn. Of the largest these are 3 MB.
pub const PREVIEWS_AT_WORK: usize = 2;

/// The most open offers to one target, so that a new node is not buried.
pub const OFFERS_PER_NODE: usize = 8;

/// The most open offers of one node.
pub const OFFERS: usize = 64;

/// The most photos moved at a time from a fuller disk to an emptier one.
pub const RELIEF_PHOTOS: u32 = 16;

/// How many bytes of photos are moved at a time, but for one that is larger: some minutes of a home line, after which
/// anything else has its turn.
pub const RELIEF_BYTES: u64 = 64 * 1024 * 1024;

/// The most rounds of challenges of one node at a time.
pub const ROUNDS: usize = 32;

/// The most second looks of a node at a time, including those whose pulls still run: as many as pulls for safety, so
/// that the next is ready when the disk's thread has compared one.
pub const LOOKS: usize = 8;

/// The most proofs that one link waits for.
pub const PROOFS_PER_LINK: usize = 64;

/// How many bytes a node reads within [`READ_SPAN`] to prove photos to one other member: a photo of the largest size.
pub const PROOF_BYTES: u64 = MAX_PHOTO;

/// How many bytes of photos a node reads within [`READ_SPAN`] to draw them for a whole screen, for one other member: as
/// many as a quarter of a core decodes, which is some fifty photos.
pub const DRAWING_BYTES: u64 = MAX_PHOTO;

/// See [`PROOF_BYTES`].
pub const READ_SPAN: Duration = Duration::from_secs(60);

/// What a challenge, or a photo that is to be drawn, counts at least, in bytes: to find and open a small file takes as
/// long.
pub const READ_LEAST: u64 = 64 * 1024;

/// The most promises a node gives at a time; further challenges are refused.
pub const PINS: usize = 16 * 1024;

/// The most nodes a mesh may have: every node keeps a link to every other. Those count that are here, or were lately.
pub const NODES: usize = 512;

/// The most nodes of one member: more computers than anybody has.
pub const NODES_OF_MEMBER: usize = 64;

/// How long a node that is not here is dialed, told to others and counted, by this node's running.
pub const LATELY: Duration = Duration::from_secs(30 * 24 * 3600);

/// A node that was never here for so long at a time is a stranger: it does not count when it is not here.
pub const STAYED: Duration = Duration::from_secs(60);

/// How long a stranger is dialed: whoever has lost new friends in their first minute finds them again.
pub const STRANGER: Duration = Duration::from_secs(24 * 3600);

/// The most nodes known only by hearsay, and the most strangers that are not here: a real one is met within seconds, and
/// stays.
pub const UNMET: usize = 64;

/// How often one of the other nodes, each in its turn, is told again which nodes are here. Seldom, since it is news
/// only if two nodes could not reach each other when they were told of each other.
pub const REANNOUNCE: Duration = Duration::from_secs(60);

/// A disk that has room for less than one part in this many of its capacity is nearly full: 5 %.
pub const NEARLY_FULL: u64 = 20;

/// The room left free on a disk, in bytes: a system with a full disk fails in worse ways than photomesh does.
pub const ROOM_MARGIN: u64 = 32 * 1024 * 1024;
