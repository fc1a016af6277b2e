//! Who gets in.

use std::net::{IpAddr, Ipv4Addr};

use tempfile::TempDir;

use super::head;
use crate::gallery::guard::Guard;
use crate::gallery::http::serve::Request;
use crate::gallery::login::{Login, Role};
use crate::gallery::routes::access;
use crate::gallery::{Options, door};
use crate::protocol::{Address, is_private};

const LAN: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 7));

#[test]
fn a_link_to_this_computers_own_address_is_not_for_phones() {
    for own in ["http://127.0.0.1:8080/", "http://[::1]:8080/", "https://localhost/"] {
        assert!(door::leads_here(own), "{own}");
    }
    for others in ["http://192.168.1.7:8080/", "https://photos.example/", "http://[fd00::7]:8080/"]
    {
        assert!(!door::leads_here(others), "{others}");
    }
}

struct House {
    guard: Guard,
    _folder: TempDir,
}

fn options() -> Options {
    Options {
        daemon: Address::new("127.0.0.1", 5000),
        member: None,
        host: "127.0.0.1".to_owned(),
        port: 8080,
        allow_host: ["Photos.Example".to_owned(), "proxy.example:443".to_owned()].into(),
        behind_proxy: Some("https://Safe.Example".to_owned()),
        open: false,
        new_links: false,
        links: false,
        until_stdin_ends: false,
    }
}

fn house(needs_session: bool) -> House {
    let folder = TempDir::new().unwrap();
    let login = Login::open(&folder.path().join("gallery.json"), 8080, false).unwrap();
    let sites = door::sites(&options(), 8080).unwrap();
    let guard = Guard { sites, port: 8080, needs_session, login, token: "token".to_owned() };
    House { guard, _folder: folder }
}

impl House {
    /// The role of a request, or the status and code of its refusal.
    fn ask(&self, line: &str, headers: &str) -> Result<Role, u16> {
        let text = format!("{line} HTTP/1.1\r\n{headers}\r\n");
        let request = Request { head: head(&text), local: LAN, remote: LAN };
        let access = access(&request.head.path);
        self.guard.admit(&request, access).map_err(|response| response.status)
    }

    fn cookie(&self, role: Role) -> String {
        let set = self.guard.login.set_cookie(Some(role), false);
        let pair = set.split(';').next().unwrap();
        format!("Host: localhost:8080\r\nCookie: other=1; {pair}\r\n")
    }
}

const HOST: &str = "Host: localhost:8080\r\n";
const CHANGE: &str = "Host: localhost:8080\r\nOrigin: http://localhost:8080\r\nX-Photomesh-Token: token\r\n\
                      Content-Length: 2\r\n";

#[test]
fn hosts() {
    let house = house(false);
    for good in [
        "localhost:8080",
        "LOCALHOST:8080",
        "127.0.0.1:8080",
        "127.1.2.3:8080",
        "[::1]:8080",
        "192.168.1.7:8080",
        "photos.example:8080",
        "PROXY.example:443",
        "[::ffff:127.0.0.1]:8080",
        "safe.example",
        "Safe.example:443",
    ] {
        let headers = format!("Host: {good}\r\n");
        assert_eq!(house.ask("GET /api/timeline", &headers), Ok(Role::Owner), "{good}");
    }
    for bad in [
        "evil.example:8080",
        "localhost",
        "localhost:80",
        "localhost:8081",
        "localhost:+8080",
        "localhost:",
        "localhost.evil.example:8080",
        "192.168.1.8:8080",
        "photos.example:443",
        "photos.example",
        "proxy.example",
        "safe.example:80",
        "safe.example:8080",
        "user@localhost:8080",
        "[::1",
        "::1:8080",
        "0.0.0.0:8080",
        "",
        "localhost:8080, localhost:8080",
    ] {
        let headers = format!("Host: {bad}\r\n");
        assert_eq!(house.ask("GET /", &headers), Err(421), "{bad}");
        assert_eq!(house.ask("GET /api/timeline", &headers), Err(421), "{bad}");
    }
}

#[test]
fn other_sites_learn_nothing() {
    let house = house(false);
    let fetch = |site: &str, mode: &str, dest: &str| {
        format!(
            "{HOST}Sec-Fetch-Site: {site}\r\nSec-Fetch-Mode: {mode}\r\nSec-Fetch-Dest: {dest}\r\n"
        )
    };
    for site in ["same-origin", "none"] {
        assert_eq!(house.ask("GET /thumb/x", &fetch(site, "no-cors", "image")), Ok(Role::Owner));
    }
    for site in ["cross-site", "same-site", "anything", "none, cross-site"] {
        for path in ["/", "/photos", "/p/12", "/health"] {
            let line = format!("GET {path}");
            assert_eq!(house.ask(&line, &fetch(site, "navigate", "document")), Ok(Role::Owner));
            assert_eq!(house.ask(&line, &fetch(site, "navigate", "iframe")), Err(403));
            assert_eq!(house.ask(&line, &fetch(site, "no-cors", "document")), Err(403));
        }
        for path in ["/thumb/x", "/photo/x", "/api/status", "/a/x/app.js", "/else"] {
            let line = format!("GET {path}");
            assert_eq!(house.ask(&line, &fetch(site, "no-cors", "image")), Err(403), "{path}");
            assert_eq!(house.ask(&line, &fetch(site, "navigate", "document")), Err(403), "{path}");
        }
        let change = format!("{CHANGE}Sec-Fetch-Site: {site}\r\n");
        assert_eq!(house.ask("POST /api/remove", &change), Err(403));
    }
}

#[test]
fn photos_take_a_session() {
    let house = house(true);
    for open in ["GET /", "GET /photos", "GET /p/12", "GET /a/x/app.js", "HEAD /trash"] {
        assert_eq!(house.ask(open, HOST), Ok(Role::Stranger), "{open}");
    }
    for closed in ["/api/timeline", "/api/status", "/thumb/x", "/view/x", "/photo/x", "/x"] {
        assert_eq!(house.ask(&format!("GET {closed}"), HOST), Err(401), "{closed}");
        for role in [Role::Guest, Role::Owner] {
            assert_eq!(house.ask(&format!("GET {closed}"), &house.cookie(role)), Ok(role));
        }
    }
    let forged = house.cookie(Role::Guest).replace("guest", "owner");
    assert_eq!(house.ask("GET /api/timeline", &forged), Err(401));
    let later = house.cookie(Role::Guest).replace("guest.1", "guest.2");
    assert_eq!(house.ask("GET /api/timeline", &later), Err(401));
    let elsewhere = house.cookie(Role::Owner).replace("photomesh-8080", "photomesh-8081");
    assert_eq!(house.ask("GET /api/timeline", &elsewhere), Err(401));
    for cookie in
        ["photomesh-8080", "photomesh-8080=", "photomesh-8080=owner", "photomesh-8080=owner.9.x"]
    {
        let headers = format!("{HOST}Cookie: {cookie}\r\n");
        assert_eq!(house.ask("GET /api/timeline", &headers), Err(401), "{cookie}");
    }
}

#[test]
fn programs_bring_a_secret() {
    let house = house(true);
    let bearer = |secret: &str| format!("{HOST}Authorization: Bearer {secret}\r\n");
    let owner = bearer(&house.guard.login.secret(Role::Owner));
    assert_eq!(house.ask("GET /api/status", &owner), Ok(Role::Owner));
    for _ in 0..5 {
        assert_eq!(house.ask("GET /api/status", &bearer("wrong")), Err(401));
    }
    assert_eq!(house.ask("GET /api/status", &bearer("wrong")), Err(429));
    assert_eq!(house.ask("GET /api/status", &owner), Ok(Role::Owner), "wrong ones lock nobody out");
}

#[test]
fn changes_come_from_the_page_itself() {
    let open = house(false);
    let proxied = CHANGE.replace("http://localhost:8080", "https://safe.example");
    let proxied = proxied.replace("Host: localhost:8080", "Host: safe.example");
    assert_eq!(open.ask("POST /api/remove", &proxied), Ok(Role::Owner));
    for line in ["POST /api/remove", "PUT /api/upload/a.jpg", "POST /api/nothing", "DELETE /x"] {
        assert_eq!(open.ask(line, CHANGE), Ok(Role::Owner), "{line}");
        for (good, bad) in [
            ("Host: localhost:8080", "Host: safe.example"),
            ("Origin: http://localhost:8080\r\n", ""),
            ("Origin: http://localhost:8080", "Origin: null"),
            ("Origin: http://localhost:8080", "Origin: https://localhost:8080"),
            ("Origin: http://localhost:8080", "Origin: http://localhost:8081"),
            ("Origin: http://localhost:8080", "Origin: http://127.0.0.1:8080"),
            ("X-Photomesh-Token: token\r\n", ""),
            ("Token: token", "Token: Token"),
            ("Token: token", "Token: token, token"),
        ] {
            let headers = CHANGE.replace(good, bad);
            assert_eq!(open.ask(line, &headers), Err(403), "{line} {bad}");
        }
        for form in ["application/x-www-form-urlencoded", "Multipart/Form-Data; boundary=x"] {
            let headers = format!("{CHANGE}Content-Type: {form}\r\n");
            assert_eq!(open.ask(line, &headers), Err(415));
        }
    }
    assert_eq!(
        open.ask("POST /api/remove", &format!("{CHANGE}Content-Type: application/json\r\n")),
        Ok(Role::Owner)
    );
}

#[test]
fn guests_look() {
    let house = house(true);
    let with = |role| CHANGE.replace(HOST, &house.cookie(role));
    assert_eq!(house.ask("POST /api/remove", &with(Role::Owner)), Ok(Role::Owner));
    assert_eq!(house.ask("POST /api/remove", &with(Role::Guest)), Err(403));
    assert_eq!(house.ask("PUT /api/upload/x", &with(Role::Guest)), Err(403));
    assert_eq!(house.ask("POST /api/remove", CHANGE), Err(401));
    let without_token = CHANGE.replace("X-Photomesh-Token: token\r\n", "");
    assert_eq!(house.ask("POST /api/login", &without_token), Ok(Role::Stranger));
    let without_origin = without_token.replace("Origin: http://localhost:8080\r\n", "");
    assert_eq!(house.ask("POST /api/login", &without_origin), Err(403));
    let leaving = without_token.replace(HOST, &house.cookie(Role::Guest));
    assert_eq!(house.ask("POST /api/logout", &leaving), Ok(Role::Guest));
}

#[test]
fn only_private_networks_are_served() {
    let is = |ip: &str| is_private(ip.parse().unwrap());
    for good in [
        "127.0.0.1",
        "127.9.9.9",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.0.1",
        "192.168.1.7",
        "169.254.1.1",
        "100.64.0.1",
        "100.127.255.255",
        "::1",
        "fd00::1",
        "fe80::1",
        "::ffff:192.168.1.7",
    ] {
        assert!(is(good), "{good}");
    }
    for bad in [
        "8.8.8.8",
        "172.32.0.1",
        "192.169.0.1",
        "100.63.0.1",
        "100.128.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "2001:db8::1",
        "::",
        "::ffff:8.8.8.8",
    ] {
        assert!(!is(bad), "{bad}");
    }
    assert!(door::is_welcome(LAN, LAN));
    assert!(!door::is_welcome(LAN, "8.8.8.8".parse().unwrap()), "a router passes strangers on");
    for (allowed, proxy) in
        [("a/b", "https://a"), ("a", "a"), ("a", "ftp://a"), ("a", "https://a/b")]
    {
        let mut options = options();
        options.allow_host = vec![allowed.to_owned()];
        options.behind_proxy = Some(proxy.to_owned());
        assert!(door::sites(&options, 1).is_err(), "{allowed} {proxy}");
    }
}
