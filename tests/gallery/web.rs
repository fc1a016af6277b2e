//! A browser, as far as these tests need one: requests as bytes, answers in their parts.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;
use socket2::{Domain, Socket, Type};

/// Longer than any answer takes, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Somebody who asks a gallery. Each request has a connection of its own.
#[derive(Clone)]
pub(crate) struct Web {
    address: String,
    /// What else is in every head.
    pub(crate) headers: String,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Web {
    pub(crate) fn new(address: &str) -> Web {
        Web { address: address.to_owned(), headers: String::new() }
    }

    /// The gallery's address, which is its `Host`, too.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends bytes as they are, and returns all that comes back until the connection ends.
    pub(crate) fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // It may be closed while this is sent.
        let _ = stream.write_all(bytes);
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard);
        String::from_utf8_lossy(&heard).into_owned()
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, "", &[])
    }

    /// A request with more headers, each with its line's end, and a body.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Reply {
        let mut stream = self.connect();
        let length = match method {
            "GET" | "HEAD" => String::new(),
            _ => format!("Content-Length: {}\r\n", body.len()),
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{}{headers}{length}\r\n",
            self.address, self.headers
        );
        stream.write_all(head.as_bytes()).unwrap();
        // A refusal may come, and the connection end, before all of it is sent.
        let _ = stream.write_all(body);
        Reply::read(&mut stream)
    }

    /// The headers that a page of the gallery adds to what changes something.
    pub(crate) fn as_page(&self) -> String {
        let status = self.get("/api/status").json();
        let token = status["token"].as_str().unwrap_or_default();
        format!("Origin: http://{}\r\nX-Photomesh-Token: {token}\r\n", self.address)
    }

    /// Listens to events from an address of this computer; the status, and the connection that has to be kept.
    pub(crate) fn listen(&self, from: [u8; 4]) -> (u16, TcpStream) {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from((from, 0)).into()).unwrap();
        let to: SocketAddr = self.address.parse().unwrap();
        socket.connect(&to.into()).unwrap();
        let mut stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!("GET /api/events HTTP/1.1\r\nHost: {}\r\n\r\n", self.address);
        stream.write_all(request.as_bytes()).unwrap();
        let mut line = [0; "HTTP/1.1 200".len()];
        stream.read_exact(&mut line).unwrap();
        let line = String::from_utf8_lossy(&line);
        (line.split(' ').nth(1).unwrap().parse().unwrap(), stream)
    }

    /// Posts JSON as a page of the gallery does.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        let headers = self.as_page() + "Content-Type: application/json\r\n";
        self.ask("POST", path, &headers, body.to_string().as_bytes())
    }
}

impl Reply {
    /// Reads to the end of the connection.
    pub(crate) fn read(stream: &mut TcpStream) -> Reply {
        let mut bytes = Vec::new();
        let ended = stream.read_to_end(&mut bytes);
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no head in {bytes:?}, {ended:?}")) + 4;
        let body = bytes.split_off(end);
        let head = String::from_utf8(bytes).unwrap();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
        Reply { status, head, body }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1);
        let mut pairs = lines.filter_map(|line| line.split_once(": "));
        pairs.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{} is no JSON: {text}", self.head))
    }

    /// The code of a refusal.
    pub(crate) fn code(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }
}
