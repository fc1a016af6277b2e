//! The omniscient view: what must be true after every event.
//!
//! What concerns one event is judged here when it happens; what is lost, or repaired, by an [audit](crate::audit) now
//! and then.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use photomesh::node::{LinkId, Time};
use photomesh::photo::{Nonce, PhotoId, Relation};
use photomesh::protocol::{Holding, Message};

use crate::agenda::Life;
use crate::audit::{Audited, Judged};
use crate::budgets::Most;
use crate::flaws::{Flaw, Pulls, Rounds};
use crate::removals::Removed;
use crate::traitors::Traitors;
use crate::verdict;
use crate::world::World;

/// What the oracle remembers.
#[derive(Debug, Default)]
pub(crate) struct Oracle {
    /// The first broken promise.
    pub(crate) violation: Option<String>,
    /// Photos that were on as many disks as wanted once, or were acknowledged so: they must never be lost.
    pub(crate) safe: BTreeSet<PhotoId>,
    /// Photos of whose safety a client was told while fewer disks had them, and since when it waited for that: they may
    /// only go with a disk.
    pub(crate) alone: BTreeMap<PhotoId, Duration>,
    /// Photos that some disk had once.
    pub(crate) born: BTreeSet<PhotoId>,
    /// Every edit in place that was ever made.
    pub(crate) edits: BTreeSet<(PhotoId, PhotoId)>,
    /// Copies that faults have destroyed, and when; until they are there again.
    pub(crate) destroyed: BTreeMap<(usize, PhotoId), Duration>,
    /// The hosts whose disks were damaged since everything was last repaired.
    pub(crate) damaged: BTreeSet<usize>,
    /// Whether a folder was made unfit on purpose, so that its node may give up.
    pub(crate) may_exit: BTreeSet<usize>,
    /// Links on which a node has registered and not told all that it holds yet.
    pub(crate) half: BTreeSet<(Life, LinkId)>,
    /// Rounds of challenges: who asked for which photo, and when by the asker's clock.
    asked: BTreeMap<Nonce, (Life, PhotoId, Time)>,
    /// Which lives have given proofs that arrived, by round.
    proven: BTreeMap<Nonce, BTreeSet<Life>>,
    /// Promises that are not over: prover, photo and round, and until when.
    promised: BTreeMap<(Life, PhotoId, Nonce), Duration>,
    pub(crate) rounds: Rounds,
    pub(crate) pulls: Pulls,
    pub(crate) removed: Removed,
    pub(crate) traitors: Traitors,
    /// The hosts whose owners have emptied their trash by hand.
    pub(crate) emptied: BTreeSet<usize>,
    pub(crate) most: Most,
    /// The keeper of each photo, as last computed.
    pub(crate) keepers: Option<Judged>,
    /// What the last audit depended on.
    pub(crate) audited: Option<Audited>,
}

impl Oracle {
    pub(crate) fn broken(&mut self, text: String) {
        self.violation.get_or_insert(text);
    }
}

impl World {
    /// A promise is broken: the run ends here.
    pub(crate) fn broken_promise(&mut self, text: String) {
        let text = format!("{:.3}: {text}", self.now.as_secs_f64());
        self.trace.line(self.now, "ORACLE", &text);
        self.tape_fault(&text);
        self.oracle.broken(text);
    }

    /// The hosts whose disks really have a photo as a copy.
    pub(crate) fn holders(&self, photo: PhotoId) -> Vec<usize> {
        (0..self.hosts.len()).filter(|host| self.hosts[*host].disk.stores(photo)).collect()
    }

    /// How many voices count as holders of a photo, for this host.
    fn others(&self, host: usize, photo: PhotoId) -> usize {
        let holders = (0..self.hosts.len()).filter(|other| self.counts(*other, photo));
        self.voices(host, holders)
    }

    /// Whether a host has a photo as a copy, or had until a fault destroyed it a moment ago, which nobody can know.
    /// Until somebody notices, the bytes that are in the trash besides are as good: that is where they are proven from. And
    /// its owner may remove it, whatever their node has promised: then it is in the trash, and others hear of it later.
    pub(crate) fn counts(&self, host: usize, photo: PhotoId) -> bool {
        let disk = &self.hosts[host].disk;
        let unnoticed = disk.unnoticed.contains(&photo) && disk.has_bytes(photo);
        let destroyed = self.oracle.destroyed.get(&(host, photo));
        let removed = self.oracle.removed.by_owners.get(&(host, photo));
        let gone = [destroyed, removed].into_iter().flatten();
        let recently = gone.max().is_some_and(|at| *at + self.settings.pin > self.now);
        disk.stores(photo) || unnoticed || recently || self.is_believed(host)
    }

    pub(crate) fn exists(&self, photo: PhotoId) -> bool {
        self.hosts.iter().any(|host| host.disk.has_bytes(photo))
    }

    /// What a node says of its photos must be true of its disk.
    pub(crate) fn watch_message(&mut self, life: Life, message: &Message) {
        let host = life.host;
        if let Message::Challenge { photo, nonce } = message {
            self.watch_challenge(life, *photo);
            let sent = self.hosts[host].clock(self.now);
            let round = (life, *photo, sent);
            self.oracle.asked.entry(*nonce).or_insert(round);
        }
        // A round that is over says nothing about the next one, which may need no promise at all.
        if let Message::Release { nonce, .. } = message {
            self.oracle.asked.remove(nonce);
            self.oracle.proven.remove(nonce);
        }
        if let Message::Proof { nonce, proof: Some(_), .. } = message
            && let Some((_, photo, _)) = self.oracle.asked.get(nonce)
        {
            // A hair less than the pin time, whose end the prover sees at a tick of its own clock.
            let until = self.now + self.hosts[host].pin * 8 / 10;
            self.oracle.promised.insert((life, *photo, *nonce), until);
        }
        if self.has(Flaw::TrustBytes)
            && let Message::AskForImage { transfer, photo, .. } = message
        {
            self.oracle.pulls.insert((host, *transfer), *photo);
        }
        if let Message::Space(space) = message {
            self.hosts[host].told = Some(*space);
        }
        if matches!(message, Message::Leave { reason } if reason.starts_with("has handed over")) {
            self.watch_drained(host);
        }
        let Message::ImageInfo { records, gone, .. } = message else {
            return;
        };
        let disk = &self.hosts[host].disk;
        let stored_by_word =
            |photo: &PhotoId| disk.files.get(photo).is_some_and(|file| file.place.is_stored());
        let blind = records.iter().find_map(|record| {
            let (photo, better) = (record.photo.id, record.looks.yields_to?);
            let different = self.library.relation(photo, better) == Relation::Different;
            different.then_some((photo, better))
        });
        let lie = records
            .iter()
            .filter(|record| record.holding.is_stored())
            .map(|record| record.photo.id)
            .find(|photo| !stored_by_word(photo) && !disk.unnoticed.contains(photo));
        let denial =
            gone.iter().find(|photo| stored_by_word(photo) && !disk.unnoticed.contains(photo));
        let name = self.hosts[host].name.clone();
        if let Some((photo, better)) = blind {
            let (photo, better) = (self.library.name(photo), self.library.name(better));
            self.broken_promise(format!(
                "{name} accepts {better} in the place of {photo}, which is another picture"
            ));
        } else if let Some(photo) = lie {
            let photo = self.library.name(photo);
            self.broken_promise(format!("{name} announces {photo}, which is not on its disk"));
        } else if let Some(photo) = denial {
            let photo = self.library.name(*photo);
            self.broken_promise(format!("{name} says {photo} is gone, which is on its disk"));
        }
    }

    /// Notes how much of a node's table has come on a link.
    pub(crate) fn watch_arrival(&mut self, life: Life, link: LinkId, message: &Message) {
        // What a traitor has as their own, for a moment, says nothing.
        if self.far_host(life, link).is_some_and(|host| !self.has_lied(host)) {
            self.hear_owners(life, link, message);
        }
        if matches!(message, Message::Register(_)) {
            self.oracle.half.insert((life, link));
        } else if matches!(message, Message::ImageInfo { complete: true, .. }) {
            self.oracle.half.remove(&(life, link));
        } else if let Message::Release { photo, nonce } = message {
            self.oracle.promised.remove(&(life, *photo, *nonce));
        } else if let Message::Proof { nonce, proof: Some(_), .. } = message
            && let Some(prover) = self.far_life(life, link)
        {
            self.oracle.proven.entry(*nonce).or_default().insert(prover);
        }
    }

    /// How many voices have proven to a host's present life, in one round, that they have a photo.
    fn proofs(&self, host: usize, photo: PhotoId) -> usize {
        let life = self.hosts[host].life();
        let asked = self.oracle.asked.iter();
        let mine = asked.filter(|(_, (asker, of, _))| Some(*asker) == life && *of == photo);
        let proven = mine.filter_map(|(nonce, _)| self.oracle.proven.get(nonce));
        let voices =
            |provers: &BTreeSet<Life>| self.voices(host, provers.iter().map(|life| life.host));
        proven.map(voices).max().unwrap_or(0)
    }

    /// Whoever gives up a copy has promised nobody to keep it, and acts while the promises to itself hold, if it needs
    /// proofs of a photo.
    pub(crate) fn watch_promises(&mut self, host: usize, photo: PhotoId, proven: Option<PhotoId>) {
        let Some(life) = self.hosts[host].life() else {
            return;
        };
        let first = (life, photo, Nonce([0; 32]));
        let last = (life, photo, Nonce([255; 32]));
        let mut promises = self.oracle.promised.range(first..=last);
        let bound = promises.any(|(_, until)| *until > self.now);
        let mine = |(asker, of, sent): &(Life, PhotoId, Time)| {
            (*asker == life && Some(*of) == proven).then_some(*sent)
        };
        // With one copy wanted, a better version here is enough: nobody else is asked.
        let asks = proven == Some(photo) || self.settings.copies > 1;
        let rounds = self.oracle.asked.values().filter_map(mine);
        let sent = rounds.max().filter(|_| asks);
        let late = sent.is_some_and(|sent| {
            self.hosts[host].clock(self.now).since(sent) > self.hosts[host].pin / 2
        });
        let (name, photo) = (self.hosts[host].name.clone(), self.library.name(photo));
        if bound {
            self.broken_promise(format!("{name} gives up {photo}, which it has promised to keep"));
        } else if late {
            self.broken_promise(format!("{name} gives up {photo} when the promises may be over"));
        }
    }

    /// Nobody gives up a copy on half a table, unless it is that of a traitor who never told the rest: afterwards nobody
    /// waits for them at once.
    fn watch_challenge(&mut self, life: Life, photo: PhotoId) {
        let lied = |link: &LinkId| self.far_host(life, *link).is_some_and(|far| self.has_lied(far));
        let half = |link: &LinkId| self.oracle.half.contains(&(life, *link)) && !lied(link);
        let waits = self.open_links(life).iter().any(half);
        if waits {
            let (name, photo) = (self.hosts[life.host].name.clone(), self.library.name(photo));
            self.broken_promise(format!("{name} acts on {photo} before all tables are complete"));
        }
    }

    /// A node may only give up when its folder is unfit.
    pub(crate) fn watch_exit(&mut self, host: usize, error: &str) {
        if !self.oracle.may_exit.contains(&host) {
            let name = self.hosts[host].name.clone();
            self.broken_promise(format!("{name} gives up: {error}"));
        }
    }

    /// Only bytes that are the photo may become one of the folder's.
    pub(crate) fn judge_install(&mut self, host: usize, photo: PhotoId, found: PhotoId) {
        if photo != found {
            let (name, photo) = (self.hosts[host].name.clone(), self.library.name(photo));
            self.broken_promise(format!("{name} installs bytes as {photo} that are not it"));
        }
    }

    /// A copy goes to the trash: enough others must have it, or the better version.
    pub(crate) fn judge_put_away(
        &mut self,
        host: usize,
        photo: PhotoId,
        better: Option<(PhotoId, Relation)>,
    ) {
        if self.is_lying(host) {
            return;
        }
        let keeper = better.map(|(keeper, _)| keeper);
        self.watch_promises(host, photo, Some(keeper.unwrap_or(photo)));
        // Others may want more, and need not be known to it.
        let wanted = self.hosts[host].copies as usize;
        let (name, label) = (self.hosts[host].name.clone(), self.library.name(photo));
        match keeper {
            None => {
                self.stats.drops += 1;
                let others = self.others(host, photo);
                let proofs = self.proofs(host, photo);
                if others < wanted || proofs < wanted {
                    self.broken_promise(format!(
                        "{name} drops {label}, which {others} others hold and {proofs} have proven, and not {wanted}"
                    ));
                }
            }
            Some(keeper) => {
                self.stats.retirements += 1;
                let improves = self.improves(keeper, photo);
                let stored = self.hosts[host].disk.stores(keeper)
                    || self.oracle.destroyed.contains_key(&(host, keeper));
                // A keeper that was only fetched to be verified lies in a spool file and is no copy.
                let mut spools = self.hosts[host].disk.spools.values();
                let here = stored || spools.any(|bytes| PhotoId::of(bytes) == keeper);
                let others = self.others(host, keeper);
                let keeper = self.library.name(keeper);
                let noted = better
                    .map(|(keeper, relation)| (relation, self.library.relation(photo, keeper)));
                if let Some((noted, truth)) = noted.filter(|(noted, truth)| noted != truth) {
                    self.broken_promise(format!(
                        "{name} retires {label} as {noted:?}, and it is {truth:?}"
                    ));
                }
                if !improves {
                    self.broken_promise(format!(
                        "{name} retires {label} for {keeper}: no better version of it"
                    ));
                } else if !here || others + usize::from(stored) < wanted.min(2) {
                    self.broken_promise(format!(
                        "{name} retires {label} for {keeper}, which {others} others hold; itself: {here}"
                    ));
                }
            }
        }
    }

    /// A photo leaves the trash for good: enough others must have it, or a better version, or it is removed.
    pub(crate) fn judge_purge(&mut self, life: Life, photo: PhotoId) {
        self.stats.purges += 1;
        let host = life.host;
        if self.is_lying(host) || self.was_removed(life, photo) {
            return;
        }
        if self.has_made_way(host, photo) && !self.oracle.emptied.contains(&host) {
            let (name, photo) = (self.hosts[host].name.clone(), self.library.name(photo));
            return self.broken_promise(format!(
                "{name} deletes its own {photo}, which made way for another's version"
            ));
        }
        let wanted = self.hosts[host].copies as usize;
        let others = self.others(host, photo);
        let replaced = |better: &&std::sync::Arc<photomesh::photo::Photo>| {
            let here = self.counts(host, better.id);
            let copies = self.others(host, better.id) + usize::from(here);
            let all_there = self.library.relation(better.id, photo) == Relation::Same;
            all_there && self.improves(better.id, photo) && copies >= wanted.min(2)
        };
        // A variant may lie in trashes only.
        let elsewhere = self.voices(host, self.kept_by(photo).into_iter());
        let enough = others >= wanted || self.is_variant(photo) && elsewhere >= wanted;
        if !enough && self.library.all().find(replaced).is_none() {
            let (name, photo) = (self.hosts[host].name.clone(), self.library.name(photo));
            self.broken_promise(format!(
                "{name} purges {photo}, which {others} others hold, without a better version on {wanted} nodes"
            ));
        }
    }

    /// Whether a host's own photo made way for a better version that is not its own: only its owner deletes that (and may
    /// have removed it), unless there are enough exact copies.
    fn has_made_way(&mut self, host: usize, photo: PhotoId) -> bool {
        let keeper = self.judged().get(&photo).copied();
        let mut all = self.library.all();
        let has_better = all.any(|better| {
            let own = self.holding_of(host, better.id) == Some(Holding::Original);
            // What its person has just edited or deleted is still taken for theirs: the folder has not seen it yet.
            let was_own = self.hosts[host].disk.own_until_seen.contains(&better.id);
            (own || was_own) && self.improves(better.id, photo)
        });
        let was_own = self.holding_of(host, photo) == Some(Holding::RetiredOriginal);
        let copies = self.others(host, photo);
        let is_elsewhere = copies >= self.hosts[host].copies as usize;
        let is_worse = keeper.is_some_and(|keeper| keeper != photo);
        let is_wanted = !self.is_removed_by(photo, self.hosts[host].disk.owner());
        was_own && !has_better && is_worse && !is_elsewhere && is_wanted
    }

    /// Whether a photo may be put away as a variant of some better version.
    fn is_variant(&self, photo: PhotoId) -> bool {
        let mut all = self.library.all();
        all.any(|better| {
            self.library.relation(better.id, photo) == Relation::Variant
                && self.improves(better.id, photo)
        })
    }

    /// Whether one photo is a better version of another.
    pub(crate) fn improves(&self, better: PhotoId, worse: PhotoId) -> bool {
        let alike = self.library.relation(better, worse) != Relation::Different;
        let (better, worse) = (self.library.photo(better), self.library.photo(worse));
        alike && verdict::replaces(better, worse)
    }
}
