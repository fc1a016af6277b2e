//! What stays at a daemon that has fetched photos for clients.

use std::fs;
use std::path::PathBuf;

use photomesh::photo::PhotoId;
use photomesh::protocol::Request;
use photomesh::protocol::client::CacheReport;

use crate::disks::start;
use crate::support::ask;
use crate::support::disk;
use crate::support::wait::eventually;
use crate::{Mesh, PATIENCE, own_pictures};

impl Mesh {
    /// Gets a photo through a daemon; the id of the bytes that came, if any did.
    fn get(&self, number: usize, name: &str) -> Option<PhotoId> {
        let answer = ask::fetch(self.daemons[number].address(), name).ok();
        answer.map(|(_, _, bytes)| PhotoId::of(&bytes))
    }

    fn cache(&self, number: usize) -> CacheReport {
        ask::status(self.daemons[number].address()).unwrap().cache
    }

    /// The files that stay at a daemon.
    fn kept(&self, number: usize) -> Vec<PathBuf> {
        disk::spools(&self.folder(number))
    }
}

#[test]
fn what_was_asked_for_stays_is_checked_and_goes_with_the_photo() {
    let mut mesh = Mesh::new();
    let expected = own_pictures(&mesh, 2, 1);
    mesh.start(None);
    mesh.start(Some(0));
    let way_in = mesh.daemons[0].address().clone();
    let third = start(&mesh.folder(2), Some(&way_in), &["--capacity", "0"]);
    mesh.daemons.push(third);
    mesh.settles(&expected, 2);
    let (name, id) = expected.iter().next().unwrap();

    for hits in 0..3 {
        assert_eq!(mesh.get(2, name), Some(*id));
        let cache = mesh.cache(2);
        assert_eq!((cache.misses, cache.hits), (1, hits));
    }
    let kept = mesh.kept(2);
    let [file] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!(PhotoId::of(&fs::read(file).unwrap()), *id);

    // It rots, and then somebody deletes it: it comes anew, and nobody notices.
    let mut bytes = fs::read(file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(file, bytes).unwrap();
    assert_eq!(mesh.get(2, name), Some(*id));
    assert_eq!(mesh.cache(2).misses, 2);
    mesh.kept(2).iter().for_each(|file| fs::remove_file(file).unwrap());
    assert_eq!(mesh.get(2, name), Some(*id));
    assert_eq!(mesh.cache(2).misses, 3);
    assert_eq!(mesh.kept(2).len(), 1);

    // Its owner removes it.
    let owner = (0..2).find(|number| mesh.folder(*number).join(name).exists()).unwrap();
    let request = Request::Remove { photos: vec![*id] };
    ask::ask(mesh.daemons[owner].address(), &request).unwrap();
    let gone = || match mesh.get(2, name) {
        None if mesh.kept(2).is_empty() => Ok(()),
        left => Err(format!("{left:?}, {:?}", mesh.kept(2))),
    };
    eventually("nobody gets it any more", PATIENCE, gone).unwrap();
}
