//! The cache of small pictures: it keeps what fits, bounds what it should, and is never missed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::folder::Previews;
use crate::folder::shelf::Shelf;
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
    previews.put(photo, GRID, &jpeg(100), previews.since());
    assert_eq!(previews.get(photo, GRID), Some(jpeg(100)));
    assert_eq!(previews.get(photo, PreviewSize::View), None);
    assert_eq!(fs::read(file(root.path(), photo)).unwrap(), jpeg(100));
    assert_eq!(fs::read_dir(root.path().join(".photomesh/tmp")).unwrap().count(), 0);
    previews.put_new(photo, &jpeg(50), previews.since());
    assert_eq!(previews.get(photo, GRID), Some(jpeg(100)), "there is one already");
    fs::remove_dir_all(root.path().join(".photomesh/thumbs")).unwrap();
    assert_eq!(previews.get(photo, GRID), None);
    previews.put_new(photo, &jpeg(50), previews.since());
    assert_eq!(previews.get(photo, GRID), Some(jpeg(50)));
    previews.forget(photo);
    assert_eq!(previews.get(photo, GRID), None);
}

#[test]
fn what_is_no_picture_is_neither_kept_nor_given_out() {
    let (root, photo) = (marked(), PhotoId([1; 32]));
    let previews = Previews::new(root.path(), BTreeSet::new());
    for rubbish in [&b"text"[..], &jpeg(GRID.max_bytes() + 1), &jpeg(100)[..99], &[]] {
        previews.put(photo, GRID, rubbish, previews.since());
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
    previews.put_theirs(photo, GRID, &jpeg(100), previews.since());
    assert_eq!(previews.get(photo, GRID), None);
    assert!(!root.path().join(".photomesh").exists(), "this may be another disk");
}

#[test]
fn at_a_start_what_lies_in_a_wrong_place_goes() {
    let (root, held, other) = (marked(), PhotoId([1; 32]), PhotoId([2; 32]));
    let previews = Previews::new(root.path(), BTreeSet::new());
    previews.put(held, GRID, &jpeg(100), previews.since());
    previews.put_theirs(other, GRID, &jpeg(100), previews.since());
    let misplaced = file(root.path(), held).with_file_name(format!("{other}.jpg"));
    let strays = ["01/notes.txt", "01/0101.jpg", "holiday/a.jpg", "a.jpg"];
    let strays = strays.map(|name| root.path().join(".photomesh/thumbs").join(name));
    fs::create_dir(root.path().join(".photomesh/thumbs/holiday")).unwrap();
    strays.iter().chain([&misplaced]).for_each(|stray| fs::write(stray, b"a stray").unwrap());
    Previews::new(root.path(), BTreeSet::from([held])).sweep();
    assert!(!misplaced.exists());
    assert!(strays.iter().all(|stray| stray.exists()), "no file of this program's");
    assert_eq!(
        [held, other].map(|photo| previews.get_any(photo, GRID)),
        [(); 2].map(|()| Some(jpeg(100)))
    );
}

#[test]
fn at_a_start_what_was_made_of_photos_that_have_left_goes() {
    let (root, left, new) = (marked(), PhotoId([1; 32]), PhotoId([2; 32]));
    let previews = Previews::new(root.path(), BTreeSet::new());
    previews.put(left, GRID, &jpeg(100), previews.since());
    std::thread::sleep(std::time::Duration::from_millis(50));
    let previews = Previews::new(root.path(), BTreeSet::new());
    // A clock of files may lag behind.
    std::thread::sleep(std::time::Duration::from_millis(50));
    previews.put(new, GRID, &jpeg(100), previews.since());
    previews.sweep();
    assert_eq!(previews.get(left, GRID), None);
    assert_eq!(previews.get(new, GRID), Some(jpeg(100)), "it has come meanwhile");
}

#[test]
fn one_that_could_not_be_kept_takes_no_others_place() {
    let (root, photo) = (marked(), PhotoId([1; 32]));
    let previews = Previews::new(root.path(), BTreeSet::new());
    previews.put_theirs(photo, GRID, &jpeg(50), previews.since());
    previews.put(photo, GRID, b"no picture", previews.since());
    assert_eq!(previews.get_any(photo, GRID), Some(jpeg(50)));
    fs::remove_dir(root.path().join(".photomesh/tmp")).unwrap();
    previews.put(photo, GRID, &jpeg(100), previews.since());
    assert_eq!(previews.get_any(photo, GRID), Some(jpeg(50)));
}

#[cfg(unix)]
#[test]
fn pictures_are_for_the_folders_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (root, photo) = (marked(), PhotoId([0x3f; 32]));
    let previews = Previews::new(root.path(), BTreeSet::new());
    previews.put(photo, GRID, &jpeg(100), previews.since());
    let file = file(root.path(), photo);
    let modes = file.ancestors().take(3).map(|path| fs::metadata(path).unwrap().permissions());
    let modes: Vec<u32> = modes.map(|rights| rights.mode() & 0o777).collect();
    assert_eq!(modes, [0o600, 0o700, 0o700]);
}

#[cfg(unix)]
#[test]
fn nothing_is_touched_behind_a_link() {
    for linked in ["thumbs", "thumbs/3f"] {
        let (root, photo) = (marked(), PhotoId([0x3f; 32]));
        let friends = TempDir::new().unwrap();
        let link = root.path().join(".photomesh").join(linked);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(friends.path(), &link).unwrap();
        let below =
            if linked == "thumbs" { friends.path().join("3f") } else { friends.path().into() };
        fs::create_dir_all(&below).unwrap();
        let theirs =
            [format!("{photo}.jpg"), "cat.jpg".to_owned(), format!("{}.jpg", "0".repeat(64))];
        theirs.iter().for_each(|name| fs::write(below.join(name), b"a friend's").unwrap());
        let previews = Previews::new(root.path(), BTreeSet::new());
        previews.sweep();
        previews.put(photo, GRID, &jpeg(100), previews.since());
        assert_eq!(previews.get_any(photo, GRID), None);
        previews.forget(photo);
        for name in theirs {
            assert_eq!(fs::read(below.join(name)).unwrap(), b"a friend's");
        }
        assert_eq!(fs::read_dir(&below).unwrap().count(), 3);
    }
}

#[test]
fn what_another_node_has_made_is_kept_apart_and_gives_way() {
    let (root, photo) = (marked(), PhotoId([1; 32]));
    let previews = Previews::new(root.path(), BTreeSet::new());
    previews.put_theirs(photo, GRID, &jpeg(50), previews.since());
    let both = || (previews.get(photo, GRID), previews.get_any(photo, GRID));
    assert_eq!(both(), (None, Some(jpeg(50))));
    previews.put_new(photo, &jpeg(100), previews.since());
    assert_eq!(both(), (Some(jpeg(100)), Some(jpeg(100))));
    previews.put_theirs(photo, GRID, &jpeg(50), previews.since());
    assert_eq!(both(), (Some(jpeg(100)), Some(jpeg(100))), "it came too late");
    previews.forget(photo);
    assert_eq!(both(), (None, None));
    previews.put_theirs(photo, GRID, &jpeg(50), previews.since());
    previews.forget_theirs(photo);
    assert_eq!(both(), (None, None), "the photo itself is here");
    previews.put_theirs(photo, GRID, &jpeg(50), previews.since());
    Previews::new(root.path(), BTreeSet::from([photo])).sweep();
    assert_eq!(both(), (None, None), "the same at a start");
}

#[test]
fn what_is_forgotten_while_it_is_drawn_does_not_come_back() {
    let (root, photo) = (marked(), PhotoId([1; 32]));
    let previews = Previews::new(root.path(), BTreeSet::new());
    let since = previews.since();
    previews.forget(photo);
    previews.put(photo, GRID, &jpeg(100), since);
    previews.put_theirs(photo, PreviewSize::View, &jpeg(100), since);
    assert_eq!(PreviewSize::ALL.map(|size| previews.get_any(photo, size)), [None, None]);
    previews.put(photo, GRID, &jpeg(100), previews.since());
    assert_eq!(previews.get(photo, GRID), Some(jpeg(100)), "it is back");
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
