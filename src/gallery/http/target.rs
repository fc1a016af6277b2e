//! What a request is for: `/photo/3fa9.../cat.jpg?download`.

use super::malformed::Malformed;
use crate::gallery::limits::TARGET;

/// The segments of a path, and the pairs of a query.
type Parts = (Vec<String>, Vec<(String, String)>);

/// Splits a target into the segments of its path and the pairs of its query, both decoded.
///
/// A segment may hold any character, even an encoded `/`: it is a name, and no name here becomes a path.
pub(super) fn read(target: &str) -> Result<Parts, Malformed> {
    if target.len() > TARGET {
        return Err(Malformed::new(414, "the address is too long"));
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    // What begins otherwise is a proxy's (`http://...`), or `*`.
    let path = path.strip_prefix('/').ok_or_else(bad)?;
    if !target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') {
        return Err(bad());
    }
    let segments = match path {
        "" => Vec::new(),
        path => path.split('/').map(segment).collect::<Result<_, _>>()?,
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(pair);
    Ok((segments, pairs.collect::<Result<_, _>>()?))
}

fn segment(text: &str) -> Result<String, Malformed> {
    let segment = decoded(text)?;
    match matches!(segment.as_str(), "." | "..") {
        true => Err(bad()),
        false => Ok(segment),
    }
}

fn pair(text: &str) -> Result<(String, String), Malformed> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let plus = |text: &str| decoded(&text.replace('+', " "));
    Ok((plus(name)?, plus(value)?))
}

/// The text that a percent-encoded one stands for, if it is one, and has no control characters.
fn decoded(text: &str) -> Result<String, Malformed> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        match byte {
            b'%' => match (digit(rest.next()), digit(rest.next())) {
                (Some(high), Some(low)) => bytes.push((high * 16 + low) as u8),
                _ => return Err(bad()),
            },
            byte => bytes.push(byte),
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| bad())?;
    if text.chars().any(char::is_control) { Err(bad()) } else { Ok(text) }
}

/// Text as one segment of a path, or as a value in a header by RFC 5987: all but letters, digits and `-._~` encoded.
pub(in crate::gallery) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            true => out.push(char::from(byte)),
            false => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn bad() -> Malformed {
    Malformed::new(400, "this is no address of the gallery")
}
