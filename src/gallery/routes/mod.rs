//! The table: which path is answered by what, and by which methods.
//!
//! Nothing gets here that the guard has not let in.

mod abroad;
mod changes;
mod collection;
mod details;
pub(super) mod metrics;
mod pictures;
mod refusals;
mod session;
mod shell;
mod slides;
mod upload;

use std::sync::Arc;

use self::refusals::Answered;
use super::Gallery;
use super::guard::Access;
use super::http::body::Body;
use super::http::head::{Head, Method};
use super::http::response::Response;
use super::http::serve::{Handler, Request};
use super::login::Role;
use super::pool::Whose;
use crate::photo::{PhotoId, PreviewSize};
use crate::protocol::between::GroupName;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Route<'a> {
    Shell,
    Asset(&'a str, &'a str),
    Timeline,
    Page(usize),
    Details(PhotoId),
    Small(Whose<'a>, PreviewSize, PhotoId),
    Photo(Whose<'a>, PhotoId),
    Short(&'a str),
    Feed,
    Random,
    Search,
    Status,
    Events,
    Metrics,
    Duplicates,
    Groups,
    Shown(&'a str),
    Trash,
    Upload(&'a str),
    Distinct,
    Reviewed,
    Restore,
    Purge,
    Plan,
    Remove,
    Login,
    Logout,
}

/// The paths that show the page, of which its script reads what to show; and `/p/ID`.
const PAGES: [&str; 6] = ["photos", "duplicates", "trash", "health", "groups", "search"];

impl<'a> Route<'a> {
    /// What a path leads to, if to anything.
    fn find(path: &'a [String]) -> Option<Route<'a>> {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let small = |size, name: &str| {
            Some(Route::Small(Whose::Own, size, name.strip_suffix(".jpg")?.parse().ok()?))
        };
        match path[..] {
            ["a", hash, name] => Some(Route::Asset(hash, name)),
            ["thumb", name] => small(PreviewSize::Grid, name),
            ["view", name] => small(PreviewSize::View, name),
            ["photo", digits] if is_short(digits) => Some(Route::Short(digits)),
            ["photo", id] | ["photo", id, _] => Some(Route::Photo(Whose::Own, id.parse().ok()?)),
            ["feed.json"] => Some(Route::Feed),
            ["random.jpg"] => Some(Route::Random),
            ["api", "timeline"] => Some(Route::Timeline),
            ["api", "page", number] => Some(Route::Page(number.parse().ok()?)),
            ["api", "photo", id] => Some(Route::Details(id.parse().ok()?)),
            ["api", "search"] => Some(Route::Search),
            ["api", "status"] => Some(Route::Status),
            ["api", "events"] => Some(Route::Events),
            ["metrics"] => Some(Route::Metrics),
            ["api", "duplicates"] => Some(Route::Duplicates),
            ["api", "trash"] => Some(Route::Trash),
            ["api", "trash", "restore"] => Some(Route::Restore),
            ["api", "trash", "purge"] => Some(Route::Purge),
            ["api", "upload", name] => Some(Route::Upload(name)),
            ["api", "distinct"] => Some(Route::Distinct),
            ["api", "reviewed"] => Some(Route::Reviewed),
            ["api", "remove", "plan"] => Some(Route::Plan),
            ["api", "remove"] => Some(Route::Remove),
            ["api", "login"] => Some(Route::Login),
            ["api", "logout"] => Some(Route::Logout),
            ["api", "groups"] => Some(Route::Groups),
            ["api", "groups", name, "photos"] if is_group(name) => Some(Route::Shown(name)),
            ["abroad", name, what, id] if is_group(name) => {
                let (whose, id) = (Whose::Group(name), id.parse().ok()?);
                match what {
                    "thumb" => Some(Route::Small(whose, PreviewSize::Grid, id)),
                    "view" => Some(Route::Small(whose, PreviewSize::View, id)),
                    "photo" => Some(Route::Photo(whose, id)),
                    _ => None,
                }
            }
            [] | ["p", _] => Some(Route::Shell),
            [page] if PAGES.contains(&page) => Some(Route::Shell),
            _ => None,
        }
    }

    /// Whose it is, and the methods that it has, as `Allow` says them.
    fn rules(&self) -> (Access, &'static str) {
        match self {
            Route::Shell => (Access::Page, LOOK),
            Route::Asset(..) => (Access::Everybody, LOOK),
            Route::Login => (Access::Login, "POST"),
            Route::Logout => (Access::Logout, "POST"),
            Route::Timeline
            | Route::Page(_)
            | Route::Details(_)
            | Route::Small(..)
            | Route::Photo(..)
            | Route::Short(_)
            | Route::Feed
            | Route::Random
            | Route::Search
            | Route::Status
            | Route::Events
            | Route::Metrics
            | Route::Groups
            | Route::Shown(_)
            | Route::Duplicates => (Access::Guest, LOOK),
            Route::Trash => (Access::Owner, LOOK),
            Route::Upload(_) => (Access::Owner, "PUT"),
            Route::Distinct
            | Route::Reviewed
            | Route::Restore
            | Route::Purge
            | Route::Plan
            | Route::Remove => (Access::Owner, "POST"),
        }
    }
}

/// The methods of what changes nothing.
const LOOK: &str = "GET, HEAD";

/// Whose it is what a path leads to. Strangers are not told what there is not, either.
pub(super) fn access(path: &[String]) -> Access {
    Route::find(path).map_or(Access::Guest, |route| route.rules().0)
}

impl Handler for Gallery {
    fn answer(self: Arc<Gallery>, request: &Request, body: &mut Body<'_>) -> Response {
        let served = self.guard.admit(request, access(&request.head.path));
        let served = served.and_then(|role| self.serve(request, role, body));
        served.unwrap_or_else(|refusal| refusal)
    }
}

impl Gallery {
    fn serve(self: &Arc<Gallery>, request: &Request, role: Role, body: &mut Body<'_>) -> Answered {
        let head = &request.head;
        let nothing = || Response::refusal(404, "unknown", "there is nothing here");
        let route = Route::find(&head.path).ok_or_else(nothing)?;
        let (_, allowed) = route.rules();
        if !allowed.split(", ").any(|method| method == name(head.method)) {
            let response = Response::refusal(405, "method", "this cannot be done here");
            return Err(response.header("Allow", allowed));
        }
        match route {
            Route::Shell => self.shell(head),
            Route::Asset(hash, name) => Ok(self.asset(head, hash, name)),
            Route::Timeline => self.timeline(head),
            Route::Page(number) => self.page(head, number),
            Route::Details(id) => self.details(id),
            Route::Small(whose, size, id) => self.small_picture(head, whose, size, id),
            Route::Photo(whose, id) => self.photo(head, whose, id),
            Route::Short(digits) => self.short(head, digits),
            Route::Feed => Ok(self.feed()),
            Route::Random => self.random(),
            Route::Search => self.search(head),
            Route::Status => Ok(self.status(role)),
            Route::Events => self.events(role),
            Route::Metrics => Ok(self.metrics()),
            Route::Duplicates => self.duplicates(after(head)),
            Route::Groups => self.groups(),
            Route::Shown(name) => self.shown(head, name),
            Route::Trash => self.trash(after(head)),
            Route::Upload(name) => self.upload(name, head, body),
            Route::Distinct => self.distinct(body),
            Route::Reviewed => self.review(body),
            Route::Restore => self.restore(body),
            Route::Purge => self.purge(body),
            Route::Plan => self.plan(body),
            Route::Remove => self.remove(body),
            Route::Login => self.log_in(request, body),
            Route::Logout => Ok(self.log_out(request)),
        }
    }
}

/// The fewest digits that stand for an id: fewer would soon mean several photos.
const ID_DIGITS: usize = 6;

/// Whether this is the beginning of an id, and not all of it.
fn is_short(digits: &str) -> bool {
    (1..64).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether another group may be called so: `porto`, or `porto~1f3a` if there are two of that name.
fn is_group(text: &str) -> bool {
    let (name, digits) = text.split_once('~').unwrap_or((text, "0"));
    let are_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    name.parse::<GroupName>().is_ok() && (1..=64).contains(&digits.len()) && are_digits
}

fn name(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Put => "PUT",
        Method::Post => "POST",
        Method::Other => "",
    }
}

/// The id after which a page of a list begins.
fn after(head: &Head) -> Option<PhotoId> {
    head.asked("after").and_then(|id| id.parse().ok())
}
