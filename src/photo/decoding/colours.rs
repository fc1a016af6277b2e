//! Colours: from what files store to red, green and blue, and to how light they are.

use super::jpeg::Colours;

/// How far the channels of a cell may lie apart in a grey picture. JPEG rounds a grey to within 2.
pub(super) const GREY_TOLERANCE: u8 = 4;

/// How far the channels of a colour lie apart.
pub(super) fn spread([red, green, blue]: [u8; 3]) -> u8 {
    red.max(green).max(blue) - red.min(green).min(blue)
}

/// How light a colour is.
pub(super) fn luma([red, green, blue]: [u8; 3]) -> u8 {
    let weighted = 77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue);
    ((weighted + 128) >> 8) as u8
}

/// A value seen through its alpha. What is transparent is shown on white, as a print or a page would.
pub(super) fn over_white(value: u16, alpha: u16) -> u8 {
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// The colour of a sample of each component of a JPEG; where there is luma alone, or beside it two differences, the grey
/// of the luma.
pub(super) fn rgb_of_jpeg(colours: Colours, [a, b, c, d]: [u8; 4]) -> [u8; 3] {
    let through_ink = |[a, b, c]: [u8; 3], ink: u8| [a, b, c].map(|value| over_black(value, ink));
    match colours {
        Colours::Grey | Colours::YCbCr => [a, a, a],
        Colours::Rgb => [a, b, c],
        Colours::InvertedCmyk => through_ink([a, b, c], d),
        Colours::Ycck => through_ink(rgb_of_ycbcr([a, b, c]), d),
        Colours::Cmyk => through_ink([255 - a, 255 - b, 255 - c], 255 - d),
    }
}

/// A value seen through black ink, of which 255 is none.
fn over_black(value: u8, ink: u8) -> u8 {
    ((u16::from(value) * u16::from(ink) + 127) / 255) as u8
}

/// Red, green and blue of luma and colour differences, in steps of 1/256.
fn rgb_of_ycbcr([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (i32::from(y) * 256 + 128, i32::from(cb) - 128, i32::from(cr) - 128);
    [y + 359 * cr, y - 88 * cb - 183 * cr, y + 454 * cb]
        .map(|value| (value >> 8).clamp(0, 255) as u8)
}
