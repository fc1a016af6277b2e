//! Small pictures of photos, through real daemons: from whichever node, and whatever becomes of caches and holders.
#![allow(clippy::unwrap_used, reason = "a test may end where its ground gives way")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use photomesh::client::{Daemon as Connection, Failure};
use photomesh::photo::{PhotoId, PreviewSize};
use photomesh::protocol::{Address, Answer, Request};
use support::ask;
use support::daemon::Daemon;
use support::disk;
use support::pictures::{draw, jpeg, png};
use support::wait::eventually;
use tempfile::TempDir;

/// What a daemon does has to be done within this time, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn folder(place: &TempDir, name: &str) -> PathBuf {
    let folder = place.path().join(name);
    fs::create_dir(&folder).unwrap();
    folder
}

fn start(folder: &Path, way_in: Option<&Address>) -> Daemon {
    let program = Path::new(env!("CARGO_BIN_EXE_photomesh"));
    let way_in = way_in.map(ToString::to_string);
    let mut options = vec!["--grace", "600s", "--copies", "1"];
    options.extend(way_in.iter().flat_map(|address| ["--join", address]));
    Daemon::start(program, folder, &options).unwrap()
}

/// What a daemon shows of a photo.
fn preview(at: &Daemon, photo: PhotoId, size: PreviewSize) -> Result<Vec<u8>, Failure> {
    let mut daemon = Connection::connect(at.address(), None)?;
    let answer = daemon.ask(&Request::GetPreview { photo, size, shared: false })?;
    let Answer::Preview { photo: shown, bytes, image } = answer else { panic!("{answer:?}") };
    assert_eq!((shown, bytes), (photo, image.len() as u64));
    assert!(size.fits(&image));
    Ok(image.to_vec())
}

fn sides(picture: &[u8]) -> (u32, u32) {
    let picture = image::load_from_memory_with_format(picture, image::ImageFormat::Jpeg).unwrap();
    (picture.width(), picture.height())
}

/// Where a daemon keeps what a photo looks like.
fn kept(folder: &Path, photo: PhotoId, name: &str) -> PathBuf {
    let id = photo.to_string();
    folder.join(".photomesh").join(name).join(&id[..2]).join(format!("{id}.jpg"))
}

/// The same, as another node has made it.
fn theirs(kept: &Path) -> PathBuf {
    kept.with_extension("theirs.jpg")
}

/// Waits until a daemon knows so many photos.
fn knows(daemon: &Daemon, photos: usize) {
    let known = || match ask::labels(daemon.address())?.len() {
        len if len == photos => Ok(()),
        other => Err(format!("{other} photos")),
    };
    eventually("the photos are known", PATIENCE, known).unwrap();
}

#[test]
fn photos_are_shown_by_any_daemon_as_long_as_anybody_knows_what_they_look_like() {
    let place = TempDir::new().unwrap();
    let [near, far] = ["near", "far"].map(|name| folder(&place, name));
    let bytes = jpeg(&draw(1, 2400, 1600), 90);
    let other = png(&draw(2, 500, 700));
    disk::lay(&far.join("cat.jpg"), &bytes).unwrap();
    disk::lay(&far.join("dog.png"), &other).unwrap();
    let [cat, dog] = [&bytes, &other].map(|bytes| PhotoId::of(bytes));
    let mut holder = start(&far, None);
    let asked = start(&near, Some(holder.address()));
    knows(&asked, 2);

    // The scan has drawn them; the daemon that is asked has nothing of them.
    assert!(kept(&far, cat, "thumbs").exists() && kept(&far, dog, "thumbs").exists());
    assert!(!theirs(&kept(&near, cat, "thumbs")).exists());
    let grid = preview(&asked, cat, PreviewSize::Grid).unwrap();
    assert_eq!(fs::read(kept(&far, cat, "thumbs")).unwrap(), grid);
    assert!(sides(&grid).1 >= 240, "{:?}", sides(&grid));
    assert_eq!(sides(&preview(&asked, dog, PreviewSize::Grid).unwrap()), (320, 448));
    // An unoptimised program may take longer to draw one than anybody waits. It is kept all the same.
    let seen = || preview(&asked, cat, PreviewSize::View).map_err(|failure| failure.to_string());
    let view = eventually("the view is drawn", PATIENCE, seen).unwrap();
    assert_eq!(sides(&view), (2048, 1365));
    let is_kept = || match theirs(&kept(&near, cat, "views")).exists() {
        true => Ok(()),
        false => Err("not yet".to_owned()),
    };
    eventually("it is kept", PATIENCE, is_kept).unwrap();
    // No picture has become a photo, or a file of the friend's.
    knows(&asked, 2);
    assert_eq!(ask::status(asked.address()).unwrap().skipped_files, 0);

    // The holder's cache can be deleted at any time: the picture is made again.
    fs::remove_dir_all(far.join(".photomesh/thumbs")).unwrap();
    assert!(preview(&holder, cat, PreviewSize::Grid).is_ok());
    assert!(kept(&far, cat, "thumbs").exists());

    // Without the holder there is what was seen before, and no more.
    let never_seen = (dog, PreviewSize::View);
    holder.kill().unwrap();
    assert_eq!(preview(&asked, cat, PreviewSize::Grid).unwrap(), grid);
    assert_eq!(preview(&asked, cat, PreviewSize::View).unwrap(), view);
    let away = preview(&asked, never_seen.0, never_seen.1);
    assert!(matches!(away, Err(Failure::Unreachable(_))), "{away:?}");
    fs::remove_dir_all(near.join(".photomesh/thumbs")).unwrap();
    assert!(preview(&asked, cat, PreviewSize::Grid).is_err());
    let unknown = preview(&asked, PhotoId([9; 32]), PreviewSize::Grid);
    assert!(matches!(unknown, Err(Failure::NotFound(_))), "{unknown:?}");
}

#[test]
fn a_cache_that_cannot_be_written_costs_nothing_but_time() {
    let place = TempDir::new().unwrap();
    let folder = folder(&place, "home");
    let bytes = png(&draw(3, 640, 480));
    disk::lay(&folder.join("cat.png"), &bytes).unwrap();
    fs::create_dir(folder.join(".photomesh")).unwrap();
    // Where the directories would be there are files.
    fs::write(folder.join(".photomesh/thumbs"), b"").unwrap();
    fs::write(folder.join(".photomesh/views"), b"").unwrap();
    let daemon = start(&folder, None);
    knows(&daemon, 1);
    for size in PreviewSize::ALL {
        assert!(preview(&daemon, PhotoId::of(&bytes), size).is_ok());
    }
    assert_eq!(fs::read(folder.join(".photomesh/thumbs")).unwrap(), b"");
}

#[test]
fn a_file_that_only_claims_to_be_a_picture_cannot_be_drawn() {
    let place = TempDir::new().unwrap();
    let folder = folder(&place, "home");
    let mut bytes = png(&draw(4, 640, 480));
    bytes.truncate(1000);
    disk::lay(&folder.join("broken.png"), &bytes).unwrap();
    let daemon = start(&folder, None);
    knows(&daemon, 1);
    let shown = preview(&daemon, PhotoId::of(&bytes), PreviewSize::Grid);
    assert!(matches!(shown, Err(Failure::NotFound(_))), "{shown:?}");
}
