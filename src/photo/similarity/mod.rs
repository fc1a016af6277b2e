//! Similarity: from the small picture to a fingerprint, and from a fingerprint to those of other versions of the
//! picture.
//!
//! # What it promises
//!
//! **In doubt two pictures are two.** A version that is missed costs a few megabytes; a picture that is taken for a
//! version of another one costs a photo. So a rule is judged first by what it never confuses, and then by the versions
//! it finds.
//!
//! **Every node comes to the same.** A fingerprint is a function of the small picture, and has a version: one of
//! another version is carried along and says nothing. The first look is a function of two records; it is the same both
//! ways round, and it is written down in words and columns, so that others can compute it.
//!
//! **The index misses nothing.** What makes a search quick is a part of the rule, so that whoever looks up a fingerprint
//! finds all that the rule calls versions of it, among a million as among ten. Only in a crowd, where a thousand
//! records and more have nearly the cue of one picture, or share its landmarks, some are left out: records can be made
//! up, and a search must cost little all the same.
//!
//! # Its parts, in reading order
//!
//! * `view`: the hashes of one 64x64 view of a picture: gradient bits, DCT bits and the cue. `trim`: the same picture
//!   without its frame, bars and margins, which gives a second view.
//! * `signature`: what a picture shows place by place, in which pictures can contradict each other.
//! * `scale_space`, `landmarks`: a few places of a picture that are found again when the rest is cut off or covered.
//! * `relation`: the words *same*, *variant* and *different*, and the first look at two photos.
//! * `fingerprint`: all of these in one, the rule over them, and what was measured: **start here**. `fingerprint_text`,
//!   `base62`: how it is written.
//! * `index`: looking up the versions of a picture among many, by `kd_tree` for views and by lists for landmarks.
//! * `first_look`: the rule and what it goes by, put so that others can compute it.
//!
//! # What is left out
//!
//! Nothing here was learned from examples: there is no network and there are no weights, and each number of the rule
//! stands in the source with what was measured. The price is that a picture is known by its looks and not by its
//! meaning: another shot of the same scene is another picture. And records are small: what they take for one may be two
//! letters of one sender. Before anything follows from it the [second look](mod@super::second_look) compares the
//! pixels.
//!
//! # Where it is from
//!
//! Gradient bits are the gradient hash of the crate `img_hash` (a relative of *dHash*), DCT bits the idea of *pHash*, a
//! hash by the discrete cosine transform. Places that stand out in a scale space are what Lindeberg's work and Lowe's
//! SIFT are about; here they are told by the signs of waves again, so that a record can hold them.

mod base62;
pub(in crate::photo) mod fingerprint;
mod fingerprint_text;
pub(in crate::photo) mod first_look;
pub(in crate::photo) mod index;
mod kd_tree;
mod landmarks;
pub(in crate::photo) mod relation;
mod scale_space;
mod signature;
#[cfg(test)]
mod tests;
mod trim;
mod view;
