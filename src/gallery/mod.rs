//! The gallery: the collection for people's eyes, in a browser.
//!
//! ```text
//!   browser ──HTTP──▶ http ─▶ guard ─▶ routes ─┬─ mirror, watch ◀── one thread each ──┐
//!                     a thread for each        ├─ pool ◀────── a few links ───────────┼── client protocol ──▶ daemon
//!                     connection               └─ spool ◀───── whole photos, on disk ─┘
//!                                              (pool and spool once more, for what other groups show)
//! ```
//!
//! It is a *client*: another process than the daemon, which it asks by the same protocol as every command. Neither a
//! parser of HTTP nor the uploads of browsers belong into the process that guards the photos; and whatever the gallery
//! can do, anybody else can build who reads [`Request`](crate::protocol::Request).
//!
//! # What it promises
//!
//! **It is never more open than its daemon.** Without a group a daemon serves all programs of its computer, and so does
//! the gallery. In a group, or off this computer, a visitor needs a login link. What a visitor may do ends with what the
//! daemon lets the member do with whose file the gallery was started. (`guard`, `login`)
//!
//! **No page of another site learns or changes anything**, even if it runs in a browser that is logged in: it comes under
//! another name, from another origin, and without the token. (`guard`)
//!
//! **Photos are strangers' bytes.** They are sent with types that were recognised by content, in a sandbox, never as a
//! page; names are text, in headers encoded, and never paths. (`http/response`, `routes/pictures`)
//!
//! **What is sent as a photo is that photo**: no byte of it leaves before its digest is checked. (`spool`)
//!
//! **Nobody is waited for without end, and nothing grows without bound**: see `limits`.
//!
//! **The daemon may go and come.** The page stays, says what is wrong, and goes on when the daemon answers again.
//! (`watch`, `pool`)
//!
//! # Its state, and who changes it
//!
//! All of it is in [`Gallery`], which all threads share; each part has a lock of its own, held for moments.
//!
//! | thread | does | ends |
//! |---|---|---|
//! | main | waits for the signal to stop | then |
//! | `accept` | gives every connection a thread | when it is woken after the signal |
//! | `http-PORT` | a conversation with a browser | with its connection |
//! | `watch` | asks the daemon how it is, once a second while somebody looks | when told to |
//! | `mirror` | lists the collection when that has changed | with the process |
//! | `browser`, with `--open` | waits for the program that opens one | with that |
//! | `stdin`, of a daemon's gallery | waits for the end of the daemon | then, and all others with it |
//!
//! # What is where, in reading order
//!
//! 1. `http`: from bytes to requests, and back. It knows nothing of photos.
//! 2. `guard` with `login`: who gets in. `door`: where the gallery listens, and the links it prints.
//! 3. `watch`, `mirror` with `snapshot`: what is known of the daemon and the collection. `search`.
//! 4. `pool` and `spool`: links to the daemon, and whole photos. `reviewed`: ticks of a person.
//! 5. `routes` with `api`: the table of all paths, and what answers each; `routes/abroad`: what other groups show. `assets`:
//!    the page, which is in `page/`.
//!
//! # What is left out
//!
//! **TLS**: off this computer only private networks are served, and it is said that photos cross them unencrypted. A
//! friend opens a gallery of their own over the encrypted mesh; for the rest there are ssh, a VPN and proxies. A
//! certificate signed by oneself would teach people to click warnings away.
//!
//! **Accounts and public links.** A link makes an owner or a guest, and `--new-links` voids all.
//!
//! **Other users of the same computer, without a group**: any program there may ask the daemon anyway.

mod api;
mod assets;
mod door;
mod guard;
mod http;
mod limits;
mod login;
mod mirror;
mod pool;
mod reviewed;
mod routes;
mod search;
mod snapshot;
mod spool;
#[cfg(test)]
mod tests;
mod watch;

use std::env;
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::assets::Assets;
use self::guard::Guard;
use self::http::server::Server;
use self::login::Login;
use self::mirror::Mirror;
use self::pool::Pool;
use self::reviewed::Reviewed;
use self::spool::Spool;
use self::watch::Watch;
use crate::client::Failure;
use crate::process::{spawn, stop_wishes};
use crate::protocol::{Address, MemberFile, in_words, plain};

pub use self::http::head::{Head, Method};
pub use self::http::malformed::Malformed;

/// How a gallery is to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The daemon whose collection it shows.
    pub daemon: Address,
    /// Who asks it, in a group.
    pub member: Option<MemberFile>,
    /// The address to listen on: this computer's own, or one in a private network; `0.0.0.0` for all of those.
    pub host: String,
    /// The port to listen on; 0 takes a free one.
    pub port: u16,
    /// More names by which browsers may call this computer: `NAME`, or `NAME:PORT` behind a proxy.
    pub allow_host: Vec<String>,
    /// What browsers call the proxy before it, which others can reach: `https://NAME`.
    pub behind_proxy: Option<String>,
    /// Open it in a browser.
    pub open: bool,
    /// Make the login links anew, which voids all that were given, and logs everybody out.
    pub new_links: bool,
    /// Only print the login links.
    pub links: bool,
    /// Stop when standard input ends, too; the links, which would go to the log of a daemon, are not printed then.
    pub until_stdin_ends: bool,
}

/// What all threads share.
struct Gallery {
    guard: Guard,
    assets: Assets,
    mirror: Mirror,
    watch: Arc<Watch>,
    pool: Pool,
    spool: Spool,
    /// For what other groups show: links and photos of its own, so that the own group never waits for another one.
    abroad: (Pool, Spool),
    reviewed: Reviewed,
}

/// Runs a gallery until it is told to stop, by SIGINT or SIGTERM; a second signal ends the process at once. To be called
/// once, from the main thread.
///
/// Prints `gallery at http://HOST:PORT/` as the first line on `out` once it accepts connections, and below it the login
/// links if there are any; for the log of a daemon both are shorter. That the daemon does not answer is no error: it is
/// asked again and again.
///
/// # Errors
///
/// [`Failure::Usage`] for an address that is not private, or login links that others can read;
/// [`Failure::Unreachable`] if the port is taken; [`Failure::Io`] if its files cannot be used.
pub fn run(options: &Options, out: &mut impl Write) -> Result<(), Failure> {
    if options.links {
        return print_links(options, out);
    }
    let listener = door::bind(&options.host, options.port)?;
    let wishes = stop_wishes(options.until_stdin_ends).map_err(Failure::Io)?;
    let gallery = Arc::new(Gallery::new(options, &listener)?);
    gallery.start_threads().map_err(|error| failed("cannot start a thread", &error))?;
    let local = listener.local_addr().map_err(|error| failed("cannot listen", &error))?;
    let handler: Arc<dyn http::serve::Handler> = Arc::<Gallery>::clone(&gallery);
    let server = Server::start(listener, handler, door::is_welcome)
        .map_err(|error| failed("cannot start a thread", &error))?;
    // That nobody listens to that is no error: the page may be open already.
    let _ = match options.until_stdin_ends {
        false => door::announce(&gallery.guard, local.ip(), out),
        true => door::announce_to_log(&gallery.guard, local.ip(), out),
    };
    if options.open {
        door::open(&gallery.guard, local.ip(), &state_folder());
    }
    // The end of the channel would be a wish, too.
    let _ = wishes.recv();
    gallery.watch.stop();
    server.stop();
    Ok(())
}

impl Gallery {
    fn new(options: &Options, listener: &TcpListener) -> Result<Gallery, Failure> {
        let local = listener.local_addr().map_err(|error| failed("cannot listen", &error))?;
        let random =
            || login::random().map_err(|error| failed("the system has no randomness", &error));
        let state = state_folder();
        let sites = door::sites(options, local.port())?;
        let login = Login::open(&links_of(options), local.port(), options.new_links)?;
        let reviewed = Reviewed::open(&state.join("reviewed"))
            .map_err(|error| failed("cannot read what was reviewed", &error))?;
        let spool = |name| {
            Spool::open(cache_folder(name))
                .map_err(|error| failed("cannot make a folder for photos", &error))
        };
        let token = random()?;
        Ok(Gallery {
            guard: Guard {
                sites,
                port: local.port(),
                // Whoever is called by another name lets others in.
                needs_session: options.member.is_some()
                    || !local.ip().is_loopback()
                    || !options.allow_host.is_empty()
                    || options.behind_proxy.is_some(),
                login,
                token,
            },
            assets: Assets::new(),
            mirror: Mirror::new(random()?[..8].to_owned()),
            watch: Watch::new(),
            pool: Pool::new(options.daemon.clone(), options.member.clone()),
            spool: spool("photomesh")?,
            abroad: (
                Pool::abroad(options.daemon.clone(), options.member.clone()),
                spool("photomesh-abroad")?,
            ),
            reviewed,
        })
    }

    /// Starts the two threads that ask the daemon by themselves. Should one panic, a page would show for ever how all was:
    /// so the process ends.
    fn start_threads(self: &Arc<Gallery>) -> io::Result<()> {
        let gallery = Arc::clone(self);
        spawn("watch", move || {
            let Gallery { watch, pool, mirror, .. } = &*gallery;
            watch.run(|| pool.connect(), |status| mirror.want(status.revision));
        })?;
        let gallery = Arc::clone(self);
        spawn("mirror", move || gallery.mirror.run(|| gallery.pool.connect(), &gallery.watch))?;
        Ok(())
    }
}

/// Prints the links of the gallery that runs on this host and port, or will.
fn print_links(options: &Options, out: &mut impl Write) -> Result<(), Failure> {
    let login = Login::open(&links_of(options), options.port, options.new_links)?;
    let bound =
        door::resolve(&options.host).map_err(|error| failed("cannot find --host", &error))?;
    let sites = door::sites(options, options.port)?;
    door::warn_if_silent(bound, options.port);
    Ok(door::print_links(&login, &door::home(&sites, bound, options.port), out)?)
}

/// Where the login links are. Those of one group let nobody see another's photos.
fn links_of(options: &Options) -> PathBuf {
    let name = match &options.member {
        None => "gallery.json".to_owned(),
        Some(member) => format!("gallery-{}.json", member.certificate.group().short()),
    };
    state_folder().join(name)
}

/// What outlives the gallery: `$XDG_STATE_HOME/photomesh`.
fn state_folder() -> PathBuf {
    base("XDG_STATE_HOME", ".local/state").join("photomesh")
}

/// What may be deleted at any time: `$XDG_CACHE_HOME/photomesh`, and beside it `photomesh-abroad`.
fn cache_folder(name: &str) -> PathBuf {
    base("XDG_CACHE_HOME", ".cache").join(name)
}

/// A folder of the user's, as the variable says if that is a path from the root.
fn base(variable: &str, usual: &str) -> PathBuf {
    let said = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    said.unwrap_or_else(|| env::home_dir().unwrap_or_else(env::temp_dir).join(usual))
}

fn failed(what: &str, error: &io::Error) -> Failure {
    Failure::Io(format!("{what}: {}", in_words(error)))
}

/// A line for whoever sits before the terminal.
fn say(text: &str) {
    // There is nowhere to report that nobody can be told.
    let _ = writeln!(io::stderr(), "photomesh: {}", plain(text));
}

/// Locks. A panic elsewhere leaves nothing half-changed behind these locks, so a poisoned one is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
