//! The files of the page.

use std::fs;
use std::path::Path;

use crate::gallery::assets::{Assets, FILES};

#[test]
fn every_file_of_the_page_is_a_part_of_the_program() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gallery/page");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut there: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    there.retain(|name| name != "index.html");
    there.sort();
    let mut embedded: Vec<&str> = FILES.iter().map(|(name, ..)| *name).collect();
    embedded.sort_unstable();
    assert_eq!(embedded, there);
}

#[test]
fn the_shell_names_files_that_are_there() {
    let assets = Assets::new();
    let shell = assets.shell();
    assert!(!shell.contains("HASH") && !shell.contains("MODULES"));
    let paths: Vec<&str> = shell.split('"').filter_map(|text| text.strip_prefix("/a/")).collect();
    assert!(!paths.is_empty());
    for path in paths {
        let (hash, name) = path.split_once('/').unwrap();
        assert!(assets.file(hash, name).is_some(), "{name}");
        assert!(assets.file("0123456789abcdef", name).is_none(), "of another version");
    }
    assert!(assets.file(assets.etag().trim_matches('"'), "index.html").is_none());
    for (name, ..) in FILES.iter().filter(|(name, ..)| name.ends_with(".js")) {
        assert!(
            shell.contains(&format!(
                "<link rel=\"modulepreload\" href=\"/a/{}/{name}\">",
                assets.etag().trim_matches('"')
            )),
            "{name}"
        );
    }
}
