//! Whatever is said comes out of the wire as it went in: every message, every request and every answer.

use std::sync::Arc;

use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::answers::answer;
use super::group::{membership, removal, visit};

use crate::photo::{Nonce, Photo, PhotoId, PreviewSize, Proof, Relation};
use crate::protocol::client::DrainOrder;
use crate::protocol::codec::{
    MAX_FRAME, decode, read_frame, write_answer, write_image, write_message, write_request,
};
use crate::protocol::group::Roster;
use crate::protocol::message::{AskId, Lane, OfferReply, Register, TransferId};
use crate::protocol::{
    Address, Answer, Blob, Boot, Facts, Few, FileTime, Holding, Looks, MemberName, Message, NodeId,
    NodeName, Record, Request, Space, Tombstone, Wish,
};

pub(super) fn photo_id() -> impl Strategy<Value = PhotoId> {
    any::<[u8; 32]>().prop_map(PhotoId)
}

fn photo() -> impl Strategy<Value = Arc<Photo>> {
    (photo_id(), any::<u64>()).prop_map(|(id, bytes)| Arc::new(Photo::opaque(id, bytes)))
}

fn facts() -> impl Strategy<Value = Facts> {
    let names = || prop::collection::vec(".*", 0..3).prop_map(Few::from);
    let ids = || prop::collection::vec(photo_id(), 0..3).prop_map(Few::from);
    let owner = any::<u64>().prop_map(|n| MemberName::of_node(NodeId(n)));
    let owners = prop::collection::vec(owner, 0..3).prop_map(Few::from);
    let parts = (names(), names(), ids(), owners, dated(), any::<bool>());
    parts.prop_map(|(names, aliases, distinct, owners, dated, kept)| Facts {
        names,
        aliases,
        distinct,
        owners,
        dated,
        kept,
    })
}

pub(super) fn dated() -> impl Strategy<Value = Option<FileTime>> {
    // From the first to the last second that can be one.
    let second =
        prop_oneof![Just(631_152_000), Just(i64::from(u32::MAX)), 631_152_000..4_000_000_000_i64];
    let at = second.prop_map(|second| Timestamp::from_second(second).unwrap());
    prop::option::of(at.prop_map(|at| FileTime::of(at, &TimeZone::UTC).unwrap()))
}

pub(super) fn holding() -> impl Strategy<Value = Holding> {
    prop::sample::select(vec![
        Holding::Retired,
        Holding::RetiredOriginal,
        Holding::Replica,
        Holding::Original,
    ])
}

fn record() -> impl Strategy<Value = Record> {
    (photo(), facts(), holding(), looks()).prop_map(|(photo, facts, holding, looks)| Record {
        looks,
        photo,
        facts: Arc::new(facts),
        holding,
    })
}

fn looks() -> impl Strategy<Value = Looks> {
    let relation = prop::sample::select(vec![Relation::Variant, Relation::Same]);
    let accepted = (prop::option::of(photo_id()), prop::option::of(relation));
    let differs = prop::collection::btree_set(photo_id(), 0..3);
    (accepted, differs, 0..3_u16).prop_map(|((yields_to, relation), differs, looked_by)| Looks {
        yields_to,
        relation,
        differs,
        looked_by,
    })
}

pub(super) fn address() -> impl Strategy<Value = Address> {
    ("[a-z][a-z0-9.-]{0,20}", any::<u16>()).prop_map(|(host, port)| Address::new(&host, port))
}

pub(super) fn blob() -> impl Strategy<Value = Blob> {
    prop::collection::vec(any::<u8>(), 0..700).prop_map(Blob::from)
}

pub(super) fn features() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-z0-9-]{1,64}", 0..3)
}

fn register() -> impl Strategy<Value = Message> {
    let numbers = any::<(u32, u32, u64, u64, u32, u64, [bool; 2])>();
    let name = "[a-z][a-z0-9._-]{0,31}".prop_map(|name| name.parse::<NodeName>().ok());
    let whose = (prop::option::of(membership()), name);
    let bridge = prop::option::of(address());
    (numbers, features(), whose, address(), bridge).prop_map(
        |(numbers, features, (member, name), address, bridge)| {
            let (protocol_min, protocol_max, node, boot, copies, pin_ms, flags) = numbers;
            let [keep_originals, share] = flags;
            Message::Register(Register {
                protocol_min,
                protocol_max,
                features,
                node: NodeId(node),
                boot: Boot(boot),
                member,
                name,
                address,
                copies,
                pin_ms,
                keep_originals,
                share,
                bridge,
            })
        },
    )
}

fn tombstone() -> impl Strategy<Value = Tombstone> {
    let wish = prop::sample::select(vec![Wish::Removed, Wish::Lifted]);
    (any::<[u8; 32]>(), photo_id(), any::<u64>(), wish).prop_map(|(key, photo, counter, wish)| {
        Tombstone::sign(&SigningKey::from_bytes(&key), photo, counter, wish)
    })
}

pub(super) fn about_tables() -> impl Strategy<Value = Message> {
    let nodes = prop::collection::btree_map(any::<u64>().prop_map(NodeId), address(), 0..3);
    let records = prop::collection::vec(record(), 0..3);
    let gone = prop::collection::vec(photo_id(), 0..3);
    let tombstones = prop::collection::vec(tombstone(), 0..3);
    prop_oneof![
        register(),
        nodes.prop_map(|nodes| Message::ConnectionUpdate { nodes, roster: Roster::default() }),
        Just(Message::RequestInfo),
        (records, gone, tombstones, any::<bool>()).prop_map(
            |(records, gone, tombstones, complete)| Message::ImageInfo {
                records,
                gone,
                tombstones,
                complete
            }
        ),
        Just(Message::Heartbeat),
        ".*".prop_map(|reason| Message::Leave { reason }),
        ".*".prop_map(|error| Message::Error { error }),
    ]
}

pub(super) fn about_copies() -> impl Strategy<Value = Message> {
    let verdict =
        prop::sample::select(vec![OfferReply::Accept, OfferReply::AlreadyHeld, OfferReply::Busy]);
    let lane = prop::sample::select(vec![Lane::Get, Lane::Replicate]);
    let transfer = || any::<u32>().prop_map(TransferId);
    let nonce = || any::<[u8; 32]>().prop_map(Nonce);
    let proof = prop::option::of(any::<[u8; 32]>().prop_map(Proof));
    prop_oneof![
        (photo(), facts()).prop_map(|(photo, facts)| Message::KeepThis { photo, facts }),
        (photo_id(), verdict).prop_map(|(photo, verdict)| Message::KeepAnswer { photo, verdict }),
        any::<(u32, Option<u64>)>().prop_map(|(photos, bytes)| Message::Relieve { photos, bytes }),
        any::<(u64, u64, bool, bool)>().prop_map(|(capacity, room, pools, draining)| {
            Message::Space(Space { capacity, room, pools, draining })
        }),
        (transfer(), photo_id(), any::<(u64, u64)>(), lane).prop_map(
            |(transfer, photo, (offset, length), lane)| Message::AskForImage {
                transfer,
                photo,
                offset,
                length,
                lane
            }
        ),
        (transfer(), any::<u64>(), blob()).prop_map(|(transfer, offset, data)| Message::Chunk {
            transfer,
            offset,
            data
        }),
        (transfer(), ".*").prop_map(|(transfer, reason)| Message::NoImage { transfer, reason }),
        transfer().prop_map(|transfer| Message::Cancel { transfer }),
        (ask(), photo_id(), preview_size()).prop_map(|(ask, photo, size)| Message::AskForPreview {
            ask,
            photo,
            size
        }),
        (ask(), any::<u64>(), any::<u64>(), blob()).prop_map(|(ask, bytes, offset, image)| {
            Message::Preview { ask, bytes, offset, image }
        }),
        (ask(), any::<bool>(), any::<bool>(), ".*").prop_map(|(ask, undrawable, later, reason)| {
            Message::NoPreview { ask, undrawable, later, reason }
        }),
        (photo_id(), nonce()).prop_map(|(photo, nonce)| Message::Challenge { photo, nonce }),
        (nonce(), proof, prop::option::of(".*"), prop::option::of(any::<u32>())).prop_map(
            |(nonce, proof, refused, wait)| Message::Proof { nonce, proof, refused, wait }
        ),
        (photo_id(), nonce()).prop_map(|(photo, nonce)| Message::Release { photo, nonce }),
    ]
}

fn ask() -> impl Strategy<Value = AskId> {
    any::<u32>().prop_map(AskId)
}

fn preview_size() -> impl Strategy<Value = PreviewSize> {
    prop::sample::select(vec![PreviewSize::Grid, PreviewSize::View])
}

pub(super) fn request() -> impl Strategy<Value = Request> {
    let after = || prop::option::of(photo_id());
    prop_oneof![
        (".*", prop::option::of(visit()), features()).prop_map(|(name, member, features)| {
            Request::RegisterClient { name, member, features }
        }),
        Just(Request::GetImageList),
        ".*".prop_map(|image_name| Request::GetImageRequest { image_name }),
        (".*", any::<u64>(), dated()).prop_map(|(name, bytes, dated)| Request::Put {
            name,
            bytes,
            dated
        }),
        blob().prop_map(|data| Request::Chunk { data }),
        (after(), any::<bool>()).prop_map(|(after, shared)| Request::List { after, shared }),
        (photo_id(), any::<bool>()).prop_map(|(photo, shared)| Request::GetExact { photo, shared }),
        (photo_id(), preview_size(), any::<bool>())
            .prop_map(|(photo, size, shared)| Request::GetPreview { photo, size, shared }),
        (".*", any::<[bool; 2]>()).prop_map(|(image_name, [exact, shared])| Request::Explain {
            image_name,
            exact,
            shared
        }),
        after().prop_map(|after| Request::Duplicates { after }),
        photo().prop_map(|photo| Request::Similar { photo }),
        some(".*").prop_map(|image_names| Request::Distinct { image_names }),
        Just(Request::Status),
        Just(Request::Members),
        removal().prop_map(|removal| Request::Tell { removal: Box::new(removal) }),
        ".*".prop_map(|node| Request::Forget { node }),
        prop::sample::select(vec![DrainOrder::Begin, DrainOrder::Cancel, DrainOrder::Tell])
            .prop_map(|order| Request::Drain { order }),
        after().prop_map(|after| Request::TrashList { after }),
        ".*".prop_map(|image_name| Request::TrashRestore { image_name }),
        any::<u32>().prop_map(|older_than| Request::TrashPurge { older_than }),
        ".*".prop_map(|image_name| Request::PlanRemoval { image_name }),
        prop::collection::vec(photo_id(), 0..3).prop_map(|photos| Request::Remove { photos }),
    ]
}

pub(super) fn some<T: std::fmt::Debug>(
    one: impl Strategy<Value = T>,
) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(one, 0..3)
}

pub(super) fn node() -> impl Strategy<Value = NodeId> {
    any::<u64>().prop_map(NodeId)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_message_arrives_as_it_was_sent(message in prop_oneof![about_tables(), about_copies()]) {
        let mut wire = Vec::new();
        let length = write_message(&mut wire, &message).unwrap();
        prop_assert_eq!(length, wire.len());
        let content = read_frame(&mut wire.as_slice(), MAX_FRAME).unwrap().unwrap();
        prop_assert_eq!(decode::<Message>(&content).unwrap(), message);
    }

    #[test]
    fn a_request_arrives_as_it_was_sent(request in request()) {
        let mut wire = Vec::new();
        write_request(&mut wire, &request).unwrap();
        let content = read_frame(&mut wire.as_slice(), MAX_FRAME).unwrap().unwrap();
        prop_assert_eq!(decode::<Request>(&content).unwrap(), request);
    }

    #[test]
    fn an_answer_arrives_as_it_was_given(answer in answer()) {
        let mut wire = Vec::new();
        if let Answer::ReceiveImage { image, .. } = &answer {
            write_image(&mut wire, &answer, image.len() as u64, &mut &**image).unwrap();
        } else {
            write_answer(&mut wire, &answer).unwrap();
        }
        let content = read_frame(&mut wire.as_slice(), MAX_FRAME).unwrap().unwrap();
        prop_assert_eq!(decode::<Answer>(&content).unwrap(), answer);
    }
}

#[test]
fn answers_to_offers_have_the_names_on_the_wire_that_they_always_had() {
    let names = [
        (OfferReply::Accept, "\"want\""),
        (OfferReply::AlreadyHeld, "\"have\""),
        (OfferReply::Busy, "\"full\""),
    ];
    for (reply, name) in names {
        assert_eq!(serde_json::to_string(&reply).unwrap(), name);
    }
}

#[test]
fn what_was_known_first_is_not_driven_out() {
    let own = Facts { distinct: [PhotoId([200; 32])].into(), ..Facts::named("zoo.jpg") };
    let names: Few<String> = (10..10 + Facts::MAX).map(|n| format!("{n}.jpg")).collect();
    let ids = (0..Facts::MAX as u8).map(|n| PhotoId([n; 32]));
    let invented = Facts { names, distinct: ids.collect(), ..Facts::default() };
    let mut known = own.clone();
    known.merge(&invented);
    assert!(
        known.names.contains("zoo.jpg")
            && own.distinct.iter().all(|id| known.distinct.contains(id))
    );
    assert_eq!((known.names.len(), known.distinct.len()), (Facts::MAX, Facts::MAX));
}

#[test]
fn what_earlier_programs_do_not_know_is_said_only_where_it_says_something() {
    let said = [
        (r#"{"command":"List"}"#, Request::List { after: None, shared: false }),
        (r#"{"command":"List","shared":true}"#, Request::List { after: None, shared: true }),
    ];
    for (text, request) in said {
        assert_eq!(serde_json::to_string(&request).unwrap(), text);
        assert_eq!(serde_json::from_str::<Request>(text).unwrap(), request);
    }
    let text = r#"{"protocolMin":2,"protocolMax":2,"features":[],"node":"0000000000000001","boot":"0000000000000002","address":"a:5000","copies":2,"pinMs":1,"keepOriginals":false}"#;
    let register: Register = serde_json::from_str(text).unwrap();
    assert!(!register.share && register.bridge.is_none());
    let again = serde_json::to_string(&register).unwrap();
    assert!(!again.contains("share") && !again.contains("bridge"), "{again}");
}
