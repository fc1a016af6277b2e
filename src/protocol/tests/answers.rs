//! Everything that a daemon answers.

use std::sync::Arc;

use proptest::prelude::*;

use super::group::membership;
use super::round_trips::{address, blob, dated, features, holding, node, photo_id, some};
use crate::photo::{Format, Relation};
use crate::protocol::client::{
    CacheReport, DiskReport, DistinctReport, DrainReport, DuplicateReport, Explanation,
    FolderReport, KeptReport, MemberReport, NodeOfMember, NodeReport, PhotoReport, Refusal,
    RemovalPlan, RemovalReport, RiskReport, SimilarReport, StatusReport, Stay, Summary,
    TrashReport, VersionReport,
};
use crate::protocol::{Answer, Holding, NodeId};

/// Any answer.
pub(super) fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![about_photos(), about_changes(), about_members()]
}

fn format() -> impl Strategy<Value = Format> {
    prop::sample::select(vec![
        Format::Opaque,
        Format::Gif,
        Format::Webp,
        Format::Jpeg,
        Format::Heic,
        Format::Bmp,
        Format::Png,
        Format::Tiff,
    ])
}

fn photo_report() -> impl Strategy<Value = PhotoReport> {
    let numbers = any::<(u64, u32, u32, u32)>();
    let dates = (prop::option::of(".*"), dated());
    (".*", photo_id(), numbers, format(), dates, (some(node()), some(node())), some(".*")).prop_map(
        |(name, id, (bytes, width, height, versions), format, dates, holders, aliases)| {
            let ((captured, dated), (holders, originals)) = (dates, holders);
            PhotoReport {
                name,
                id,
                bytes,
                width,
                height,
                format,
                captured,
                dated,
                holders,
                originals,
                aliases,
                versions,
            }
        },
    )
}

fn relation() -> impl Strategy<Value = Relation> {
    prop::sample::select(vec![Relation::Different, Relation::Variant, Relation::Same])
}

fn held() -> impl Strategy<Value = Vec<(NodeId, Holding)>> {
    some((node(), holding()))
}

fn version() -> impl Strategy<Value = VersionReport> {
    let numbers = any::<(u64, u32, u32)>();
    let words = (relation(), ".*", some(".*"));
    let version = (photo_id(), some(".*"), numbers, format(), held(), words);
    version.prop_map(|(id, names, (bytes, width, height), format, held, words)| VersionReport {
        id,
        names,
        bytes,
        width,
        height,
        format,
        held,
        relation: words.0,
        worse_by: words.1,
        differs: words.2,
    })
}

fn summary() -> impl Strategy<Value = Summary> {
    let numbers = any::<(u64, u32, u32)>();
    (".*", photo_id(), numbers, format()).prop_map(|(name, id, (bytes, width, height), format)| {
        Summary { name, id, bytes, width, height, format }
    })
}

fn similar() -> impl Strategy<Value = SimilarReport> {
    (summary(), relation(), prop::option::of(summary()))
        .prop_map(|(photo, relation, shown)| SimilarReport { photo, relation, shown })
}

fn stay() -> impl Strategy<Value = Option<Stay>> {
    prop::option::of(prop_oneof![any::<u32>().prop_map(Stay::Days), Just(Stay::UntilPurged)])
}

fn duplicate() -> impl Strategy<Value = DuplicateReport> {
    (version(), summary(), stay()).prop_map(|(version, keeper, trash)| DuplicateReport {
        version,
        keeper,
        trash,
    })
}

fn explanation() -> impl Strategy<Value = Explanation> {
    let looks = any::<(bool, bool)>();
    let shown = (photo_report(), prop::option::of(photo_id()));
    let words = (".*", prop::option::of(".*"));
    (shown, looks, held(), some(version()), words).prop_map(
        |((photo, meant), (colour, camera), held, versions, (state, shared))| Explanation {
            called: std::collections::BTreeMap::new(),
            photo,
            meant,
            colour,
            camera,
            held,
            versions,
            state,
            shared,
        },
    )
}

fn disk() -> impl Strategy<Value = DiskReport> {
    any::<(Option<u64>, Option<u64>, u64, [bool; 2])>().prop_map(
        |(capacity, room, fixed, flags)| DiskReport {
            capacity,
            room,
            fixed,
            pools: flags[0],
            draining: flags[1],
        },
    )
}

fn status() -> impl Strategy<Value = StatusReport> {
    let addresses = (address(), prop::option::of(address()));
    let node_report = (node(), addresses, any::<(bool, u64, u64, u64)>(), ".*", disk()).prop_map(
        |(id, (address, bridge), (alive, photos, bytes, originals), state, disk)| NodeReport {
            id,
            called: String::new(),
            address,
            alive,
            photos,
            bytes,
            originals,
            disk,
            member: None,
            bridge,
            state,
        },
    );
    let risk = (".*", photo_id(), any::<u32>(), ".*")
        .prop_map(|(name, id, copies, reason)| RiskReport { name, id, copies, reason });
    let numbers = any::<(u32, u64, [u64; 10])>();
    let lists = (some(node_report), some(risk), some(".*"), some(".*"));
    (node(), address(), numbers, lists).prop_map(
        |(node, address, (copies_wanted, revision, numbers), (nodes, at_risk, notes, news))| {
            let [photos, bytes, duplicates, under_replicated, over_replicated, ..] = numbers;
            let [.., unread, companions, trash, skipped_files, damaged] = numbers;
            StatusReport {
                node,
                address,
                copies_wanted,
                nodes,
                photos,
                bytes,
                duplicates,
                under_replicated,
                over_replicated,
                at_risk,
                trash,
                skipped_files,
                damaged,
                folder: FolderReport { unread, companions },
                cache: CacheReport {
                    photos: companions,
                    bytes,
                    limit: bytes,
                    hits: unread,
                    misses: companions,
                    bytes_saved: bytes,
                },
                notes,
                news,
                revision,
            }
        },
    )
}

fn about_photos() -> impl Strategy<Value = Answer> {
    let next = || prop::option::of(photo_id());
    let stays = (any::<bool>(), stay());
    let trash = (some(".*"), photo_id(), any::<u64>(), next(), (".*", stays, some(".*"))).prop_map(
        |(names, id, bytes, keeper, (reason, (until_purged, stay), companions))| TrashReport {
            names,
            id,
            bytes,
            keeper,
            reason,
            until_purged,
            stay,
            companions,
        },
    );
    prop_oneof![
        some(".*").prop_map(|list| Answer::ListImage { list: Arc::new(list) }),
        (".*", ".*", photo_id(), any::<u64>(), blob()).prop_map(
            |(image_name, label, id, bytes, image)| Answer::ReceiveImage {
                image_name,
                label,
                id,
                bytes,
                image
            }
        ),
        (photo_id(), any::<u64>(), blob()).prop_map(|(photo, bytes, image)| Answer::Preview {
            photo,
            bytes,
            image
        }),
        (".*", some(".*"), any::<bool>(), ".*").prop_map(
            |(image_name, candidates, undelivered, reason)| Answer::NotFound {
                image_name,
                candidates,
                undelivered,
                reason
            }
        ),
        (some(photo_report()), next()).prop_map(|(photos, next)| Answer::Photos { photos, next }),
        explanation().prop_map(|explained| Answer::Explained(Box::new(explained))),
        status().prop_map(|status| Answer::Status(Box::new(status))),
        (some(trash), next()).prop_map(|(photos, next)| Answer::Trash { photos, next }),
        (node(), prop::option::of(".*"), some(duplicate()), next()).prop_map(
            |(node, name, duplicates, next)| {
                let called = name.map(|name| (node, name)).into_iter().collect();
                Answer::Duplicates { node, called, duplicates, next }
            }
        ),
        some(similar()).prop_map(|photos| Answer::Similar { photos }),
        ".*".prop_map(|error| Answer::Error { error }),
    ]
}

fn about_members() -> impl Strategy<Value = Answer> {
    let named = || "[a-z][a-z0-9._-]{0,31}";
    let away = prop::option::of(any::<u64>());
    let node = (node(), named(), any::<bool>(), away)
        .prop_map(|(id, name, here, away_secs)| NodeOfMember { id, name, here, away_secs });
    let member = (named(), some(node), any::<bool>());
    let member = member.prop_map(|(name, nodes, removed)| MemberReport {
        name: name.parse().unwrap(),
        nodes,
        removed,
    });
    prop_oneof![
        (membership(), any::<bool>(), features()).prop_map(|(member, owner, features)| {
            Answer::Registered { node: member.node(), member, owner, features }
        }),
        some(member).prop_map(|members| Answer::Members { members, removals: Vec::new() }),
        Just(Answer::Told),
        any::<(bool, u64, bool)>().prop_map(|(draining, left, done)| {
            Answer::Draining(DrainReport { draining, left, done })
        }),
        (self::node(), ".*", any::<u64>()).prop_map(|(node, called, photos)| Answer::Forgotten {
            node,
            called,
            photos
        }),
    ]
}

fn about_changes() -> impl Strategy<Value = Answer> {
    let cause = prop::sample::select(vec![
        Refusal::Photo,
        Refusal::Disk,
        Refusal::Daemon,
        Refusal::Owner,
        Refusal::Request,
        Refusal::Member,
    ]);
    let kept =
        (".*", photo_id(), ".*").prop_map(|(name, id, reason)| KeptReport { name, id, reason });
    let numbers = any::<(u64, bool, bool)>();
    let version = (photo_id(), some(".*"), numbers, ".*").prop_map(
        |(id, names, (bytes, withdrawn, stays), effect)| RemovalReport {
            id,
            names,
            bytes,
            withdrawn,
            stays,
            effect,
        },
    );
    let warning = prop::option::of(".*".prop_map(String::into_boxed_str));
    let distinct = (".*", photo_id(), any::<bool>(), ".*")
        .prop_map(|(name, id, shown, state)| DistinctReport { name, id, shown, state });
    prop_oneof![
        (".*", photo_id(), any::<(u32, bool)>(), some(node()), some((node(), ".*")), warning)
            .prop_map(|(name, id, (copies, already), nodes, called, warning)| {
                let called = called.into_iter().collect();
                Answer::Stored { name, id, copies, nodes, called, already, warning }
            }),
        (".*", photo_id(), prop::option::of(relation()), some(".*"))
            .prop_map(|(name, id, relation, differs)| Answer::Have { name, id, relation, differs }),
        some(distinct).prop_map(|photos| Answer::Distinct { photos }),
        (cause, ".*").prop_map(|(cause, error)| Answer::Refused { cause, error }),
        (".*", photo_id(), prop::option::of(".*")).prop_map(|(name, id, file)| Answer::Restored {
            name,
            id,
            file
        }),
        (any::<(u64, u64)>(), some(kept)).prop_map(|((deleted, kept), why)| Answer::Purged {
            deleted,
            kept,
            why
        }),
        (".*", prop::option::of(photo_id()), some(version)).prop_map(|(name, meant, photos)| {
            Answer::Removal(Box::new(RemovalPlan { name, meant, photos }))
        }),
        some(photo_id()).prop_map(|photos| Answer::Removed { photos }),
    ]
}
