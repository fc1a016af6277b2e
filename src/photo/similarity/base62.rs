//! Bytes as letters and digits: a third shorter than hexadecimal, and of the alphabet that every earlier version takes.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The value of each byte as a digit; of those that are none, one past all digits.
const VALUES: [u8; 256] = {
    let mut values = [DIGITS.len() as u8; 256];
    let mut digit = 0;
    while digit < DIGITS.len() {
        values[DIGITS[digit] as usize] = digit as u8;
        digit += 1;
    }
    values
};

/// How many digits this many bytes take, up to eight: as few as hold every value.
const LENGTHS: [usize; 9] = [0, 2, 3, 5, 6, 7, 9, 10, 11];

/// Eight bytes make eleven digits; those at the end that are fewer make fewer.
pub(super) fn to_base62(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(8) * 11);
    for eight in bytes.chunks(8) {
        let mut value = eight.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        let mut digits = [0; 11];
        for digit in digits.iter_mut() {
            *digit = DIGITS[(value % 62) as usize];
            value /= 62;
        }
        let length = LENGTHS[eight.len()];
        text.extend(digits[..length].iter().rev().map(|digit| char::from(*digit)));
    }
    text
}

/// The bytes that this was made of, or nothing if [`to_base62`] writes no such text.
pub(super) fn from_base62(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    for digits in text.as_bytes().chunks(11) {
        let length = LENGTHS.iter().position(|length| *length == digits.len())?;
        let mut value = 0_u64;
        for digit in digits {
            let digit = VALUES[usize::from(*digit)];
            if usize::from(digit) == DIGITS.len() {
                return None;
            }
            value = value.checked_mul(62)?.checked_add(u64::from(digit))?;
        }
        if length < 8 && value >> (8 * length) > 0 {
            return None;
        }
        bytes.extend(&value.to_be_bytes()[8 - length..]);
    }
    Some(bytes)
}
