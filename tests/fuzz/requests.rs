//! Heads of HTTP requests, as the gallery reads them.

use photomesh::gallery::Head;

/// Requests of browsers and programs, and some that are meant to be read differently by two readers.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let seeds = [
        "GET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n",
        "GET /photo/3fa9/a%20b.jpg?download HTTP/1.1\r\nHost: [::1]:8080\r\nRange: bytes=0-99\r\nIf-Range: \"x\"\r\n\r\n",
        "PUT /api/upload/%C3%A4.jpg HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nabcde",
        "POST /api/login HTTP/1.1\r\nHost: a\r\nOrigin: http://a\r\nContent-Length: 15\r\n\r\n{\"secret\":\"ab\"}",
        "HEAD /a?b=c&d=%2e+e HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
        "\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\nCookie: photomesh-8080=owner.1.2\r\n\r\nGET /y HTTP/1.1\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET /..%2f../%2e%2e HTTP/1.1\r\nHost: a\r\nA: b\n\r\n",
    ];
    seeds.map(|seed| seed.as_bytes().to_vec()).into()
}

/// A head is what it is however its bytes come, and has nothing in it that another reader could take for its end.
pub(crate) fn check(bytes: &[u8]) -> Result<(), String> {
    let whole = Head::read(bytes);
    let half = Head::read(&bytes[..bytes.len() / 2]);
    if half.is_err() && whole.is_ok() {
        return Err("what was refused is understood when more of it is there".to_owned());
    }
    if let Ok(Some(_)) = &half
        && whole != half
    {
        return Err("what was understood is another request when more is there".to_owned());
    }
    let Ok(Some((head, length))) = whole else {
        return Ok(());
    };
    let Some(own) = bytes.get(..length) else {
        return Err(format!("a head of {length} bytes in {}", bytes.len()));
    };
    if !own.ends_with(b"\r\n\r\n") {
        return Err("a head ends with an empty line".to_owned());
    }
    let own = own.trim_ascii_start();
    if own.windows(4).position(|four| four == b"\r\n\r\n") != Some(own.len() - 4) {
        return Err("a head has an end within".to_owned());
    }
    if own.windows(2).any(|two| two[1] == b'\n' && two[0] != b'\r') {
        return Err("a line ends otherwise than with CR LF".to_owned());
    }
    let names = head.path.iter().chain(head.query.iter().flat_map(|(name, value)| [name, value]));
    for name in names {
        if name.chars().any(char::is_control) {
            return Err(format!("control characters in {name:?}"));
        }
    }
    if head.path.iter().any(|name| name == "." || name == "..") {
        return Err(format!("a way up in {:?}", head.path));
    }
    if head.body > 0 && head.header("transfer-encoding").is_some() {
        return Err("a body has two ends".to_owned());
    }
    Ok(())
}
