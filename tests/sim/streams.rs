//! Clients that get the beginning of a photo while the rest of it comes from other nodes.

use std::time::Duration;

use photomesh::node::{ClientEvent, CloseReason, Source, Spool};
use photomesh::photo::PhotoId;

use crate::agenda::Life;
use crate::world::World;

/// An answer that has begun.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stream {
    life: Life,
    photo: PhotoId,
    spool: Spool,
    /// When all is done that the folder was asked for before.
    opens_at: Duration,
    /// How many bytes the client has, or could have.
    sent: usize,
}

impl World {
    /// A client begins to get a photo that is still coming.
    pub(crate) fn begin_stream(&mut self, life: Life, client: usize, photo: PhotoId, spool: Spool) {
        let opens_at = self.hosts[life.host].daemon.as_ref().map(|daemon| daemon.lanes[0]);
        let opens_at = opens_at.unwrap_or_default();
        self.clients.streams.insert(client, Stream { life, photo, spool, opens_at, sent: 0 });
        self.go_on_streaming(life);
    }

    /// The spool files of a daemon have changed: whoever reads them gets more, or all, or is cut off.
    pub(crate) fn go_on_streaming(&mut self, life: Life) {
        if self.clients.streams.is_empty() {
            return;
        }
        let links = &self.clients.links;
        self.clients.streams.retain(|client, _| links.contains_key(client));
        let now = self.now;
        let open = |stream: &Stream| stream.life == life && stream.opens_at <= now;
        let ours = self.clients.streams.iter().filter(|(_, stream)| open(stream));
        let ours: Vec<(usize, Stream)> = ours.map(|(client, stream)| (*client, *stream)).collect();
        for (client, stream) in ours {
            let bytes = self.hosts[life.host].disk.spools.get(&stream.spool);
            let length = bytes.map(Vec::len).filter(|length| *length >= stream.sent);
            let all = self.library.photo(stream.photo).bytes as usize;
            match length {
                Some(length) if length < all => {
                    if let Some(stream) = self.clients.streams.get_mut(&client) {
                        stream.sent = length;
                    }
                }
                None if stream.sent == 0 => {
                    self.clients.streams.remove(&client);
                    self.answer_photo(life, client, stream.photo, Source::Spooled(stream.spool));
                }
                Some(_) if bytes.is_some_and(|bytes| PhotoId::of(bytes) == stream.photo) => {
                    self.clients.streams.remove(&client);
                    self.answer_photo(life, client, stream.photo, Source::Spooled(stream.spool));
                }
                Some(_) | None => self.cut_off(client, life),
            }
        }
    }

    /// An answer ends unfinished: the client knows by that, and its link is closed.
    fn cut_off(&mut self, client: usize, life: Life) {
        self.clients.streams.remove(&client);
        self.stats.cut_off += 1;
        if let Some(link) = self.clients.lose(client) {
            self.detach(life, link);
            let reason = CloseReason::Io("the photo did not come".to_owned());
            self.tell(life, Duration::ZERO, ClientEvent::Closed { link, reason });
        }
    }
}
