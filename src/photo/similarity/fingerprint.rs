//! The perceptual hash of a picture and the rule that says "the same picture".
//!
//! # The question
//!
//! The same content in another size, colour, format or with an annotation is one picture; two different pictures are
//! never merged, for then one of them would be lost from the collection. A rule is judged by the versions it finds and,
//! before that, by what it never confuses.
//!
//! # The rule
//!
//! A picture is averaged to 64x64 grey cells and described in three ways ([`View`]):
//!
//! * **gradient bits**: at each of 13x13 points, whether it gets darker to the right and downwards (`img_hash`'s
//!   `DoubleGradient`, 312 bits). They are local: a caption disturbs only those under it.
//! * **DCT bits**: the signs of the 80 longest cosine waves in the picture, with "too weak to tell" as a third value
//!   (160 bits). Waves are wide: cutting off a margin moves them little.
//! * **cue**: fourteen numbers for the rough spread of light over the middle of the picture.
//!
//! Two views *match* if
//!
//! > differing gradient bits + 3 x differing DCT bits <= 170, and no number of the cues differs by more than 15.
//!
//! A picture has a second view without its frame, margins or caption bar, if it has any ([`trim`]). It has up to 23
//! [landmarks](Landmarks), and a detail [signature](Signature) in which pictures can contradict each other. Then two
//! pictures are, by their fingerprints,
//!
//! * the **same** if the views of the whole pictures match and they contradict each other in at most 40 places; in at
//!   most 5 if both are on a plain ground, and nowhere if both are drawn;
//! * else **variants** if any of their views match, or if two landmarks lie alike, unless both are on a plain ground: of
//!   one letter, screen or chart another is never a variant;
//! * else **different**.
//!
//! Beyond fingerprints, see [`Photo::relation`](crate::photo::Photo::relation).
//!
//! # Why so
//!
//! Measured on 224 photos of 0.1 to 13 megapixels with 53 versions each: 2.7 million pairs of an original and a version
//! of another photo, 672 hard negatives (half of the picture, mirrored, upside down), 6,496 versions that must match.
//!
//! | rule | farthest required match | closest false pair | closest hard negative |
//! |---|---|---|---|
//! | gradient bits alone | 59 | 68 | 34 |
//! | gradient bits + 3 x DCT bits | 128 | 204 | 181 |
//!
//! Gradient bits alone leave no room: their errors are at their largest where a picture is smooth, which is also where
//! different pictures are most alike. DCT bits err elsewhere, so the sum parts the two far better than two thresholds on
//! either do. A weight of 2 or 4 does worse than 3. The limit lies 33 % above the worst required match and 17 % below
//! the closest false pair. With it, and the cue, 0.9998 of the required matches are found, 0.97 with 5 % cut off, 0.99
//! with a caption below, 1.00 with a border or a frame, 0.97 with a scanner's margins, and no false pair and no hard
//! negative passes. The two halves of the photos differ by at most two
//! versions in a hundred of any kind. `make accuracy PHOTOS=dir` measures it on photos of your own.
//!
//! The cue is there because it makes an exact and quick index possible
//! ([`SimilarityIndex`](crate::photo::SimilarityIndex)). It rejects one of those 6,496, but nearly all stickers,
//! vignettes and pictures whose tones were mapped: those are found by their landmarks, as are crops, photos on a screen
//! and what lies on its side.
//!
//! # What is found, and what is taken for what it is not
//!
//! Of 80 photos, whose versions the rule was made with, and of 50 others; in percent, as same or variant.
//!
//! | version | views alone | 80 photos | 50 others |
//! |---|---|---|---|
//! | size, format, quality, colour, text, logo (35 kinds, as same) | 99.96 | 99.96 | 99.8 |
//! | sticker on a tenth of the area | 51 | 96 | 96 |
//! | big watermark; tones mapped | 89; 23 | 96; 94 | 98; 98 |
//! | vignette; to black; with sepia | 81; 14; 46 | 99; 96; 98 | 98; 94; 96 |
//! | black and white through a red filter | 83 | 91 | 90 |
//! | print scanned 0.6 to 1 degree askew; 1.2 to 2 | 64; 6 | 75; 45 | 88; 34 |
//! | photo of a print, corners off by 2 %; 4 % | 90; 85 | 99; 98 | 96; 94 |
//! | on a phone, dark; light; in a chat | 96; 89; 0 | 93; 86; 16 | 90; 94; 18 |
//! | a tenth cut off; one side by a tenth | 23; 23 | 95; 96 | 90; 96 |
//! | cut to a square; 16:9; 4:5 | 11; 26; 13 | 75; 65; 35 | 64; 64; 46 |
//! | turned by 90 degrees | 0 | 96 | 96 |
//!
//! Of 30 million pairs of versions of different photos 1 in 120,000 was a candidate, half of those screens of a phone
//! that show two photos in one chat; of other pairs 1 in 240,000. Of pairs of one kind of drawn picture (39 kinds) 7 %
//! are candidates, where the views alone took 23 %: most are things in other colours, invoices that differ in amounts
//! alone and charts with close figures. Of a picture and a half of it 8 % are candidates.
//!
//! # Versions
//!
//! Every node must compute the same fingerprint of the same bytes, or nodes would never agree on what to keep. Version 2
//! stands for all of this: the rule, `img_hash` 3.2, the decoder of JPEG in [`decoding`](crate::photo::decoding),
//! `zune-jpeg` 0.5 for small pictures, `image` 0.25 for other formats. Whoever changes any of it so that a fingerprint
//! changes must change the version; a test holds the values of version 2 fast.

use super::landmarks::Landmarks;
use super::relation::Relation;
use super::signature::{Ground, Signature};
use super::trim::{Bounds, trim};
use super::view::{CUE_WINDOW, MAX_DISTANCE, VIEW_BYTES, View};
use crate::photo::decoding::mosaic::{DECODED_SIDE, Mosaic, TRIMMED_SIDE};

/// The version of the fingerprints that this program computes.
pub(super) const VERSION: u16 = 2;

/// In how many places two drawn pictures that are one may contradict each other: in none. Of 1,764 versions of drawn
/// pictures 98 % contradict their original nowhere.
const DRAWN_CONTRADICTIONS: u32 = 0;

/// In how many places two pictures on a plain ground may. Of versions of things on white none does in more than 5; of
/// pairs of a phone's screens with different photos in one chat 96 in a hundred do in more than 8.
const PLAIN_CONTRADICTIONS: u32 = 5;

/// In how many places two photographs may be told apart and still be the same; what has more is at best a variant. Of
/// 4,550 versions that must match two have more, of a picture of 105x177 pixels; frames of a burst that is a hundredth
/// apart have 20 to 60.
const VARIED_CONTRADICTIONS: u32 = 40;

/// A versioned perceptual hash of a picture as displayed.
///
/// Written as `v2:` and letters and digits in base 62: the hashes of the whole picture and its signature, after a second
/// colon its landmarks, if it has any, and after a third the hashes of the picture without the bands along its edges, if
/// it has any. One of another version is carried along but says nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    pub(super) version: u16,
    /// The whole picture; of another version, a token of its text.
    pub(super) whole: View,
    /// The picture without bands; the whole one if it has none.
    pub(super) trimmed: View,
    pub(super) signature: Signature,
    pub(super) landmarks: Landmarks,
}

impl Fingerprint {
    /// The fingerprint of a picture that is displayed in these proportions; none if there is too little in it to
    /// recognise it by.
    pub(in crate::photo) fn of(
        picture: &Mosaic<DECODED_SIDE, 1>,
        width: u32,
        height: u32,
    ) -> Option<Fingerprint> {
        let signature = Signature::of(picture)?;
        let luma: Mosaic<TRIMMED_SIDE, 1> = picture.halved();
        let view = |bounds: Bounds| View::of(&luma.part(bounds.rows, bounds.columns)?);
        let whole = view(Bounds::WHOLE)?;
        let bounds = trim(&luma);
        let trimmed = if bounds == Bounds::WHOLE { whole } else { view(bounds).unwrap_or(whole) };
        Some(Fingerprint {
            version: VERSION,
            whole,
            trimmed,
            signature,
            landmarks: Landmarks::of(picture, width, height),
        })
    }

    /// A fingerprint that no picture has, for simulations and measurements: these hashes of the whole picture and of it
    /// without bands, no answers in its signature, and these landmarks, five bytes each in ascending order. None if
    /// there can be no such landmarks.
    pub fn made_up(
        whole: &[u8; VIEW_BYTES],
        trimmed: &[u8; VIEW_BYTES],
        landmarks: &[u8],
    ) -> Option<Fingerprint> {
        Some(Fingerprint {
            version: VERSION,
            whole: View::from_bytes(whole),
            trimmed: View::from_bytes(trimmed),
            signature: Signature::EMPTY,
            landmarks: Landmarks::from_bytes(landmarks)?,
        })
    }

    /// The same, but of a graphic.
    #[cfg(test)]
    pub(super) fn of_a_graphic(mut self) -> Fingerprint {
        self.signature.ground = Ground::Drawn;
        self
    }

    /// Whether this program can compare it with others.
    pub fn is_current(&self) -> bool {
        self.version == VERSION
    }

    /// Whether two fingerprints belong to versions of the same picture.
    pub fn same_picture(&self, other: &Fingerprint) -> bool {
        self.relation(other) != Relation::Different
    }

    /// How the pictures of two fingerprints stand to each other, as far as these tell. The same both ways round.
    pub fn relation(&self, other: &Fingerprint) -> Relation {
        if !self.is_current() || !other.is_current() {
            return Relation::Different;
        }
        let whole = self.whole.matches(&other.whole);
        let contradictions = self.signature.contradictions(&other.signature);
        if whole && contradictions <= self.allowed_contradictions(other) {
            Relation::Same
        } else if self.are_graphics(other) {
            Relation::Different
        } else if self.views_match(other) || self.landmarks.agree(&other.landmarks) {
            Relation::Variant
        } else {
            Relation::Different
        }
    }

    /// Whether the index finds one for the other. It is so for all that are not different, and for some that are.
    #[cfg(test)]
    pub(super) fn is_candidate(&self, other: &Fingerprint) -> bool {
        self.views_match(other)
            || self.is_current()
                && other.is_current()
                && !self.are_graphics(other)
                && self.landmarks.agree(&other.landmarks)
    }

    /// Whether both are of graphics: of pictures on a plain ground.
    pub(super) fn are_graphics(&self, other: &Fingerprint) -> bool {
        self.is_graphic() && other.is_graphic()
    }

    /// In how many places two pictures that are the same may contradict each other.
    fn allowed_contradictions(&self, other: &Fingerprint) -> u32 {
        match self.signature.ground.min(other.signature.ground) {
            Ground::Varied => VARIED_CONTRADICTIONS,
            Ground::Plain => PLAIN_CONTRADICTIONS,
            Ground::Drawn => DRAWN_CONTRADICTIONS,
        }
    }

    fn views_match(&self, other: &Fingerprint) -> bool {
        self.views().any(|a| other.views().any(|b| a.matches(b)))
    }

    /// The one or two views that can be compared; none of another version.
    pub(super) fn views(&self) -> impl Iterator<Item = &View> {
        let trimmed = (self.trimmed != self.whole).then_some(&self.trimmed);
        let views = std::iter::once(&self.whole).chain(trimmed);
        views.filter(|_| self.is_current())
    }

    /// Whether it is of a picture on a plain ground, as print, screens and what machines draw are.
    pub(super) fn is_graphic(&self) -> bool {
        self.signature.ground > Ground::Varied
    }

    /// Its landmarks; of another version there are none.
    pub(super) fn landmarks(&self) -> &Landmarks {
        &self.landmarks
    }

    /// The bits of the whole and of the trimmed picture, each repeated as often as it counts, so that others can
    /// measure the hashes by the Hamming distance alone, of which [`max_distance`](Fingerprint::max_distance) is
    /// allowed. The rest of the rule is in the text of the fingerprint.
    pub fn weighted_bits(&self) -> [Vec<u8>; 2] {
        [self.whole.weighted_bits(), self.trimmed.weighted_bits()]
    }

    /// The greatest distance between versions of one picture.
    pub fn max_distance() -> u32 {
        MAX_DISTANCE
    }

    /// How two fingerprints compare, in words: the closest two views, what they contradict each other in, what landmarks
    /// they have in common, and what the rule allows.
    pub fn explain(&self, other: &Fingerprint) -> String {
        let pairs = self.views().flat_map(|a| other.views().map(move |b| (a, b)));
        let ranked = pairs.min_by_key(|(a, b)| (!a.matches(b), a.distance(b)));
        let Some((a, b)) = ranked else {
            return format!("versions {} and {} cannot be compared", self.version, other.version);
        };
        let (gradients, waves) = a.differing_bits(b);
        let part = |own: &Fingerprint, view: &View| {
            if *view == own.whole { "whole" } else { "trimmed" }
        };
        let allowed = self.allowed_contradictions(other);
        let kind = match self.are_graphics(other) {
            true => "graphics, never variants",
            false => "same, any number in variants",
        };
        let lie = match self.landmarks.agree(&other.landmarks) {
            true => "lie alike",
            false => "do not lie alike",
        };
        format!(
            "{} against {}: distance {} of at most {MAX_DISTANCE} ({gradients} gradient bits, {waves} DCT bits), \
             cue {} of at most {CUE_WINDOW}; {} contradictions of at most {allowed} ({kind}); {} common landmarks, which {lie}",
            part(self, a),
            part(other, b),
            a.distance(b),
            a.cue_difference(b),
            self.signature.contradictions(&other.signature),
            self.landmarks.common(&other.landmarks),
        )
    }
}
