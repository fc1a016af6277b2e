//! Writing: proportional letters with smooth edges, of the fonts that a development dependency brings.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, GlyphId, PxScale, PxScaleFont, ScaleFont};
use epaint_default_fonts::{HACK_REGULAR, NOTO_EMOJI_REGULAR, UBUNTU_LIGHT};
use image::RgbImage;

use crate::canvas::{Area, Ink, blend};
use crate::dice::Dice;

static SANS: LazyLock<FontRef> = LazyLock::new(|| font(UBUNTU_LIGHT));
static MONO: LazyLock<FontRef> = LazyLock::new(|| font(HACK_REGULAR));
static ICONS: LazyLock<FontRef> = LazyLock::new(|| font(NOTO_EMOJI_REGULAR));

fn font(bytes: &'static [u8]) -> FontRef<'static> {
    FontRef::try_from_slice(bytes).expect("a font")
}

/// What one writes with.
#[derive(Clone)]
pub(crate) struct Pen {
    font: PxScaleFont<&'static FontRef<'static>>,
    size: f32,
    ink: Ink,
    /// How many times each letter is drawn, each time a little further to the right: the fonts have no bold letters.
    strokes: u32,
}

/// A pen for running text; the size is that of a line without its lead.
pub(crate) fn sans(size: f32, ink: Ink) -> Pen {
    Pen::new(&SANS, size, ink, 2)
}

/// The same in bold.
pub(crate) fn bold(size: f32, ink: Ink) -> Pen {
    Pen::new(&SANS, size, ink, 5)
}

/// Letters that are all of one width.
pub(crate) fn mono(size: f32, ink: Ink) -> Pen {
    Pen::new(&MONO, size, ink, 1)
}

/// Small pictures instead of letters.
pub(crate) fn icons(size: f32, ink: Ink) -> Pen {
    Pen::new(&ICONS, size, ink, 1)
}

impl Pen {
    fn new(font: &'static FontRef<'static>, size: f32, ink: Ink, strokes: u32) -> Pen {
        Pen { font: font.as_scaled(PxScale::from(size * 1.15)), size, ink, strokes }
    }

    /// Writes from this left upper corner, and says where the text ends.
    pub(crate) fn write(&self, picture: &mut RgbImage, x: f32, y: f32, text: &str) -> f32 {
        let base = y + self.size * 0.92;
        let mut at = x;
        let mut last: Option<GlyphId> = None;
        for letter in text.chars() {
            let id = self.font.glyph_id(letter);
            at += last.map_or(0.0, |last| self.font.kern(last, id));
            for stroke in 0..self.strokes {
                let x = at + stroke as f32 * self.size * 0.014;
                let glyph = id.with_scale_and_position(self.font.scale(), ab_glyph::point(x, base));
                if let Some(outline) = self.font.font.outline_glyph(glyph) {
                    let corner = outline.px_bounds().min;
                    outline.draw(|x, y, share| {
                        let (x, y) =
                            (corner.x as i64 + i64::from(x), corner.y as i64 + i64::from(y));
                        blend(picture, x, y, self.ink, share.clamp(0.0, 1.0));
                    });
                }
            }
            at += self.font.h_advance(id);
            last = Some(id);
        }
        at
    }

    /// How wide this text is.
    pub(crate) fn width(&self, text: &str) -> f32 {
        let ids: Vec<GlyphId> = text.chars().map(|letter| self.font.glyph_id(letter)).collect();
        let kerns: f32 = ids.windows(2).map(|pair| self.font.kern(pair[0], pair[1])).sum();
        kerns + ids.iter().map(|id| self.font.h_advance(*id)).sum::<f32>()
    }

    /// Writes around the middle `x`.
    pub(crate) fn centred(&self, picture: &mut RgbImage, x: f32, y: f32, text: &str) {
        self.write(picture, x - self.width(text) / 2.0, y, text);
    }

    /// Writes up to the right edge `x`.
    pub(crate) fn right(&self, picture: &mut RgbImage, x: f32, y: f32, text: &str) {
        self.write(picture, x - self.width(text), y, text);
    }

    /// Writes in these colours around the middle `x`: first an edge of `edge`, then the letters.
    pub(crate) fn outlined(&self, picture: &mut RgbImage, x: f32, y: f32, text: &str, edge: Ink) {
        let pen = Pen { ink: edge, ..self.clone() };
        let reach = self.size * 0.06;
        for turn in 0..8 {
            let (sine, cosine) = (turn as f32 * std::f32::consts::FRAC_PI_4).sin_cos();
            pen.centred(picture, x + reach * cosine, y + reach * sine, text);
        }
        self.centred(picture, x, y, text);
    }

    /// Fills an area with justified lines of random words, the last line of each paragraph shorter.
    pub(crate) fn fill(&self, picture: &mut RgbImage, dice: &mut Dice, area: Area, lead: f32) {
        let [left, top, right, bottom] = area;
        let mut y = top;
        let mut left_in_paragraph = dice.whole(3, 8);
        while y + self.size < bottom {
            let (words, room) = self.line_of_words(dice, right - left);
            let last = left_in_paragraph == 0;
            let shown = if last { dice.whole(1, words.len() as u32) as usize } else { words.len() };
            let gap = room / (words.len().max(2) - 1) as f32;
            let mut x = left;
            for word in &words[..shown] {
                x = self.write(picture, x, y, word) + if last { self.width(" ") } else { gap };
            }
            y += self.size * if last { lead * 1.5 } else { lead };
            left_in_paragraph = if last { dice.whole(3, 8) } else { left_in_paragraph - 1 };
        }
    }

    /// As many words as fit into a line, and the room between them.
    fn line_of_words(&self, dice: &mut Dice, width: f32) -> (Vec<&'static str>, f32) {
        let (mut words, mut used) = (Vec::new(), 0.0);
        loop {
            let word = dice.word();
            let wide = self.width(word);
            let spaces = words.len() as f32 * self.width(" ");
            if !words.is_empty() && used + wide + spaces > width {
                return (words, width - used);
            }
            used += wide;
            words.push(word);
        }
    }
}
