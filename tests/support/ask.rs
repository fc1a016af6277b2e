//! Questions to a daemon, in one call each.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use photomesh::client::{Daemon, Failure};
use photomesh::photo::PhotoId;
use photomesh::protocol::client::{PhotoReport, StatusReport};
use photomesh::protocol::{Address, Answer, Blob, MAX_CHUNK, MemberFile, Request};

/// Whose the daemons are that listen at these addresses; those of no group are not here.
static OWNERS: Mutex<BTreeMap<Address, MemberFile>> = Mutex::new(BTreeMap::new());

/// From now on the daemon at an address is asked by its owner.
pub(crate) fn belongs(address: &Address, owner: &MemberFile) {
    let mut owners = OWNERS.lock().unwrap_or_else(PoisonError::into_inner);
    owners.insert(address.clone(), owner.clone());
}

/// A connection to a daemon, of its owner.
fn connect(address: &Address) -> Result<Daemon, Failure> {
    let owner = OWNERS.lock().unwrap_or_else(PoisonError::into_inner).get(address).cloned();
    Daemon::connect(address, owner.as_ref())
}

/// How long a daemon that answers in no time may take, on a busy machine: longer than any get.
const PATIENCE: Duration = Duration::from_secs(30);

/// One request on a connection of its own; an answer that says no is an error.
pub(crate) fn ask(address: &Address, request: &Request) -> Result<Answer, String> {
    let ask = || {
        let mut daemon = connect(address)?;
        daemon.be_patient(PATIENCE);
        daemon.ask(request)
    };
    ask().map_err(|failure| failure.to_string())
}

/// The labels of the collection.
pub(crate) fn labels(address: &Address) -> Result<Vec<String>, String> {
    let Answer::ListImage { list } = ask(address, &Request::GetImageList)? else {
        return Err("not a list".to_owned());
    };
    Ok(list.to_vec())
}

/// A photo's label, id and bytes.
pub(crate) fn fetch(address: &Address, name: &str) -> Result<(String, PhotoId, Blob), String> {
    let request = Request::GetImageRequest { image_name: name.to_owned() };
    let Answer::ReceiveImage { label, id, image, .. } = ask(address, &request)? else {
        return Err("not a photo".to_owned());
    };
    Ok((label, id, image))
}

/// Puts a photo, and waits this long for the answer.
pub(crate) fn put(
    address: &Address,
    name: &str,
    photo: &[u8],
    patience: Duration,
) -> Result<Answer, String> {
    let put = || {
        let mut daemon = connect(address)?;
        daemon.be_patient(patience);
        daemon.send(&Request::Put {
            name: name.to_owned(),
            bytes: photo.len() as u64,
            dated: None,
        })?;
        for piece in photo.chunks(MAX_CHUNK) {
            let data = Blob::from(piece.to_vec());
            daemon.send(&Request::Chunk { data })?;
        }
        daemon.answer()
    };
    put().map_err(|failure| failure.to_string())
}

/// The whole collection in detail, in order of the ids.
pub(crate) fn photos(address: &Address) -> Result<Vec<PhotoReport>, String> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let Answer::Photos { photos, next } =
            ask(address, &Request::List { after, shared: false })?
        else {
            return Err("not a page".to_owned());
        };
        all.extend(photos);
        if next.is_none() {
            return Ok(all);
        }
        after = next;
    }
}

/// How the mesh is doing.
pub(crate) fn status(address: &Address) -> Result<StatusReport, String> {
    let Answer::Status(report) = ask(address, &Request::Status)? else {
        return Err("not a status".to_owned());
    };
    Ok(*report)
}
