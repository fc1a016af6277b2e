//! Names of files that strangers choose.

use crate::protocol::SafeName;

#[test]
fn foreign_names_become_plain_ones() {
    for (foreign, safe) in [
        ("cat.jpg", "cat.jpg"),
        ("Ärger & Spaß.jpeg", "Ärger & Spaß.jpeg"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\Windows\\evil.jpg", "evil.jpg"),
        ("C:evil.jpg", "C_evil.jpg"),
        ("..", "photo"),
        ("", "photo"),
        ("a/", "photo"),
        ("\0\u{1b}[2J", "[2J"),
        ("cat\u{202e}gpj.exe", "catgpj.exe"),
        (".photomesh", "photomesh"),
        ("-rf", "rf"),
        ("-.-.jpg", "jpg"),
        ("cat.jpg. . ", "cat.jpg"),
        ("CON", "_CON"),
        ("con.jpg", "_con.jpg"),
        ("com1 .jpg", "_com1 .jpg"),
        ("LPT¹.png", "_LPT¹.png"),
        ("com10.jpg", "com10.jpg"),
        ("what?*.gif", "what__.gif"),
    ] {
        assert_eq!(SafeName::new(foreign).as_str(), safe, "{foreign:?}");
    }
}

#[test]
fn long_names_keep_their_ending() {
    let name = SafeName::new(&format!("{}.jpeg", "ü".repeat(300)));
    assert!(name.as_str().len() <= SafeName::MAX);
    assert!(name.as_str().ends_with("ü.jpeg"));
    let second = name.numbered(2);
    assert!(second.as_str().len() <= SafeName::MAX);
    assert!(second.as_str().ends_with("ü (2).jpeg"));
    assert_eq!(SafeName::new("cat.jpg").numbered(2).as_str(), "cat (2).jpg");
    assert_eq!(SafeName::new("cat").numbered(3).as_str(), "cat (3)");
}

#[test]
fn names_are_compared_without_case() {
    assert_eq!(SafeName::folded("STRASSE.JPG"), SafeName::folded("straße.jpg"));
    assert_ne!(SafeName::folded("a.jpg"), SafeName::folded("b.jpg"));
}
