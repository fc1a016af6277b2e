//! What two pictures that lie on each other have in common, and what not.

use super::super::Relation::{Same, Variant};
use super::SecondLook;
use super::blocks::compare_blocks;
use super::colours::contradiction;
use super::exposure::are_two_exposures;
use super::frame::{Frame, is_half};
use super::graphic::are_graphics;
use super::lay::Laid;
use super::picture::Picture;
use super::plane::Plane;
use super::sides::{Trace, trace};
use super::windows::{WINDOW, Windows, clusters, has_moved};

/// The longer side at which photographs are compared, in pixels: what recompression does to fine detail does not show.
const PHOTO: usize = 512;

/// The longer side at which print and graphics are compared: invoices that differ in the amounts alone agree in every
/// window at 512 pixels, and differ in four or more at 1024.
const GRAPHIC: usize = 1024;

/// Print that is smaller cannot be read: what looks alike so may be something else.
const READABLE: usize = 240;

/// From this size on windows have their full size, below half of it.
const LARGE: usize = 400;

/// With fewer windows that have content and agree, there is too little to go by: walls, fog, the sky.
const LEAST: usize = 16;

/// Of a picture that has no more windows than that three quarters are enough, but not fewer.
const FEWEST: usize = 6;

/// The share of the windows that must be found in the other picture, and how many, for the two to lie on each other at
/// all; of a page with little on it half.
const FOUND: (f64, usize) = (0.2, 4);

/// The largest drawing on a picture, as a share of its windows.
const DRAWING: f64 = 0.4;

/// The share of the windows that may differ in several places though nothing seems to be drawn there: lost in a scan, a
/// dark vignette or a filter. Of two frames from a tripod no fewer than one in forty does.
const SCATTERED: f64 = 0.006;

/// The share of the cells whose colours may contradict each other.
const COLOURS: f32 = 0.05;

/// From where on something small differs in a graphic for certain, and from where on perhaps: how far the farthest block
/// is off, in steps of 255.
const BLOCK_OF_GRAPHIC: (f32, f32) = (20.0, 10.0);

/// There is no doubt either where blocks are off all over the picture, and the farthest by no more than this times as
/// much.
const UNUSUAL: f32 = 3.5;

/// How far the farthest block of a photograph may be off.
const BLOCK_OF_PHOTO: f32 = 48.0;

/// By how much the less reduced of two graphics may have been made smaller, across and down: small print is not seen
/// else. Nothing of up to nine megapixels is, which an A4 page of 300 dots an inch has.
const REDUCED: f64 = 1.5;

/// Of so many windows of a graphic one may differ faintly or in lightness: the noise of encoders at thin lines.
const FAINT_IN: usize = 50;

/// Compares two pictures.
pub(super) fn compare(a: &Picture, b: &Picture) -> SecondLook {
    let laid = Laid::new(a, b);
    if laid.found < FOUND.1.min(laid.windows.div_ceil(2)).max(1)
        || (laid.found as f64) < FOUND.0 * laid.windows as f64
    {
        return SecondLook::different("no part of one is found in the other");
    }
    let (grid, seen) = laid.planes(PHOTO, false);
    let graphic = are_graphics(&grid, &seen);
    let longer = laid.one.luma.longer().min(if graphic { GRAPHIC } else { PHOTO });
    let size = if longer >= LARGE { WINDOW } else { WINDOW / 2 };
    let (grid, seen) = laid.planes(longer, true);
    let windows = Windows::of(&grid, &seen, size);
    if windows.agreeing < LEAST.min(windows.all * 3 / 4).max(FEWEST) {
        return SecondLook::different("there is too little in them to go by");
    }
    if contradiction(&laid, |u, v| windows.is_off_near(u, v)) > COLOURS {
        return SecondLook::different("the colours differ");
    }
    if are_two_exposures(&laid) {
        return SecondLook::different("two shots: each has noise of its own");
    }
    let frame = Frame::of(&laid);
    if graphic {
        return judge_graphic(frame, &windows, &laid);
    }
    if frame == Frame::Astride {
        return SecondLook::different("each shows something that the other does not");
    }
    if frame == Frame::Part && is_half(&laid) {
        return SecondLook::different("one is a half of the other");
    }
    judge_photograph(frame, &windows, &laid, (&grid, &seen), size)
}

/// Of photographs one may have something drawn on it, be it in several places, but each must show the same moment.
fn judge_photograph(
    frame: Frame,
    windows: &Windows,
    laid: &Laid,
    (grid, seen): (&Plane, &Plane),
    size: usize,
) -> SecondLook {
    let off = windows.disagreeing();
    if off.is_empty() {
        return match frame {
            Frame::Part | Frame::Astride => SecondLook::new(Variant, "one is a part of the other"),
            Frame::Whole if differs_somewhere(laid) => {
                SecondLook::new(Variant, "something small differs")
            }
            Frame::Whole => SecondLook::new(Same, "every part agrees"),
        };
    }
    let share = off.len() as f64 / windows.all as f64;
    if share > DRAWING {
        return SecondLook::different("they differ in large parts");
    }
    let places = clusters(&off);
    let trace = trace(grid, seen, &off, size);
    let moved = match trace {
        Trace::Moved => true,
        Trace::Drawn => false,
        Trace::OneWay | Trace::Unclear => {
            places.iter().any(|place| has_moved(grid, seen, place, size))
        }
    };
    if moved {
        return SecondLook::different("something in them has moved");
    }
    if places.len() > 1 && share > SCATTERED && trace == Trace::Unclear {
        return SecondLook::different(format!("they differ in {} places", places.len()));
    }
    SecondLook::new(Variant, "one has something drawn on it")
}

/// Whether something differs in photographs of which every window agrees.
fn differs_somewhere(laid: &Laid) -> bool {
    let (grid, seen) = laid.planes(laid.one.luma.longer(), true);
    compare_blocks(&grid, &seen).farthest > BLOCK_OF_PHOTO
}

/// Graphics are one picture or two: where a template is filled in, whatever differs may be all that matters.
fn judge_graphic(frame: Frame, windows: &Windows, laid: &Laid) -> SecondLook {
    if frame != Frame::Whole {
        return SecondLook::different("graphics of which one shows more than the other");
    }
    let places = windows.strong.len();
    if places > 0 || windows.faint.len() * FAINT_IN > windows.agreeing {
        let places = places + windows.faint.len();
        return SecondLook::different(format!(
            "what is written or drawn differs in {places} places"
        ));
    }
    if windows.lighter * FAINT_IN > windows.all {
        return SecondLook::different("parts of one are lighter");
    }
    let (grid, seen) = laid.finest();
    let blocks = compare_blocks(&grid, &seen);
    let (certain, perhaps) = BLOCK_OF_GRAPHIC;
    if blocks.farthest > certain {
        return SecondLook::different("something small differs in what is written or drawn");
    }
    if blocks.farthest > perhaps.max(UNUSUAL * blocks.usual) {
        return SecondLook::new(Variant, "something very small may differ");
    }
    if laid.one.luma.longer() < READABLE {
        return SecondLook::new(Variant, "one is too small to be read");
    }
    if laid.one.reduced.min(laid.other.reduced) > REDUCED {
        return SecondLook::new(Variant, "both are too large to be compared line by line");
    }
    SecondLook::new(Same, "every line agrees")
}
