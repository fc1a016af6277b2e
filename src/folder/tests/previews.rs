//! The cache of small pictures: it keeps what fits, bounds what it should, and is never missed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::folder::Previews;
use crate::folder::previews::Shelf;
use crate::photo::{PhotoId, PreviewSize};

fn marked() -> TempDir {
    let root = TempDir::new().unwrap();
    fs::create_dir_all(root.path().join(".photomesh/tmp")).unwrap();
    root
}

fn jpeg(length: usize) -> Vec<u8> {
    let mut bytes = vec![7; length];
    bytes[..3].copy_from_slice(&[0xff, 0xd8, 0xff]);
    bytes[length - 2..].copy_from_slice(&[0xff, 0xd9]);
    bytes
}

fn file(root: &Path, photo: PhotoId) -> PathBuf {
    let id = photo.to_string();
    root.join(".photomesh/thumbs").join(&id[..2]).join(format!("{id}.jpg"))
}

const GRID: PreviewSize = PreviewSize::Grid;

#[test]
fn what_was_put_there_is_found_until_somebody_deletes_it() {
    let (root, photo) = (marked(), PhotoId([0x3f; 32]));
    let previews = Previews::new(root.path(), BTreeSet::new());
    assert_eq!(previews.get(photo, GRID), None);
    previews.put(photo, GRID, &jpeg(100), false);
    assert_eq!(previews.get(photo, GRID), Some(jpeg(100)));
    assert_eq!(previews.get(photo, PreviewSize::View), None);
    assert_eq!(fs::read(file(root.path(), photo)).unwrap(), jpeg(100));
    assert_eq!(fs::read_dir(root.path().join(".photomesh/tmp")).unwrap().count(), 0);
    previews.put_new(photo, &jpeg(50));
    assert_eq!(previews.get(photo, GRID), Some(jpeg(100)), "there is one already");
    fs::remove_dir_all(root.path().join(".photomesh/thumbs")).unwrap();
    assert_eq!(previews.get(photo, GRID), None);
    previews.put_new(photo, &jpeg(50));
    assert_eq!(previews.get(photo, GRID), Some(jpeg(50)));
    previews.forget(photo);
    assert_eq!(previews.get(photo, GRID), None);
}

#[test]
fn what_is_no_picture_is_neither_kept_nor_given_out() {
    let (root, photo) = (marked(), PhotoId([1; 32]));
    let previews = Previews::new(root.path(), BTreeSet::new());
    for rubbish in [&b"text"[..], &jpeg(GRID.max_bytes() + 1), &jpeg(100)[..99], &[]] {
        previews.put(photo, GRID, rubbish, true);
        assert_eq!(previews.get(photo, GRID), None);
        fs::create_dir_all(file(root.path(), photo).parent().unwrap()).unwrap();
        fs::write(file(root.path(), photo), rubbish).unwrap();
        assert_eq!(previews.get(photo, GRID), None);
        assert!(!file(root.path(), photo).exists(), "it is made anew");
    }
}

#[test]
fn where_nothing_can_be_written_nothing_is_lost() {
    let (root, photo) = (TempDir::new().unwrap(), PhotoId([1; 32]));
    let previews = Previews::new(root.path(), BTreeSet::new());
    previews.put(photo, GRID, &jpeg(100), false);
    assert_eq!(previews.get(photo, GRID), None);
    assert!(!root.path().join(".photomesh").exists(), "this may be another disk");
}

#[test]
fn at_a_start_what_is_no_picture_goes() {
    let (root, held, other) = (marked(), PhotoId([1; 32]), PhotoId([2; 32]));
    let previews = Previews::new(root.path(), BTreeSet::new());
    [held, other].into_iter().for_each(|photo| previews.put(photo, GRID, &jpeg(100), false));
    let strays = ["01/notes.txt", "02/0202.jpg"];
    let strays = strays.map(|name| root.path().join(".photomesh/thumbs").join(name));
    strays.iter().for_each(|stray| fs::write(stray, b"a stray").unwrap());
    Previews::new(root.path(), BTreeSet::from([held])).sweep();
    assert!(strays.iter().all(|stray| !stray.exists()));
    assert_eq!(
        [held, other].map(|photo| previews.get(photo, GRID)),
        [(); 2].map(|()| Some(jpeg(100)))
    );
}

#[test]
fn what_was_not_used_for_longest_goes_first() {
    let mut shelf = Shelf::new(300);
    let [a, b, c, d] = [1, 2, 3, 4].map(|n| PhotoId([n; 32]));
    for photo in [a, b, c] {
        assert_eq!(shelf.add(photo, 100), []);
    }
    shelf.touch(a);
    assert_eq!(shelf.add(d, 100), [b]);
    assert_eq!(shelf.add(d, 150), [c], "the same one again");
    shelf.forget(d);
    assert_eq!(shelf.add(b, 200), []);
    assert_eq!(shelf.add(c, 400), [a, b, c], "one that is larger than all the room");
}
