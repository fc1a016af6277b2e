//! One of everything that daemons say to each other and clients ask: real values, so that no seed is ever out of date.

use std::collections::BTreeMap;
use std::iter::successors;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use photomesh::photo::{
    CaptureTime, Fingerprint, Format, Nonce, Photo, PhotoId, PreviewSize, Proof, Relation,
};
use photomesh::protocol::client::DrainOrder;
use photomesh::protocol::group::{GroupFile, Roster};
use photomesh::protocol::message::{AskId, Lane, OfferReply, PROTOCOL, Register, TransferId};
use photomesh::protocol::{
    Address, Blob, Boot, Facts, Holding, Looks, MemberFile, MemberName, Membership, Message,
    NodeId, NodeName, Record, Request, Revocation, Space, Tombstone, Visit, Wish,
};

const PHOTO: PhotoId = PhotoId([7; 32]);
const NONCE: Nonce = Nonce([5; 32]);
const TRANSFER: TransferId = TransferId(1);
const ASK: AskId = AskId(2);

/// Every message.
pub(crate) fn messages() -> Vec<Message> {
    let first = Message::Register(Register {
        protocol_min: PROTOCOL.0,
        protocol_max: PROTOCOL.1,
        features: features(),
        node: NodeId(1),
        boot: Boot(2),
        member: Some(membership()),
        name: Some(NodeName::like("nas")),
        address: Address::new("anna", 5000),
        copies: 2,
        pin_ms: 60_000,
        keep_originals: true,
        share: true,
        bridge: Some(Address::new("anna", 5100)),
    });
    successors(Some(first), message_after).collect()
}

/// What a side can, beyond what each can.
fn features() -> Vec<String> {
    vec!["attachments".to_owned()]
}

/// Every request.
pub(crate) fn requests() -> Vec<Request> {
    let MemberFile { key, certificate, .. } = ana();
    let member = Some(Box::new(Visit::sign(&certificate, &key, &[3; 32])));
    let first = Request::RegisterClient { name: "ana".to_owned(), member, features: features() };
    successors(Some(first), request_after).collect()
}

/// A member of a group.
pub(crate) fn ana() -> MemberFile {
    let mut group = GroupFile::new([1; 32], [2; 32]);
    group.invite("ana".parse().expect("a name"), [3; 32], 1_790_000_000).expect("room in the group")
}

/// The node that is ana's.
pub(crate) fn membership() -> Box<Membership> {
    let MemberFile { key, certificate, .. } = ana();
    Box::new(Membership::sign(&certificate, &key, [4; 32]))
}

/// They stand in a row, and a new one does not compile before it has its place there.
fn message_after(message: &Message) -> Option<Message> {
    Some(match message {
        Message::Register(_) => Message::ConnectionUpdate {
            roster: Roster::default(),
            nodes: BTreeMap::from([(NodeId(1), Address::new("127.0.0.1", 5000))]),
        },
        Message::ConnectionUpdate { .. } => Message::RequestInfo,
        Message::RequestInfo => page(),
        Message::ImageInfo { .. } => Message::KeepThis { photo: photo(), facts: facts() },
        Message::KeepThis { .. } => {
            Message::KeepAnswer { photo: PHOTO, verdict: OfferReply::Accept }
        }
        Message::KeepAnswer { .. } => Message::Relieve { photos: 3, bytes: Some(1 << 20) },
        Message::Relieve { .. } => Message::Space(Space {
            capacity: 1 << 40,
            room: 1 << 30,
            pools: false,
            draining: false,
        }),
        Message::Space(_) => Message::AskForImage {
            transfer: TRANSFER,
            photo: PHOTO,
            offset: 0,
            length: 196_608,
            lane: Lane::Get,
        },
        Message::AskForImage { .. } => {
            Message::Chunk { transfer: TRANSFER, offset: 0, data: Blob::from(vec![0, 1, 2, 3]) }
        }
        Message::Chunk { .. } => {
            Message::NoImage { transfer: TRANSFER, reason: "it is gone".to_owned() }
        }
        Message::NoImage { .. } => Message::Cancel { transfer: TRANSFER },
        Message::Cancel { .. } => {
            Message::AskForPreview { ask: ASK, photo: PHOTO, size: PreviewSize::Grid }
        }
        Message::AskForPreview { .. } => Message::Preview {
            ask: ASK,
            bytes: 7,
            offset: 2,
            image: Blob::from(vec![0xff, 0xd8, 0xff, 0xff, 0xd9]),
        },
        Message::Preview { .. } => Message::NoPreview {
            ask: ASK,
            undrawable: true,
            later: true,
            reason: "a raw file".to_owned(),
        },
        Message::NoPreview { .. } => Message::Challenge { photo: PHOTO, nonce: NONCE },
        Message::Challenge { .. } => Message::Proof {
            nonce: NONCE,
            proof: Some(Proof([6; 32])),
            refused: Some("busy".to_owned()),
            wait: Some(7),
        },
        Message::Proof { .. } => Message::Release { photo: PHOTO, nonce: NONCE },
        Message::Release { .. } => Message::Heartbeat,
        Message::Heartbeat => Message::Leave { reason: "stopped".to_owned() },
        Message::Leave { .. } => Message::Error { error: "\u{1f600} \"\\\0".to_owned() },
        // Nobody says what he does not know.
        Message::Error { .. } | Message::Unknown => return None,
    })
}

/// The same for requests.
fn request_after(request: &Request) -> Option<Request> {
    let (name, image_name) = ("a.jpg".to_owned(), "\u{1f600}.jpg".to_owned());
    let after = Some(PHOTO);
    Some(match request {
        Request::RegisterClient { .. } => Request::GetImageList,
        Request::GetImageList => Request::GetImageRequest { image_name },
        Request::GetImageRequest { .. } => Request::GetExact { photo: PHOTO, shared: true },
        Request::GetExact { .. } => {
            Request::GetPreview { photo: PHOTO, size: PreviewSize::View, shared: true }
        }
        Request::GetPreview { .. } => Request::Put { name, bytes: 7, dated: None },
        Request::Put { .. } => Request::Chunk { data: Blob::from(vec![0, 1, 2, 3, 4]) },
        Request::Chunk { .. } => Request::List { after, shared: true },
        Request::List { .. } => Request::Explain { image_name, exact: true, shared: true },
        Request::Explain { .. } => Request::Duplicates { after },
        Request::Duplicates { .. } => Request::Similar { photo: photo() },
        Request::Similar { .. } => Request::Distinct { image_names: vec![name, image_name] },
        Request::Distinct { .. } => Request::Status,
        Request::Status => Request::Members,
        Request::Members => Request::Tell { removal: Box::new(removal()) },
        Request::Tell { .. } => Request::Forget { node: "ben/laptop".to_owned() },
        Request::Forget { .. } => Request::Drain { order: DrainOrder::Begin },
        Request::Drain { .. } => Request::TrashList { after },
        Request::TrashList { .. } => Request::TrashRestore { image_name },
        Request::TrashRestore { .. } => Request::TrashPurge { older_than: 30 },
        Request::TrashPurge { .. } => Request::PlanRemoval { image_name },
        Request::PlanRemoval { .. } => Request::Remove { photos: vec![PHOTO] },
        Request::Remove { .. } => Request::Groups,
        Request::Groups => Request::Abroad {
            group: "porto~09ab".to_owned(),
            ask: Box::new(Request::GetExact { photo: PHOTO, shared: false }),
        },
        Request::Abroad { .. } => return None,
    })
}

/// Ana is removed.
fn removal() -> Revocation {
    Revocation::sign(
        &SigningKey::from_bytes(&[2; 32]),
        "ana".parse().expect("a name"),
        1_790_000_001,
    )
}

/// A page with one of everything.
fn page() -> Message {
    let known = Record {
        photo: photo(),
        facts: Arc::new(facts()),
        holding: Holding::Original,
        looks: looks(),
    };
    let plain = Record {
        photo: Arc::new(Photo::opaque(PHOTO, 1)),
        facts: Arc::default(),
        holding: Holding::RetiredOriginal,
        looks: Looks::default(),
    };
    let key = SigningKey::from_bytes(&[1; 32]);
    Message::ImageInfo {
        records: vec![known, plain],
        gone: vec![PHOTO],
        tombstones: vec![Tombstone::sign(&key, PHOTO, 3, Wish::Removed)],
        complete: true,
    }
}

/// What second looks have found.
fn looks() -> Looks {
    let mut looks = Looks::default();
    looks.note(PhotoId([7; 32]), Relation::Different);
    looks.note(PHOTO, Relation::Variant);
    looks
}

/// A photo of which all is known.
fn photo() -> Arc<Photo> {
    let fingerprint = Fingerprint::made_up(&[0x5a; 73], &[0x5a; 73], &[]);
    Arc::new(Photo {
        format: Format::Jpeg,
        width: 640,
        height: 480,
        colour: true,
        camera: true,
        captured: Some(CaptureTime("2021-06-13T18:42:07.25".to_owned())),
        fingerprint,
        ..Photo::opaque(PHOTO, 7)
    })
}

fn facts() -> Facts {
    Facts {
        names: ["a.jpg".to_owned(), "b".to_owned()].into(),
        aliases: ["c".to_owned()].into(),
        distinct: [PhotoId([9; 32])].into(),
        owners: [MemberName::of_node(NodeId(1))].into(),
        dated: "2019-07-14T12:00:01".parse().ok(),
        kept: true,
    }
}
