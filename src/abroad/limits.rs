//! How much a super-peer does for others at most, and how long it waits for them.

use std::time::Duration;

/// Connections of the own group's clients, and of other groups, at a time. Other groups' never take the place of a
/// client of the own one.
pub(super) const CLIENTS: usize = 64;
/// See [`CLIENTS`].
pub(super) const FOREIGNERS: usize = 64;

/// Connections that have not proven a key yet, of which one address has a quarter at most. Those who may come in have
/// places of their own.
pub(super) const ARRIVING: usize = 128;

/// Photos that are sent to other groups at a time, of which one group gets half at most: more, and who asks is told to
/// ask another super-peer.
pub(super) const GETS: usize = 4;

/// How long to wait until a super-peer that has enough to do is asked again.
pub(super) const BUSY: Duration = Duration::from_millis(500);

/// Links to the own daemon for all questions of other groups together: enough for the photos and something besides, and a
/// small part of what the daemon lets its owner's clients have.
pub(super) const LINKS: usize = GETS + 4;

/// How many pieces of a photo wait between the thread that receives and the one that sends. What the client does not
/// take is not asked of the other group: so a slow client stops all of them, back to the disk.
pub(super) const PIECES: usize = 4;

/// How many bytes may be on their way on each connection to another group. The uplink is the own group's first: a get
/// within the group, or a copy, must not wait behind seconds of photos for others. (With a round trip of 50 ms that
/// is some 500 kB a second and photo, which is a lot for who may only look.)
pub(super) const IN_FLIGHT: usize = 16 * 1024;

/// How often the log says at most that somebody was turned away.
pub(super) const TELL: Duration = Duration::from_secs(60);

/// How long a connection may take to be made.
pub(super) const DIAL: Duration = Duration::from_secs(5);

/// How long the other side may take for its handshake and its first frame.
pub(super) const FIRST_FRAME: Duration = Duration::from_secs(10);

/// How long somebody may be silent who is to answer, or to take bytes. For a photo there is more time, since it may have to
/// come over a home line first: what so many bytes a second take, up to a quarter of an hour.
pub(super) const SILENCE: Duration = Duration::from_secs(60);
/// See [`SILENCE`].
pub(super) const SLOWEST: u64 = 16 * 1024;
/// See [`SILENCE`].
pub(super) const LONGEST: Duration = Duration::from_secs(15 * 60);

/// How long a connection may wait for the next question.
pub(super) const IDLE: Duration = Duration::from_secs(120);

/// How often other groups are asked for what they share, and the own daemon for what its group does.
pub(super) const ROUND: Duration = Duration::from_secs(30);

/// No more than one group is asked in this time, in the long run: in a circle of 400 each comes up every quarter of an
/// hour.
pub(super) const PACE: Duration = Duration::from_secs(2);

/// Of how many other groups one is told at a time.
pub(super) const TOLD: usize = 8;

/// How often somebody is tried who has not answered yet: a circle is complete soon after its last super-peer has
/// started.
pub(super) const EAGER: Duration = Duration::from_secs(2);

/// How many super-peers are asked at the same time.
pub(super) const ASKED: usize = 8;

/// A group that has not answered for so long is forgotten: a week.
pub(super) const FORGET: Duration = Duration::from_secs(7 * 24 * 3600);

/// The most addresses that are tried by the word of others, and for how long one is not tried again that did not answer.
pub(super) const HEARSAY: usize = 64;
/// See [`HEARSAY`].
pub(super) const DOUBT: Duration = Duration::from_secs(3600);

/// Of how many of those it is remembered.
pub(super) const DOUBTED: usize = 1024;

/// How many addresses of one host name are tried.
pub(super) const CANDIDATES: usize = 2;

/// How many photos one page tells another group of.
pub(super) const PAGE: usize = 256;

/// The longest answer of another group but for photos, in bytes: twice a page as a daemon makes it, and more than the
/// largest small picture.
pub(super) const ANSWER: usize = 2 * 1024 * 1024;

/// The longest greeting, in bytes: with as many removals as a group can have.
pub(super) const GREETING: usize = 64 * 1024;

/// The longest that all labels of another group may take to come.
pub(super) const LABELS_TIME: Duration = Duration::from_secs(60);

/// The most photos in all pages of one list of labels.
pub(super) const LABELS: usize = 1_000_000;
