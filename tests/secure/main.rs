//! Daemons of a group: friends understand each other, strangers and those on the line get nothing, and nobody commands
//! the computers of another.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows only test functions, not their helpers, as tests"
)]

mod conspirators;
mod files;
mod floods;
mod folders;
mod forgetting;
mod liar;
mod rights;
mod strangers;
#[path = "../support/mod.rs"]
mod support;
mod tap;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use photomesh::client;
use photomesh::photo::PhotoId;
use photomesh::protocol::group::GroupFile;
use photomesh::protocol::{Address, Answer, MAX_CHUNK, MemberFile, Request};
use support::daemon::Daemon;
use support::pictures;
use support::wait::eventually;
use tap::{Tap, Way};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);

/// When everybody was invited.
const INVITED: u64 = 1_790_000_000;

/// A group of friends, each with a daemon on a folder of the same name.
struct Group {
    place: TempDir,
    file: GroupFile,
}

impl Group {
    fn new(secret: u8) -> Group {
        let place = tempfile::tempdir().unwrap();
        Group { place, file: GroupFile::new([secret; 32], [secret + 100; 32]) }
    }

    /// Somebody of the group; always the same under one name.
    fn member(&self, name: &str) -> MemberFile {
        self.invited(name, 0)
    }

    /// The same, after so many lost files: under each the member has another key.
    fn invited(&self, name: &str, lost: u8) -> MemberFile {
        let key = PhotoId::of(format!("{name} {lost}").as_bytes()).0;
        let mut file = self.file.clone();
        file.invite(name.parse().unwrap(), key, INVITED + u64::from(lost)).unwrap()
    }

    /// Writes a member's file, and says where.
    fn member_file(&self, member: &MemberFile) -> PathBuf {
        let certificate = &member.certificate;
        let name = format!("{}-{}.member", certificate.name(), certificate.serial());
        let path = self.place.path().join(name);
        fs::write(&path, member.to_text()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// Starts a daemon of this member's, on a folder of this name.
    fn start(&self, name: &str, join: Option<&Address>) -> Daemon {
        self.start_with(name, join, &[])
    }

    fn start_with(&self, name: &str, join: Option<&Address>, options: &[&str]) -> Daemon {
        self.start_of(name, name, join, options)
    }

    /// Starts a daemon of a member's, on one of their folders.
    fn start_of(
        &self,
        member: &str,
        folder: &str,
        join: Option<&Address>,
        options: &[&str],
    ) -> Daemon {
        let folder = self.place.path().join(folder);
        fs::create_dir_all(&folder).unwrap();
        let mut options = options.to_vec();
        let member = self.member_file(&self.member(member));
        options.extend(["--member", member.to_str().unwrap()]);
        let join = join.map(Address::to_string);
        if let Some(join) = &join {
            options.extend(["--join", join]);
        }
        let program = Path::new(env!("CARGO_BIN_EXE_photomesh"));
        Daemon::start(program, &folder, &options).unwrap()
    }

    /// Puts a picture into a folder and returns its bytes.
    fn picture(&self, folder: &str, name: &str) -> Vec<u8> {
        let bytes = pictures::jpeg(&pictures::draw(1, 320, 240), 90);
        let folder = self.place.path().join(folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), &bytes).unwrap();
        bytes
    }

    fn ask(&self, address: &Address, request: &Request) -> Result<Answer, String> {
        ask(address, Some(&self.member("guest")), request)
    }

    /// How many live nodes a daemon knows, itself included, and how many photos.
    fn status(&self, address: &Address) -> Result<(usize, usize), String> {
        let Answer::Status(status) = self.ask(address, &Request::Status)? else {
            return Err("not a status".to_owned());
        };
        let alive = status.nodes.iter().filter(|node| node.alive).count();
        Ok((alive, usize::try_from(status.photos).unwrap()))
    }

    fn settles(&self, address: &Address, nodes: usize, photos: usize) {
        eventually("the nodes are together", PATIENCE, || match self.status(address)? {
            found if found == (nodes, photos) => Ok(()),
            found => Err(format!("(nodes, photos) are {found:?}")),
        })
        .unwrap();
    }
}

fn ask(
    address: &Address,
    member: Option<&MemberFile>,
    request: &Request,
) -> Result<Answer, String> {
    let daemon = client::Daemon::connect(address, member);
    daemon.and_then(|mut daemon| daemon.ask(request)).map_err(|failure| failure.to_string())
}

fn get(name: &str) -> Request {
    Request::GetImageRequest { image_name: name.to_owned() }
}

#[test]
fn friends_share_photos_and_the_line_shows_nothing_of_it() {
    let group = Group::new(7);
    let bytes = group.picture("anna", "secret-beach.jpg");
    let anna = group.start("anna", None);
    let line = Tap::before(anna.address(), None);
    let ben = group.start("ben", Some(line.address()));
    group.settles(ben.address(), 2, 1);
    let answer = group.ask(line.address(), &get("secret-beach.jpg")).unwrap();
    let Answer::ReceiveImage { image, .. } = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(*image, bytes[..]);

    let base64 = STANDARD.encode(&bytes);
    for way in [Way::Out, Way::Back] {
        let heard = line.heard(way);
        assert!(heard.len() > 500, "{way:?}: the tap is not on the line");
        let shows = |what: &[u8]| heard.windows(what.len()).any(|window| window == what);
        for word in ["secret", "beach", "command", "register", "127.0.0.1"] {
            assert!(!shows(word.as_bytes()), "{way:?} shows {word:?}");
        }
        for start in (0..base64.len() - 16).step_by(1000) {
            assert!(!shows(&base64.as_bytes()[start..start + 16]), "{way:?}");
        }
        for start in (0..bytes.len() - 16).step_by(1000) {
            assert!(!shows(&bytes[start..start + 16]), "{way:?}");
        }
    }
    // It was there to be seen: the photo went over this line.
    assert!(line.heard(Way::Back).len() > bytes.len());
}

#[test]
fn what_an_owner_puts_and_gets_is_no_more_on_the_line_than_the_photo() {
    let group = Group::new(7);
    let anna = group.start("anna", None);
    let line = Tap::before(anna.address(), None);
    let member = group.member("anna");
    let connect = || client::Daemon::connect(line.address(), Some(&member));
    let picture = pictures::draw(5, 1600, 1200);
    let bytes = pictures::png(&picture);
    assert!(bytes.len() > 2 * MAX_CHUNK, "{} bytes are too few", bytes.len());
    let file = group.place.path().join("new.png");
    fs::write(&file, &bytes).unwrap();
    let wish = client::Put { files: vec![file], recursive: false, dry_run: false, json: false };
    client::put(connect, &wish, &mut Vec::new()).unwrap();
    let mut got = Vec::new();
    let wish = client::Get {
        names: vec!["new.png".to_owned()],
        destination: client::Destination::Output,
        exact: false,
        force: false,
        open: false,
        json: false,
    };
    client::get(connect, &wish, &mut got).unwrap();
    assert!(got == bytes);
    for way in [Way::Out, Way::Back] {
        let heard = line.heard(way).len();
        assert!(heard > bytes.len() && heard < bytes.len() * 11 / 10, "{way:?}: {heard}");
    }
}

#[test]
fn a_daemon_of_another_group_does_not_get_in() {
    let (ours, theirs) = (Group::new(1), Group::new(2));
    ours.picture("anna", "a.jpg");
    let anna = ours.start("anna", None);
    ours.settles(anna.address(), 1, 1);
    let eve = theirs.start("eve", Some(anna.address()));
    eventually("both say why", PATIENCE, || {
        let (a, e) = (anna.log(), eve.log());
        let said = a.contains("of another group") && e.contains("of another group");
        said.then_some(()).ok_or_else(|| format!("{a}\n{e}"))
    })
    .unwrap();
    assert_eq!(ours.status(anna.address()), Ok((1, 1)));
    assert_eq!(theirs.status(eve.address()), Ok((1, 0)));
}
