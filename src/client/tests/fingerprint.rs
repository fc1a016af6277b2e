//! Fingerprints as a table.

use std::path::PathBuf;

use crate::client::fingerprint::fingerprint;
use crate::photo::COLUMNS;

#[test]
fn lines_come_in_the_order_of_the_files_and_strangers_have_empty_cells() {
    let folder = tempfile::tempdir().expect("a folder");
    let picture = folder.path().join("a, b.png");
    let text = folder.path().join("text.jpg");
    std::fs::write(&text, "no picture").expect("written");
    let drawn = image::GrayImage::from_fn(64, 64, |x, y| image::Luma([(x * y % 256) as u8]));
    drawn.save(&picture).expect("written");
    let files: Vec<PathBuf> =
        (0..50).map(|at| if at % 7 == 3 { text.clone() } else { picture.clone() }).collect();
    let mut out = Vec::new();
    let failure = fingerprint(&files, &mut out).expect_err("some are no photos");
    assert_eq!(failure.exit_code(), 65);
    let missing = [folder.path().join("missing.jpg")];
    let failure = fingerprint(&missing, &mut Vec::new()).expect_err("it is not there");
    assert_eq!(failure.exit_code(), 74);
    let out = String::from_utf8(out).expect("text");
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("path,whole,trimmed,whole_cue,"));
    assert!(lines[0].ends_with(",record"));
    assert_eq!(lines.len(), 51);
    for (at, line) in lines[1..].iter().enumerate() {
        if at % 7 == 3 {
            let empty = ",".repeat(COLUMNS.len() + 1);
            assert!(line.ends_with(&format!("text.jpg{empty}")), "{line}");
        } else {
            assert!(line.starts_with('"') && line.contains("a, b.png\","), "{line}");
        }
    }
}
