//! Decoding: what turns the bytes of a file into rows of pixels, a small picture, and facts.
//!
//! # What it promises
//!
//! **A file is a foreign thing, and costs what it may cost.** No length in it is believed: its size in pixels is held
//! against a bound before the first of them is decoded, and the memory that they need is taken out of a budget that all
//! threads share. What cannot be decoded is said in words and never in a panic of this code; decoders that others have
//! written may panic, and whoever calls them catches that.
//!
//! **Every machine sees the same.** The way from pixels to the small picture is one of whole numbers. Nodes that saw
//! different pictures in the same bytes would never agree on which of them to keep. (What is made for people's eyes, by
//! `sketch`, decides nothing and is computed with fractions.)
//!
//! # Its parts, from the ground up
//!
//! * `format`, `more`, `origin`, `orientation`: the words for what can be found. `origin` also finds: traces of editors
//!   and of the camera.
//! * `sniff`: what a file claims to be, by its first bytes. `tiff`: just enough of TIFF to read its directories, which
//!   is also how EXIF is stored.
//! * `budget`: bounds on the memory of all pictures that are looked at at once.
//! * `mosaic`: a picture of any size, averaged down to a square of 256x256 cells, row by row as they come. It is all of
//!   the picture that is kept. `detail`: how fine the detail is that is really there, told by a few of the rows.
//! * `jpeg`, `heic`: the two formats that phones and cameras write. A JPEG is decoded only as far as a mosaic needs it,
//!   a HEIC tile by tile. `png`: screenshots, row by row. The other formats are those of the crate `image`.
//! * `metadata`: where in a file its EXIF is; `camera`: what a camera wrote there. `frames`: what a file holds besides
//!   one still picture.
//! * `colours`: from what files store to red, green and blue. `sketch` with `resize`: what is kept of a picture, in
//!   passing, to show it to people.
//! * `decode`: one decoder per format, with bounds on everything. It gives either the small picture or, to who has to
//!   see every pixel, the rows.
//!
//! # What is left out
//!
//! Raw files, AVIF and JPEG XL are recognised and kept, but not decoded: they are known by their bytes alone. So is a
//! TIFF of several pages. Of a film or an animation the first frame is all that is seen. Colour profiles are not
//! applied.
//!
//! # Where it is from
//!
//! To decode a JPEG at an eighth of its size by the first wave of each block is what libjpeg offers as `scale_denom`;
//! here it is taken further, and the waves that are not asked for are not even stored.

pub(in crate::photo) mod budget;
pub(in crate::photo) mod camera;
mod colours;
pub(in crate::photo) mod decode;
mod detail;
pub(in crate::photo) mod format;
mod frames;
mod heic;
mod jpeg;
pub(in crate::photo) mod metadata;
pub(in crate::photo) mod more;
pub(in crate::photo) mod mosaic;
pub(in crate::photo) mod orientation;
pub(in crate::photo) mod origin;
mod png;
mod resize;
pub(in crate::photo) mod sketch;
pub(in crate::photo) mod sniff;
mod tiff;
