//! One of everything that a daemon answers: real values, too.

use std::iter::successors;
use std::sync::Arc;

use photomesh::photo::{Format, PhotoId, Relation};
use photomesh::protocol::between::GroupReport;
use photomesh::protocol::client::{
    CacheReport, DiskReport, DistinctReport, DrainReport, DuplicateReport, Explanation,
    FolderReport, KeptReport, MemberReport, NodeOfMember, NodeReport, PhotoReport, Refusal,
    RemovalPlan, RemovalReport, RiskReport, SimilarReport, StatusReport, Stay, Summary,
    TrashReport, VersionReport,
};
use photomesh::protocol::{Address, Answer, Blob, Holding, NodeId};

use crate::said;

const PHOTO: PhotoId = PhotoId([7; 32]);
const NODE: NodeId = NodeId(1);

/// Every answer.
pub(crate) fn answers() -> Vec<Answer> {
    let list = Arc::new(vec![label(), "dog.jpg".to_owned()]);
    successors(Some(Answer::ListImage { list }), answer_after).collect()
}

/// They stand in a row, and a new one does not compile before it has its place there.
fn answer_after(answer: &Answer) -> Option<Answer> {
    let (name, id, next) = (label(), PHOTO, Some(PHOTO));
    Some(match answer {
        Answer::ListImage { .. } => Answer::ReceiveImage {
            image_name: "cat".to_owned(),
            label: label(),
            id,
            bytes: 5,
            image: Blob::from(vec![0, 1, 2, 3, 4]),
        },
        Answer::ReceiveImage { .. } => picture(),
        Answer::Preview { .. } => Answer::NotFound {
            image_name: "cat".to_owned(),
            candidates: vec![label()],
            undelivered: true,
            reason: words(),
        },
        Answer::NotFound { .. } => Answer::Stored {
            name,
            id,
            copies: 1,
            nodes: vec![NODE],
            called: [(NODE, words())].into(),
            already: true,
            warning: Some(words().into()),
        },
        Answer::Stored { .. } => {
            Answer::Have { name, id, relation: Some(Relation::Variant), differs: vec![words()] }
        }
        Answer::Have { .. } => Answer::Refused { cause: Refusal::Owner, error: words() },
        Answer::Refused { .. } => Answer::Photos { photos: vec![report()], next },
        Answer::Photos { .. } => Answer::Explained(Box::new(explanation())),
        Answer::Explained(_) => Answer::Status(Box::new(status())),
        Answer::Status(_) => Answer::Trash { photos: vec![in_trash()], next },
        Answer::Trash { .. } => Answer::Duplicates {
            node: NODE,
            called: [(NODE, words())].into(),
            duplicates: vec![duplicate()],
            next,
        },
        Answer::Duplicates { .. } => Answer::Similar { photos: vec![similar()] },
        Answer::Similar { .. } => Answer::Distinct { photos: vec![distinct()] },
        Answer::Distinct { .. } => Answer::Restored { name, id, file: Some(words()) },
        Answer::Restored { .. } => {
            let why = vec![KeptReport { name: words(), id, reason: words() }];
            Answer::Purged { deleted: 1, kept: 2, why }
        }
        Answer::Purged { .. } => Answer::Removal(Box::new(plan())),
        Answer::Removal(_) => Answer::Removed { photos: vec![id] },
        Answer::Removed { .. } => Answer::Registered {
            node: NODE,
            member: said::membership(),
            owner: true,
            features: vec![words()],
        },
        Answer::Registered { .. } => {
            Answer::Members { members: vec![member()], removals: Vec::new() }
        }
        Answer::Members { .. } => Answer::Groups { groups: vec![group()] },
        Answer::Groups { .. } => Answer::Told,
        Answer::Told => Answer::Draining(draining()),
        Answer::Draining(_) => Answer::Forgotten { node: NODE, called: words(), photos: 3 },
        Answer::Forgotten { .. } => Answer::Error { error: words() },
        Answer::Error { .. } => return None,
    })
}

fn group() -> GroupReport {
    GroupReport {
        id: said::membership().group(),
        name: "porto".parse().expect("a name"),
        photos: 7,
        bytes: 1 << 40,
        nodes: 3,
        here: 2,
        supers: vec!["porto.example:5100".parse().expect("an address")],
        lost_secs: Some(90),
    }
}

fn in_trash() -> TrashReport {
    TrashReport {
        names: vec![label()],
        id: PHOTO,
        bytes: 5,
        keeper: Some(PHOTO),
        reason: words(),
        until_purged: true,
        stay: Some(Stay::Days(3)),
        companions: vec![words()],
    }
}

fn draining() -> DrainReport {
    DrainReport { draining: true, left: u64::MAX, done: false }
}

fn similar() -> SimilarReport {
    let DuplicateReport { keeper, version, .. } = duplicate();
    let photo = Summary { id: PHOTO, ..keeper.clone() };
    SimilarReport { photo, relation: version.relation, shown: Some(keeper) }
}

fn picture() -> Answer {
    let image = Blob::from(vec![0xff, 0xd8, 0xff, 0xff, 0xd9]);
    Answer::Preview { photo: PHOTO, bytes: 5, image }
}

fn label() -> String {
    "cat (2).jpg".to_owned()
}

fn words() -> String {
    "\u{1f600} \"\\\0".to_owned()
}

fn report() -> PhotoReport {
    PhotoReport {
        name: label(),
        id: PHOTO,
        bytes: 5,
        width: 640,
        height: 480,
        format: Format::Jpeg,
        captured: Some("2019-07-14T12:00:00".to_owned()),
        dated: "2019-07-14T12:00:01".parse().ok(),
        holders: vec![NODE],
        originals: vec![NODE],
        aliases: vec!["dog.jpg".to_owned()],
        versions: 2,
    }
}

fn version() -> VersionReport {
    VersionReport {
        id: PhotoId([8; 32]),
        names: vec![label()],
        bytes: 4,
        width: 64,
        height: 48,
        format: Format::Webp,
        held: vec![(NODE, Holding::Retired)],
        relation: Relation::Same,
        worse_by: words(),
        differs: vec![words()],
    }
}

fn member() -> MemberReport {
    let name = said::ana().certificate.name();
    let nodes = vec![NodeOfMember { id: NODE, name: words(), here: false, away_secs: Some(60) }];
    MemberReport { name, nodes, removed: true }
}

fn distinct() -> DistinctReport {
    DistinctReport { name: label(), id: PHOTO, shown: true, state: words() }
}

fn duplicate() -> DuplicateReport {
    DuplicateReport {
        version: version(),
        keeper: Summary {
            name: label(),
            id: PHOTO,
            bytes: 5,
            width: 640,
            height: 480,
            format: Format::Jpeg,
        },
        trash: Some(Stay::Days(3)),
    }
}

fn explanation() -> Explanation {
    Explanation {
        called: std::collections::BTreeMap::new(),
        photo: report(),
        meant: Some(PHOTO),
        colour: true,
        camera: true,
        held: vec![(NODE, Holding::Original)],
        versions: vec![version()],
        state: words(),
        shared: Some(words()),
    }
}

fn status() -> StatusReport {
    let address = Address::new("anna", 5000);
    let node = NodeReport {
        id: NODE,
        called: String::new(),
        address: address.clone(),
        alive: true,
        photos: 1,
        bytes: 5,
        originals: 1,
        disk: DiskReport {
            capacity: Some(1 << 40),
            room: Some(u64::MAX),
            fixed: 5,
            pools: true,
            draining: true,
        },
        member: None,
        bridge: Some(address.clone()),
        state: words(),
    };
    let risk = RiskReport { name: label(), id: PHOTO, copies: 1, reason: words() };
    StatusReport {
        node: NODE,
        address,
        copies_wanted: 2,
        nodes: vec![node],
        photos: 1,
        bytes: 5,
        duplicates: 1,
        under_replicated: 1,
        over_replicated: 0,
        at_risk: vec![risk],
        trash: 1,
        skipped_files: 0,
        damaged: 0,
        folder: FolderReport { unread: 1_234, companions: 12 },
        cache: CacheReport {
            photos: 9,
            bytes: 41_000_000,
            limit: 256_000_000,
            hits: 30,
            misses: 12,
            bytes_saved: 99_000_000,
        },
        notes: vec![words()],
        news: vec![words()],
        revision: 12,
    }
}

fn plan() -> RemovalPlan {
    let version = RemovalReport {
        id: PHOTO,
        names: vec![label()],
        bytes: 5,
        withdrawn: true,
        stays: false,
        effect: words(),
    };
    RemovalPlan { name: label(), meant: Some(PHOTO), photos: vec![version] }
}
