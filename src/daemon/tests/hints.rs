//! What the system tells of changes in the folder, and which of them are worth a walk.

use std::path::Path;

use notify::event::{AccessKind, CreateKind, ModifyKind, RemoveKind};
use notify::{Event, EventKind};

use crate::daemon::disk::scanner::is_change;

fn told(kind: EventKind, paths: &[&str]) -> bool {
    let event = paths.iter().fold(Event::new(kind), |event, path| event.add_path(path.into()));
    is_change(&event, Path::new("/photos"))
}

#[test]
fn what_friends_do_is_worth_a_walk_and_what_the_daemon_writes_for_itself_is_not() {
    let (new, gone) = (EventKind::Create(CreateKind::Any), EventKind::Remove(RemoveKind::Any));
    for path in ["/photos/cat.jpg", "/photos/2019", "/photos/.photomesh/replicas/a.jpg"] {
        assert!(told(new, &[path]) && told(gone, &[path]), "{path}");
    }
    assert!(told(gone, &["/photos/.photomesh/trash/surplus/a.jpg"]));
    for path in ["tmp/x", "thumbs/3f/x.jpg", "views", "index", "notes"] {
        let path = format!("/photos/.photomesh/{path}");
        assert!(!told(new, &[&path]), "{path}");
        assert!(told(new, &[&path, "/photos/cat.jpg"]), "a file that comes from there");
    }
    assert!(!told(EventKind::Access(AccessKind::Any), &["/photos/cat.jpg"]), "it is only read");
}

#[test]
fn what_is_not_understood_is_worth_a_walk() {
    assert!(told(EventKind::Other, &[]), "events were lost");
    assert!(told(EventKind::Modify(ModifyKind::Any), &["/elsewhere/cat.jpg"]));
}
