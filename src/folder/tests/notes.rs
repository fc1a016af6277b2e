//! Notes in the trash are read by other versions of this program: they stay, word for word, as they always were.

use crate::folder::note::{Better, Note, Why};
use crate::photo::{PhotoId, Relation};
use crate::protocol::{Holding, MemberName, NodeId};

/// A note as every program so far has written it, with what goes with its reason.
fn text(reason: &str) -> String {
    let photo = PhotoId([1; 32]);
    format!(
        r#"{{
  "photo": "{photo}",
  {reason},
  "names": [
    "cat.jpg"
  ],
  "owners": [
    "0000000000000007"
  ],
  "original_path": "cat.jpg",
  "holding": "original",
  "when": 1700000000,
  "running": 86400
}}"#
    )
}

#[test]
fn a_note_of_every_kind_is_read_and_written_as_ever() {
    let keeper = PhotoId([2; 32]);
    let replaced = format!("\"replaced_by\": \"{keeper}\"");
    let same = Better::of(keeper, Relation::Same);
    let unsaid = Better { replaced_by: Some(keeper), relation: None };
    let nothing = Better { replaced_by: None, relation: None };
    let removed_by = Some(MemberName::of_node(NodeId(7)));
    for (reason, why) in [
        (
            format!("\"why\": \"retired\",\n  {replaced},\n  \"relation\": \"same\""),
            Why::Retired(same),
        ),
        (format!("\"why\": \"retired\",\n  {replaced}"), Why::Retired(unsaid)),
        (r#""why": "retired""#.to_owned(), Why::Retired(nothing)),
        (r#""why": "surplus""#.to_owned(), Why::Surplus),
        (
            format!("\"why\": \"duplicate\",\n  {replaced},\n  \"relation\": \"same\""),
            Why::Duplicate(same),
        ),
        (
            "\"why\": \"removed\",\n  \"removed_by\": \"0000000000000007\"".to_owned(),
            Why::Removed { removed_by },
        ),
        (r#""why": "removed""#.to_owned(), Why::Removed { removed_by: None }),
        (r#""why": "unknown""#.to_owned(), Why::Unknown),
    ] {
        let text = text(&reason);
        let note: Note = serde_json::from_str(&text).unwrap();
        assert_eq!(note.why, why);
        assert_eq!((note.photo, note.holding), (PhotoId([1; 32]), Holding::Original));
        assert!(
            note.facts.names.contains("cat.jpg")
                && note.facts.owners.contains(&MemberName::of_node(NodeId(7)))
        );
        assert_eq!(serde_json::to_string_pretty(&note).unwrap(), text);
    }
}
