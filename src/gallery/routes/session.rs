//! Who is there: logging in and out, how all is, and events.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use super::refusals::{Answered, json};
use crate::client::disks::Disks;
use crate::gallery::Gallery;
use crate::gallery::api::{Revision, Secret, Status};
use crate::gallery::guard::too_many;
use crate::gallery::http::body::Body;
use crate::gallery::http::response::{Content, Response, Take};
use crate::gallery::http::serve::Request;
use crate::gallery::limits::{LEAVE, LOGIN_BODY, PING, RETRY_AFTER};
use crate::gallery::login::{Role, Tried};
use crate::gallery::watch::{Listener, Seen};
use crate::protocol::client::StatusReport;

/// What a listener was told last.
#[derive(Default)]
struct Told {
    /// The status without the time that the daemon is gone, which counts by itself.
    status: String,
    rev: String,
}

impl Gallery {
    /// Gives a cookie for a secret.
    pub(super) fn log_in(&self, request: &Request, body: &mut Body<'_>) -> Answered {
        if body.left() > LOGIN_BODY {
            return Err(Response::refusal(413, "too-large", "a secret is shorter than that"));
        }
        let Secret { secret } = json(body)?;
        match self.guard.login.try_secret(&secret, request.remote) {
            Tried::Right(role) => {
                let cookie = self.guard.login.set_cookie(Some(role), is_over_tls(request));
                Ok(Response::new(204).header("Set-Cookie", cookie))
            }
            Tried::Wrong => {
                Err(Response::refusal(401, "login", "this link is not valid, or not any more"))
            }
            Tried::TooMany => Err(too_many()),
        }
    }

    /// Takes the cookie away.
    pub(super) fn log_out(&self, request: &Request) -> Response {
        let nothing = self.guard.login.set_cookie(None, is_over_tls(request));
        Response::new(204).header("Set-Cookie", nothing)
    }

    /// How all is.
    pub(super) fn status(&self, role: Role) -> Response {
        let snapshot = self.mirror.present();
        let seen = self.watch.seen();
        let status = self.told(role, &snapshot.rev, &seen);
        Response::json(200, &status)
    }

    /// How all is, as it changes.
    pub(super) fn events(self: &Arc<Gallery>, role: Role) -> Answered {
        let listener = self.listener().ok_or_else(|| {
            let error = "too many pages listen already: close one";
            Response::refusal(503, "busy", error).header("Retry-After", RETRY_AFTER)
        })?;
        let gallery = Arc::clone(self);
        let events = Content::Events(Box::new(move |take| listen(listener, &gallery, role, take)));
        Ok(Response::of(200, "text/event-stream", events))
    }

    /// A place among the listeners. If there is none, all are woken, so that those who are gone leave theirs: a page that
    /// is loaded again and again leaves one behind each time.
    fn listener(&self) -> Option<Listener> {
        let deadline = Instant::now() + LEAVE;
        loop {
            let listener = self.watch.listen();
            if listener.is_some() || Instant::now() >= deadline {
                return listener;
            }
            self.watch.tell();
            thread::sleep(LEAVE / 20);
        }
    }

    /// What somebody of this role is told of what was seen of the daemon.
    fn told<'a>(&'a self, role: Role, rev: &'a str, seen: &'a Seen) -> Status<'a> {
        let owner = role == Role::Owner;
        Status {
            rev,
            role: role.word(),
            token: owner.then_some(self.guard.token.as_str()),
            daemon: self.pool.address().to_string(),
            may_change: owner && seen.owner && seen.status.is_some(),
            status: seen.status.clone(),
            level: seen.status.as_deref().and_then(level),
            gone: seen.gone.as_ref().map(|(why, _)| why.as_str()),
            since: seen.gone.as_ref().map(|(_, since)| since.elapsed().as_secs()),
        }
    }
}

/// The fullness at which the disks of a mesh even out, in hundredths, to so many places that a few photos on a large disk
/// are not nothing.
fn level(status: &StatusReport) -> Option<f64> {
    let level = Disks::of(status).level().of(10_000_000)?;
    u32::try_from(level).ok().map(|level| f64::from(level) / 100_000.0)
}

/// Whether a change, whose origin the guard has looked at, has come over TLS.
fn is_over_tls(request: &Request) -> bool {
    let origin = request.head.header("origin").unwrap_or_default();
    origin.to_ascii_lowercase().starts_with("https:")
}

/// Tells one listener after the other thing, until nobody listens or the gallery stops.
fn listen(mut listener: Listener, gallery: &Gallery, role: Role, take: Take<'_>) -> io::Result<()> {
    let mut told = Told::default();
    while let Some(news) = listener.wait(PING) {
        let text = match news {
            true => told.news(gallery, role),
            false => ": still here\n\n".to_owned(),
        };
        // Even nothing: it shows whether somebody still listens.
        take(text.as_bytes())?;
    }
    Ok(())
}

impl Told {
    /// What has changed since, as events.
    fn news(&mut self, gallery: &Gallery, role: Role) -> String {
        let (seen, snapshot) = (gallery.watch.seen(), gallery.mirror.present());
        let mut status = gallery.told(role, &snapshot.rev, &seen);
        let since = status.since.take();
        let lasting = serde_json::to_string(&status).unwrap_or_default();
        let mut text = String::new();
        if lasting != self.status {
            status.since = since;
            let said = serde_json::to_string(&status).unwrap_or_default();
            text.push_str(&format!("event: status\ndata: {said}\n\n"));
            self.status = lasting;
        }
        if snapshot.rev != self.rev {
            let revision = Revision { rev: &snapshot.rev, total: snapshot.shots.len() };
            let said = serde_json::to_string(&revision).unwrap_or_default();
            text.push_str(&format!("event: revision\ndata: {said}\n\n"));
            self.rev.clone_from(&snapshot.rev);
        }
        text
    }
}
