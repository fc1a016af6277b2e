//! Where the gallery listens, under which names, and what it prints for those who are to come in.

use std::io::{self, IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, ToSocketAddrs, UdpSocket};
use std::path::Path;
use std::thread::Builder;

use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use tempfile::NamedTempFile;

use super::guard::{Guard, Site};
use super::login::{Login, Role};
use super::{Options, say};
use crate::client::{Failure, open_in_system};
use crate::platform;
use crate::protocol::{Address, in_words, is_private};

/// Listens on an address of this computer, or of a private network that it is in.
///
/// # Errors
///
/// [`Failure::Usage`] for any other address, [`Failure::Unreachable`] if it cannot be listened on.
pub(super) fn bind(host: &str, port: u16) -> Result<TcpListener, Failure> {
    let unusable = |error: io::Error| {
        let address = Address::new(host, port);
        let advice = match error.kind() == io::ErrorKind::AddrInUse {
            true => "another program listens there; give the gallery another --port",
            false => "check --host and --port",
        };
        Failure::Unreachable(format!("cannot listen on {address} ({}): {advice}", in_words(&error)))
    };
    let all = (Address::new(host, port).host(), port).to_socket_addrs().map_err(unusable)?;
    let all: Vec<SocketAddr> = all.collect();
    match all.iter().all(|at| at.ip().is_unspecified() || is_private(at.ip())) {
        true => TcpListener::bind(&all[..]).map_err(unusable),
        false => Err(Failure::Usage(format!(
            "{host} is not in a private network, and the gallery does not encrypt: listen on this computer \
             (--host 127.0.0.1) and reach it through ssh, a VPN or a proxy (--behind-proxy https://NAME)"
        ))),
    }
}

/// The address that a host's name stands for.
///
/// # Errors
///
/// If there is none.
pub(super) fn resolve(host: &str) -> io::Result<IpAddr> {
    let address = Address::new(host, 0);
    let mut found = (address.host(), 0).to_socket_addrs()?;
    let none = || io::Error::new(io::ErrorKind::NotFound, "the name stands for no address");
    found.next().map(|found| found.ip()).ok_or_else(none)
}

/// Whether a connection between these two is taken in. On `0.0.0.0` a gallery hears on public addresses, too, and a
/// router may pass strangers on to a private one.
pub(super) fn is_welcome(local: IpAddr, remote: IpAddr) -> bool {
    is_private(local) && is_private(remote)
}

/// The names by which browsers may call this computer: its own, those that are allowed, and a proxy's.
///
/// # Errors
///
/// [`Failure::Usage`] for what is no name.
pub(super) fn sites(options: &Options, port: u16) -> Result<Vec<Site>, Failure> {
    let host = platform::host_name().to_ascii_lowercase();
    let plain = |name: String| Site { name, port, secure: false, is_proxy: false };
    let mut sites = vec![plain("localhost".to_owned()), plain(format!("{host}.local"))];
    sites.push(plain(host));
    for name in &options.allow_host {
        let site = site(name, port, false).ok_or_else(|| {
            Failure::Usage(format!("--allow-host takes NAME or NAME:PORT, and {name} is neither"))
        })?;
        sites.push(site);
    }
    sites.extend(options.behind_proxy.as_deref().map(proxy).transpose()?);
    Ok(sites)
}

/// A name, with a port if it has another one than usual.
fn site(text: &str, usual: u16, secure: bool) -> Option<Site> {
    let whole = if text.contains(':') { text.to_owned() } else { format!("{text}:{usual}") };
    let address: Address = whole.parse().ok()?;
    let name = address.host().to_ascii_lowercase();
    Some(Site { name, port: address.port(), secure, is_proxy: false })
}

/// What browsers call a proxy: `https://NAME`.
fn proxy(url: &str) -> Result<Site, Failure> {
    let found = match url.trim_end_matches('/').split_once("://") {
        Some(("https", name)) => site(name, 443, true),
        Some(("http", name)) => site(name, 80, false),
        Some(_) | None => None,
    };
    let found = found.map(|site| Site { is_proxy: true, ..site });
    found.ok_or_else(|| {
        let error =
            format!("--behind-proxy takes https://NAME or http://NAME, and {url} is neither");
        Failure::Usage(error)
    })
}

/// Prints where the gallery is, and the login links.
///
/// # Errors
///
/// If it cannot be printed.
pub(super) fn announce(guard: &Guard, bound: IpAddr, out: &mut impl Write) -> io::Result<()> {
    warn(bound);
    writeln!(out, "gallery at http://{}/", address(bound, guard.port))?;
    if guard.needs_session {
        print_links(&guard.login, &home(&guard.sites, bound, guard.port), out)?;
    }
    out.flush()
}

/// The same for a log, where no secret belongs.
///
/// # Errors
///
/// If it cannot be printed.
pub(super) fn announce_to_log(
    guard: &Guard,
    bound: IpAddr,
    out: &mut impl Write,
) -> io::Result<()> {
    warn(bound);
    let port = guard.port;
    writeln!(out, "at http://{}/", address(bound, port))?;
    if guard.needs_session {
        let command = format!("photomesh gallery --links --host {bound} --port {port}");
        writeln!(out, "its login links, with the same --member: {command}")?;
    }
    out.flush()
}

/// How visitors call the gallery: by the proxy's name if it has one, for others need not reach it in another way.
pub(super) fn home(sites: &[Site], bound: IpAddr, port: u16) -> String {
    match sites.iter().find(|site| site.is_proxy) {
        Some(proxy) => proxy.url(),
        None => format!("http://{}/", address(bound, port)),
    }
}

/// What somebody should know who lets others in.
fn warn(bound: IpAddr) {
    if !bound.is_loopback() {
        say("photos and the login cross your local network unencrypted");
    }
}

/// Prints the login links of the gallery that visitors call so, for a guest's phone as a QR code, too.
///
/// # Errors
///
/// If they cannot be printed.
pub(super) fn print_links(login: &Login, home: &str, out: &mut impl Write) -> io::Result<()> {
    let link = |role| format!("{home}#{}", login.secret(role));
    writeln!(out, "your own link:   {}", link(Role::Owner))?;
    writeln!(out, "a guest's link:  {}", link(Role::Guest))?;
    // A phone that follows a link to this computer's own address finds itself.
    if io::stdout().is_terminal() && !leads_here(home) {
        writeln!(out, "\n{}", drawn(&link(Role::Guest)))?;
    }
    Ok(())
}

/// Whether only this computer can follow a link.
pub(super) fn leads_here(home: &str) -> bool {
    let host = home.split("://").nth(1).unwrap_or(home).trim_end_matches('/');
    let host = host.parse().map_or(host.to_owned(), |address: Address| address.host().to_owned());
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.to_canonical().is_loopback())
}

/// Says so if no gallery runs where its links lead: whoever can listen there finds the place free, or not on this computer.
pub(super) fn warn_if_silent(bound: IpAddr, port: u16) {
    let in_use = |error: io::Error| error.kind() == io::ErrorKind::AddrInUse;
    if !TcpListener::bind((bound, port)).is_err_and(in_use) {
        let at = address(bound, port);
        say(&format!(
            "no gallery runs at {at} now: until one does (photomesh gallery), the links lead nowhere"
        ));
    }
}

/// Where browsers find what listens there: on all addresses, under the one that leads out of this computer.
fn address(bound: IpAddr, port: u16) -> Address {
    let ip = match bound.is_unspecified() {
        true => own_address().unwrap_or(Ipv4Addr::LOCALHOST.into()),
        false => bound,
    };
    Address::new(&ip.to_string(), port)
}

/// This computer's address in its network, if it is in a private one. Nothing is sent: the system only says which
/// address it would send from.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // An address that is for documentation, and so nobody's.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip()).filter(|ip| is_private(*ip))
}

/// A link that a phone's camera can read from a terminal.
fn drawn(link: &str) -> String {
    // It is longer than any code: then there is the link above.
    let Ok(code) = QrCode::with_error_correction_level(link, EcLevel::L) else {
        return String::new();
    };
    let drawn = code.render::<Dense1x2>().build();
    // Black on white, whatever the terminal's own colours are.
    drawn.lines().map(|line| format!("\x1b[30;107m{line}\x1b[0m\n")).collect()
}

/// Opens the gallery in this computer's browser. A secret does not go there on a command line, which other users can
/// read, but in a page of its own that only its owner can.
pub(super) fn open(guard: &Guard, bound: IpAddr, folder: &Path) {
    let own = format!("http://{}/", address(bound, guard.port));
    let target = match guard.needs_session {
        false => Ok(own.into()),
        true => {
            let link = format!("{own}#{}", guard.login.secret(Role::Owner));
            let page =
                format!("<!doctype html><meta http-equiv=\"refresh\" content=\"0; url={link}\">\n");
            let path = folder.join("open.html");
            platform::write_private(&path, page.as_bytes(), NamedTempFile::persist)
                .map(|()| path.into_os_string())
        }
    };
    let open = move || match target
        .map_err(|error| in_words(&error))
        .and_then(|page| open_in_system(&page))
    {
        // Waited for only so that it does not stay as a zombie.
        Ok(mut child) => drop(child.wait()),
        Err(why) => say(&format!("no browser could be started: {why}")),
    };
    let _ = Builder::new().name("browser".to_owned()).spawn(open);
}
