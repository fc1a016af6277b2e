//! Reports to clients about the collection and the mesh.

use super::View;
use super::wording::{as_what, only_here, spoken_bytes};
use crate::node::limits::{ALIASES_TOLD, AT_RISK, LIST_PAGE, PAGE_LOOKED_AT};
use crate::node::mesh::{Peer, Presence};
use crate::node::table::bounds::Bounds;
use crate::node::table::entry::Entry;
use crate::node::table::names::primary;
use crate::node::table::spread::Spread;
use crate::node::table::verdict::Verdict;
use crate::node::words::spoken;
use crate::photo::PhotoId;
use crate::protocol::client::{DiskReport, NodeReport, PhotoReport, StatusReport, TrashReport};
use crate::protocol::{Address, Answer, Holding, NodeId, count};

/// How many of the nodes are named that keep a photo which is in this one's trash.
const HOLDERS_NAMED: usize = 3;

impl View<'_> {
    /// A page of the collection, or only of what other groups may see of it.
    pub(super) fn list(&self, after: Option<PhotoId>, shared: bool) -> Answer {
        let table = &self.cx.table;
        let ids = table.after(after).map(|entry| entry.photo.id);
        let (entries, next) =
            self.page(ids, |entry| table.is_shown(entry) && (!shared || self.cx.is_shared(entry)));
        let (mut photos, mut looked_at) = (Vec::new(), 0);
        for entry in &entries {
            // A photo of many versions takes many look-ups: then there are fewer of them on a page.
            if looked_at >= PAGE_LOOKED_AT {
                let next = photos.last().map(|photo: &PhotoReport| photo.id);
                return Answer::Photos { photos, next };
            }
            let report = if shared { self.report_abroad(entry) } else { self.report(entry) };
            looked_at += 1 + report.versions as usize;
            photos.push(report);
        }
        Answer::Photos { photos, next }
    }

    /// A page of this node's own trash, and where the next page begins.
    pub(super) fn trash(&self, after: Option<PhotoId>) -> (Vec<TrashReport>, Option<PhotoId>) {
        let cx = self.cx;
        let (entries, next) = self.page(cx.table.mine_after(after), |entry| {
            let id = entry.photo.id;
            cx.table.is_in_my_trash(id) && !cx.custody.is_going(id)
        });
        (entries.into_iter().map(|entry| self.trash_report(entry)).collect(), next)
    }

    /// The first of these photos that are wanted, and the last one looked at if there may be more. A page ends after
    /// [`PAGE_LOOKED_AT`] photos were looked at, even if few of them were wanted.
    pub(super) fn page(
        &self,
        mut ids: impl Iterator<Item = PhotoId>,
        wanted: impl Fn(&Entry) -> bool,
    ) -> (Vec<&Entry>, Option<PhotoId>) {
        let mut page = Vec::new();
        let mut last = None;
        for id in ids.by_ref().take(PAGE_LOOKED_AT) {
            last = Some(id);
            page.extend(self.cx.table.get(id).filter(|entry| wanted(entry)));
            if page.len() == LIST_PAGE {
                break;
            }
        }
        (page, ids.next().and(last))
    }

    /// The state of the mesh.
    pub(super) fn status(&self) -> Answer {
        let cx = self.cx;
        let (wanted, sums) = (cx.copies(), cx.table.sums());
        let goal = self.goal();
        let at_risk = sums.few(goal).take(AT_RISK);
        let at_risk = at_risk.filter_map(|(photo, copies)| Some((cx.table.get(photo)?, copies)));
        let status = StatusReport {
            node: cx.me(),
            address: cx.config().address.clone(),
            copies_wanted: u32::try_from(wanted).unwrap_or(u32::MAX),
            nodes: self.node_reports(),
            photos: sums.shown() as u64,
            bytes: sums.one_of_each,
            duplicates: sums.hidden,
            under_replicated: sums.under(goal) as u64,
            over_replicated: sums.over(wanted) as u64,
            at_risk: at_risk.map(|(entry, copies)| self.risk(entry, copies)).collect(),
            trash: sums.in_my_trash,
            skipped_files: cx.folder.skipped(),
            damaged: cx.folder.damaged(),
            folder: cx.folder.report(),
            cache: self.copies.cache_report(),
            notes: self.notes(),
            news: self.drops.news_of_files(cx).collect(),
            revision: cx.table.revision() + cx.mesh.sharing_changes(),
        };
        Answer::Status(Box::new(status))
    }

    /// Over how many nodes and members the copies of each photo are to be spread, however few are here.
    fn goal(&self) -> Spread {
        Spread { nodes: self.cx.copies(), members: self.cx.goal_here().members }
    }

    /// A photo's line in a list.
    pub(super) fn report(&self, entry: &Entry) -> PhotoReport {
        let label = self.cx.table.label(entry.photo.id);
        let versions: Vec<&Entry> = self.worse_versions(entry).collect();
        let worse = versions.iter().flat_map(|other| other.facts.names.union(&other.facts.aliases));
        let own = entry.facts.names.union(&entry.facts.aliases);
        let mut aliases: Vec<String> =
            own.chain(worse).filter(|name| **name != label).cloned().collect();
        aliases.sort_unstable();
        aliases.dedup();
        aliases.truncate(ALIASES_TOLD);
        let times = versions.iter().filter_map(|other| other.facts.dated);
        PhotoReport {
            name: label,
            id: entry.photo.id,
            bytes: entry.photo.bytes,
            width: entry.photo.width,
            height: entry.photo.height,
            format: entry.photo.format,
            captured: entry.photo.captured.as_ref().map(|time| time.0.clone()),
            dated: times.chain(entry.facts.dated).min(),
            holders: entry.on_disk().collect(),
            originals: entry.on_disk().filter(|node| self.keeps_in_place(entry, *node)).collect(),
            aliases,
            versions: u32::try_from(versions.len()).unwrap_or(u32::MAX),
        }
    }

    /// The same for another group: nothing that says anything of other photos. A label does, if it tells the photo from
    /// another one of that name.
    pub(super) fn report_abroad(&self, entry: &Entry) -> PhotoReport {
        PhotoReport {
            name: primary(&entry.photo, &entry.facts).into_owned(),
            dated: entry.facts.dated,
            ..self.report(entry)
        }
    }

    /// Whether a node's owner lets their own photos move, or will when it has run for a while.
    fn will_pool(&self, node: NodeId) -> bool {
        if node == self.cx.me() { self.cx.config().pools } else { self.cx.pools(node) }
    }

    /// Whether a node's copy is its owner's own, which they do not let move.
    fn keeps_in_place(&self, entry: &Entry, node: NodeId) -> bool {
        let own = entry.holding(node) == Some(Holding::Original);
        own && (entry.is_kept_by(node) || !self.will_pool(node))
    }

    /// Which better version has taken a photo's place, and whose that is.
    fn replaced(&self, entry: &Entry, keeper: PhotoId) -> String {
        let cx = self.cx;
        let label = cx.table.label(keeper);
        let of = match cx.whose(keeper) {
            Some(node) if node == cx.me() => " of this node".to_owned(),
            Some(node) => format!(" of {}", cx.called(node)),
            None => String::new(),
        };
        let relation = as_what(cx.table.relation_to(entry, keeper));
        format!("a better version is in the collection: {label}{of}; this is {relation}")
    }

    /// What a person is told of a photo in this node's trash.
    pub(super) fn trash_report(&self, entry: &Entry) -> TrashReport {
        let keeper = match entry.verdict {
            Verdict::Loser(keeper) => Some(keeper),
            Verdict::Keeper => Some(entry.photo.id),
            Verdict::Absent | Verdict::Removed => None,
        };
        let removers = self.cx.table.removers(entry.photo.id);
        let reason = match keeper.filter(|keeper| *keeper != entry.photo.id) {
            Some(keeper) => self.replaced(entry, keeper),
            None if entry.verdict == Verdict::Removed => {
                format!("removed by its owner, {}", self.cx.owners_in_words(&removers))
            }
            None if removers.contains(&self.cx.my_member()) => {
                "removed by this node's owner, but others have it too".to_owned()
            }
            None => self.elsewhere(entry),
        };
        let names = entry.facts.names.iter().cloned().collect();
        TrashReport {
            names,
            id: entry.photo.id,
            bytes: entry.photo.bytes,
            keeper,
            reason,
            until_purged: self.cx.made_way_for_another(entry.photo.id),
            stay: None,
            companions: self.cx.folder.companions_of(entry.photo.id).to_vec(),
        }
    }

    /// Where a photo is that is in this node's trash because other nodes keep it.
    fn elsewhere(&self, entry: &Entry) -> String {
        let holders: Vec<NodeId> = entry.on_disk().collect();
        let named: Vec<String> =
            holders.iter().take(HOLDERS_NAMED).map(|node| self.cx.called(*node)).collect();
        let more = match holders.len() - named.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let nodes = format!("{}{more}", named.join(", "));
        let is_own = entry.holding(self.cx.me()) == Some(Holding::RetiredOriginal);
        match holders.len() {
            0 => "no node that is here has it in its folder now".to_owned(),
            _ if is_own && self.cx.config().pools => {
                format!("your own, moved to the pool (--pool): it is on {nodes} now")
            }
            1 => format!("{nodes} keeps the same photo"),
            _ => format!("{nodes} keep the same photo"),
        }
    }

    fn node_reports(&self) -> Vec<NodeReport> {
        let me = self.cx.me();
        let state = if self.cx.folder.is_scanned() {
            "this node"
        } else {
            "this node, scanning its folder"
        };
        let mut nodes =
            vec![self.node_report(me, &self.cx.config().address, true, state.to_owned())];
        for (node, peer) in self.cx.mesh.peers() {
            if peer.presence != Presence::Gone
                || self.cx.table.load(node).photos > 0
                || peer.copies > 0
            {
                let alive = matches!(peer.presence, Presence::Here { .. });
                nodes.push(self.node_report(
                    node,
                    &peer.address,
                    alive,
                    self.presence_in_words(node, peer),
                ));
            }
        }
        nodes.sort_by_key(|node| node.id);
        nodes
    }

    fn node_report(&self, id: NodeId, address: &Address, alive: bool, state: String) -> NodeReport {
        let load = match alive {
            true => self.cx.table.load(id),
            false => self.cx.table.last_told(id),
        };
        let (photos, bytes, originals) = (load.photos, load.bytes, load.originals);
        let space = self.cx.mesh.space_of(id).filter(|_| alive);
        let disk = DiskReport {
            capacity: space.map(|space| space.capacity),
            room: space.map(|space| space.room),
            fixed: if self.will_pool(id) { load.kept_bytes } else { load.original_bytes },
            pools: self.will_pool(id),
            draining: space.is_some_and(|space| space.draining),
        };
        let member = self.cx.mesh.member_of(id);
        let bridge = self.cx.mesh.bridge_of(id).filter(|_| alive).cloned();
        NodeReport {
            id,
            called: self.cx.called(id),
            address: address.clone(),
            alive,
            photos,
            bytes,
            originals,
            disk,
            member,
            bridge,
            state,
        }
    }

    fn presence_in_words(&self, node: NodeId, peer: &Peer) -> String {
        match peer.presence {
            Presence::Here { complete: true, .. } if self.cx.mesh.is_draining(node) => {
                "here; hands over what it has".to_owned()
            }
            Presence::Here { complete: true, .. } => "here".to_owned(),
            Presence::Here { complete: false, .. } => "here, still telling what it has".to_owned(),
            Presence::Away { since, until } => {
                let (gone, left) = (self.cx.now().since(since), until.since(self.cx.now()));
                let before = match peer.flaps {
                    0 => "",
                    _ => ": it has come and gone before",
                };
                let (gone, left) = (spoken(gone), spoken(left));
                if self.cx.mesh.is_draining(node) {
                    format!("away for {gone}; its photos are copied without waiting for it")
                } else if self.cx.table.last_known(node).photos == 0 {
                    format!("away for {gone}, waited for {left} more{before}")
                } else if self.cx.nodes_here_to_stay() > 1 {
                    format!("away for {gone}, its photos are copied in {left}{before}")
                } else {
                    format!("away for {gone}; no other node is here to copy its photos to")
                }
            }
            Presence::Gone => "gone: it is waited for no longer".to_owned(),
        }
    }

    /// A note for people about photos that are left out.
    fn bounds_note(&self) -> Option<String> {
        let (node, left_out) = self.cx.table.most_left_out()?;
        let called = self.cx.called(node);
        let Bounds { of_member, all } = self.cx.table.bounds;
        Some(format!(
            "{} of {called} left out: what one member tells takes up at most {} of this computer's \
             memory, and all tell of at most {all} photos",
            count(left_out, "photo"),
            spoken_bytes(of_member as u64)
        ))
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let (nodes, wanted) = (self.cx.nodes_here_to_stay(), self.cx.copies());
        if nodes < wanted {
            notes.push(format!("{wanted} copies are wanted, but {}", only_here(self.cx)));
        }
        let away = self.cx.table.sums().away;
        if away > 0 {
            let (be, them) = if away == 1 { ("is", "it") } else { ("are", "them") };
            let photos = count(away, "photo");
            notes.push(format!("{photos} {be} not listed: only nodes have {them} that are away"));
        }
        let held_up = if !self.cx.may_repair() {
            "nothing is copied or moved meanwhile"
        } else if !self.cx.is_settled() {
            "nothing is moved or given up meanwhile"
        } else {
            "it was waited for long enough"
        };
        for node in self.cx.incomplete() {
            notes.push(if node == self.cx.me() {
                format!("this node still looks through its folder; {held_up}")
            } else {
                format!("{} is still telling what it has; {held_up}", self.cx.called(node))
            });
        }
        if self.cx.folder.is_failing(self.cx.now()) {
            notes.push(
                "this node's folder could not be written: make room, or check its permissions"
                    .to_owned(),
            );
        }
        if self.cx.room() == 0
            && !self.cx.is_draining()
            && self.cx.folder.is_scanned()
            && self.cx.config().capacity != Some(0)
        {
            notes.push(
                "this node takes no photos of others now: its disk is failing, or as full as it may be \
                 (--capacity, --reserve)"
                    .to_owned(),
            );
        }
        notes.extend(self.bounds_note());
        if self.cx.folder.damaged() > 0 {
            notes.push(format!(
                "damage was found in {} since the start: check this disk",
                count(self.cx.folder.damaged(), "file")
            ));
        }
        notes
    }
}
