//! Who gets in: every request passes here before anything is done for it.
//!
//! In this order, so that each question is asked only of those who have passed the ones before:
//!
//! 1. **Host.** A page of an attacker that has its own name resolved to this computer (DNS rebinding) comes under that
//!    name, and ends here.
//! 2. **Fetch metadata.** No other site's page finds out by an `<img>` which photos there are. Browsers tell where a
//!    request comes from only on this computer and over TLS; elsewhere the cookie, which other sites' requests do not
//!    carry, does the same.
//! 3. **Session.** Off this computer, or in a group, photos are for those who have a link.
//! 4. **Changes** come from a page of the gallery itself, which alone knows the token and has this origin.
//! 5. **Role.** Guests look.

use std::net::IpAddr;

use super::http::head::Method;
use super::http::response::Response;
use super::http::serve::Request;
use super::limits::WRONG_WITHIN;
use super::login::{Login, Role, Tried, are_same};

/// Whose something is, which is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// The page: everybody's, and links to it may be followed from anywhere.
    Page,
    /// The same for everybody, with nobody's photos in it.
    Everybody,
    /// To log in: for those who have no cookie and no token yet.
    Login,
    /// To log out, which takes no token: guests have none.
    Logout,
    /// To look: for guests, too.
    Guest,
    /// What changes something, or shows what is its owner's alone.
    Owner,
}

/// A name by which browsers call this gallery.
pub(super) struct Site {
    /// In lower case.
    pub(super) name: String,
    pub(super) port: u16,
    /// Over TLS, which ends at a proxy.
    pub(super) secure: bool,
    /// It is the proxy's, by which others come.
    pub(super) is_proxy: bool,
}

impl Site {
    /// Of its pages.
    fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// Its page.
    pub(super) fn url(&self) -> String {
        let Site { name, port, secure, .. } = self;
        match (*port, secure) {
            (443, true) | (80, false) => format!("{}://{name}/", self.scheme()),
            _ => format!("{}://{name}:{port}/", self.scheme()),
        }
    }
}

/// What decides who gets in.
pub(super) struct Guard {
    /// The names by which this computer may be called.
    pub(super) sites: Vec<Site>,
    /// The port that is listened on.
    pub(super) port: u16,
    /// Whether one has to log in.
    pub(super) needs_session: bool,
    /// Links and cookies.
    pub(super) login: Login,
    /// What every change has to bring along: 128 bits, for this life of the program.
    pub(super) token: String,
}

impl Guard {
    /// Who makes this request, if it may be made.
    ///
    /// # Errors
    ///
    /// The answer that says why not.
    pub(super) fn admit(&self, request: &Request, access: Access) -> Result<Role, Response> {
        let head = &request.head;
        let host = head.header("host").unwrap_or_default();
        let Some(origin) = self.origin(host, request.local) else {
            let error = "this is not the name of this gallery: start it with --allow-host NAME, \
                         or use the address that it has printed";
            return Err(Response::refusal(421, "host", error));
        };
        if comes_from_elsewhere(request, access) {
            let error = "pages of other sites get nothing here";
            return Err(Response::refusal(403, "cross-site", error));
        }
        let role = self.role(request)?;
        let is_open = matches!(access, Access::Page | Access::Everybody | Access::Login);
        if role == Role::Stranger && !is_open {
            let error = "log in with the link that the gallery has printed at its start";
            return Err(Response::refusal(401, "login", error));
        }
        if !matches!(head.method, Method::Get | Method::Head) {
            self.may_change(request, &origin, access)?;
        }
        if access == Access::Owner && role != Role::Owner {
            let error = "guests look; the rest is the owner's";
            return Err(Response::refusal(403, "guest", error));
        }
        Ok(role)
    }

    /// Whether a change may be made.
    fn may_change(&self, request: &Request, own: &str, access: Access) -> Result<(), Response> {
        let head = &request.head;
        let origin = head.header("origin").unwrap_or_default();
        if !origin.eq_ignore_ascii_case(own) {
            let error = "changes are made from the gallery's own page only (Origin)";
            return Err(Response::refusal(403, "origin", error));
        }
        let kind = head.header("content-type").unwrap_or_default().to_ascii_lowercase();
        let is_form = ["application/x-www-form-urlencoded", "multipart/form-data"];
        if is_form.iter().any(|form| kind.starts_with(form)) {
            return Err(Response::refusal(415, "form", "no forms are taken: JSON, or a file"));
        }
        if matches!(access, Access::Login | Access::Logout) {
            return Ok(());
        }
        let token = head.header("x-photomesh-token").unwrap_or_default();
        if !are_same(token, &self.token) {
            let error = "the gallery was started anew: load the page again (X-Photomesh-Token)";
            return Err(Response::refusal(403, "token", error));
        }
        Ok(())
    }

    fn role(&self, request: &Request) -> Result<Role, Response> {
        if !self.needs_session {
            return Ok(Role::Owner);
        }
        let head = &request.head;
        if let Some(secret) = head.header("authorization").and_then(bearer) {
            return match self.login.try_secret(secret, request.remote) {
                Tried::Right(role) => Ok(role),
                Tried::Wrong => Err(Response::refusal(401, "login", "this is no secret of a link")),
                Tried::TooMany => Err(too_many()),
            };
        }
        let cookies = head.header("cookie").unwrap_or_default();
        Ok(self.login.role_of(cookies).unwrap_or(Role::Stranger))
    }

    /// The origin of this gallery's pages for whoever calls it by this `Host`, on a connection that came in at this
    /// address; none if it is not called so.
    fn origin(&self, host: &str, local: IpAddr) -> Option<String> {
        let (name, port) = parts(host)?;
        let (plain, secure) = (port.unwrap_or(80), port.unwrap_or(443));
        let bracketed = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        let literal = match bracketed {
            Some(ip) => ip.parse().map(IpAddr::V6),
            None => name.parse().map(IpAddr::V4),
        };
        let is_here =
            literal.is_ok_and(|ip| ip.to_canonical().is_loopback() || ip.to_canonical() == local);
        if is_here && plain == self.port {
            return Some(format!("http://{host}"));
        }
        let is_called = |site: &&Site| {
            let at = if site.secure { secure } else { plain };
            site.name.eq_ignore_ascii_case(name) && site.port == at
        };
        let site = self.sites.iter().find(is_called)?;
        Some(format!("{}://{host}", site.scheme()))
    }
}

/// What whoever tries too many secrets is told.
pub(super) fn too_many() -> Response {
    Response::refusal(429, "wait", "too many wrong secrets: wait a minute")
        .header("Retry-After", WRONG_WITHIN.as_secs())
}

/// The name and the port of a `Host`.
fn parts(host: &str) -> Option<(&str, Option<u16>)> {
    // A literal IPv6 address has colons of its own, within its brackets.
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    let Some(port) = port else {
        return Some((name, None));
    };
    let number = port.parse().ok().filter(|_| port.bytes().all(|byte| byte.is_ascii_digit()));
    Some((name, Some(number?)))
}

fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, secret) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// Whether another site's page has made a browser ask.
fn comes_from_elsewhere(request: &Request, access: Access) -> bool {
    let head = &request.head;
    let is = |name: &str, value: &str| head.header(name) == Some(value);
    let site = head.header("sec-fetch-site").unwrap_or("none");
    let follows_link = access == Access::Page
        && head.method == Method::Get
        && is("sec-fetch-mode", "navigate")
        && is("sec-fetch-dest", "document");
    !matches!(site, "none" | "same-origin") && !follows_link
}
