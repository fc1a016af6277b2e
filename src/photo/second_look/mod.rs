//! The second look: two files, pixel by pixel, before one of them makes way for the other.
//!
//! # The question
//!
//! Records are small, and what is laid out alike looks alike in them: letters of one sender, screenshots of one program,
//! frames of a burst. So whoever would hide or put away a photo for a better version opens both files first, and asks of
//! every part of them: *is it there in the other one, too?* An average does not do: the template of an invoice outvotes
//! its amounts. What counts is how many small windows disagree, and where.
//!
//! # The steps
//!
//! ```text
//!   decode both, upright: 1600 pixels, 4 megapixels          picture
//!   try one in the other, in all sizes and places            place    64 pixels, the four best guesses
//!   improve the guess window by window                       register 128, 256, 512 pixels
//!   nothing of one in the other?          different          lay
//!   compare 16x16 windows at their best shift                windows  512 pixels; print 1024
//!   too little to go by? other colours?   different          colours
//!   noise of their own?                   different          exposure
//!   print or a screen:  every stroke agrees, or different    graphic; blocks, 4 megapixels
//!   each shows more than the other?       different          frame
//!   every part agrees: same; if one is cut out of the other, or something small differs, a variant
//!   something drawn on one of them: a variant                sides
//!   something has moved, or differs elsewhere: different
//! ```
//!
//! # Why so
//!
//! Its constants were chosen on versions of 20 photographs and on 49 families of drawn look-alikes, and tried on 36
//! other photographs and 62 families: `make accuracy` prints what comes of it, and the README has the table. At 512
//! pixels 61 of 480 pairs of different documents had no window that disagreed: invoices that differ in amounts alone,
//! which at 1024 differ in four windows and more. Correlation alone still misses a single digit, and at 1024 pixels print
//! of less than thirty is too small: of 416 pairs of pages and screens that differ in one digit, word, sum or line 173
//! were taken for one. So in the end four megapixels are compared, stroke by stroke; see [`blocks`].
//!
//! Graphics are variants of each other only in doubt: where a stroke is off by a little, or where print may have become
//! too small to be seen. A variant makes way, but nothing ever deletes it by itself.
//!
//! Numbers with fractions are used throughout: what a node finds here is its own finding. It is told to others as such,
//! and no verdict depends on two nodes finding the same.

mod blocks;
mod colours;
mod compare;
mod exposure;
mod frame;
mod graphic;
mod lay;
mod map;
mod matching;
mod picture;
mod place;
mod plane;
mod register;
mod sides;
#[cfg(test)]
mod tests;
mod tone;
mod windows;

use std::fs::File;
use std::panic::catch_unwind;

use super::{InspectError, Photo, Relation, inspect};
use picture::Picture;

/// The version of the rule: what an earlier one has found is looked at anew.
pub const SECOND_LOOK: u16 = 3;

/// What the second look at two photos has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondLook {
    /// How they stand to each other.
    pub relation: Relation,
    /// Why, in a few words for people.
    pub why: String,
}

impl SecondLook {
    fn new(relation: Relation, why: impl Into<String>) -> SecondLook {
        SecondLook { relation, why: why.into() }
    }

    fn different(why: impl Into<String>) -> SecondLook {
        SecondLook::new(Relation::Different, why)
    }
}

/// Compares the pixels of two files; which of them is given first does not matter.
///
/// What the first look calls [`Relation::Different`] is not looked at any further. Never panics, whatever the bytes.
pub fn second_look(one: &mut File, other: &mut File) -> Result<SecondLook, InspectError> {
    let (one_photo, other_photo) = (inspect(one)?, inspect(other)?);
    if one_photo.id == other_photo.id {
        return Ok(SecondLook::new(Relation::Same, "the very same bytes"));
    }
    if one_photo.relation(&other_photo) == Relation::Different {
        return Ok(SecondLook::different("their records differ"));
    }
    let (one, other) = (Picture::read(one)?, Picture::read(other)?);
    let (Some(one), Some(other)) = (one, other) else {
        return Ok(SecondLook::different("one of them cannot be decoded"));
    };
    let found = look(&one_photo, &one, &other_photo, &other);
    if found.relation == Relation::Variant && one_photo.are_both_from_a_camera(&other_photo) {
        let why = format!("both carry a camera's data, and {}", found.why);
        return Ok(SecondLook::different(why));
    }
    Ok(found)
}

fn look(one_photo: &Photo, one: &Picture, other_photo: &Photo, other: &Picture) -> SecondLook {
    // Whoever is named first must not matter, and sums of numbers with fractions depend on their order.
    let swapped = one_photo.id > other_photo.id;
    let (one, other) = if swapped { (other, one) } else { (one, other) };
    catch_unwind(|| compare::compare(one, other))
        .unwrap_or_else(|_| SecondLook::different("the comparison failed"))
}
