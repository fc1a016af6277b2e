//! HEIC, what iPhones write: pictures of HEVC in a container of boxes.
//!
//! The codec and the reading of boxes are `heifer`'s. What is done here is to put the tiles together, one row of them at
//! a time, so that a picture of 48 tiles needs the memory of eight; and to refuse what would cost far more than its file
//! is worth. Nothing is guessed: overlays, pictures with alpha and whatever else is rare are left undecoded.

use heifer::Image;
use heifer::color::{ColorParams, frame_to_rgba_sized};
use heifer::heifer_hevc_dec::decoder::{DecodeOptions, decode_picture};
use heifer::heifer_isobmff::boxes::{ColorInfo, Property};
use heifer::heifer_isobmff::{FourCC, HeifFile, ItemId};

use super::more::More;
use super::orientation::Orientation;

/// The most bytes of boxes that describe a picture: ten times what one of 200 megapixels in tiles has. Reading them
/// takes time that grows with their square.
const MAX_META: usize = 512 << 10;

/// The most bytes of EXIF that are looked at; cameras write some kilobytes, and a preview.
const MAX_EXIF: u64 = 4 << 20;

/// How many samples a coded picture may have beyond the size that the container tells, in each direction: codecs fill up
/// their last blocks.
const PADDING: u32 = 64;

/// A picture that is understood but not yet decoded.
pub(super) struct Heic<'a> {
    file: HeifFile<'a>,
    /// Row by row; one, if the picture is not cut into tiles.
    tiles: Vec<ItemId>,
    columns: usize,
    tile_width: u32,
    tile_height: u32,
    /// What the tiles show together, in pixels.
    pub(super) whole: (u32, u32),
    /// Where in it the picture begins.
    corner: (u32, u32),
    /// Width as stored, in pixels.
    pub(super) width: u32,
    /// Height as stored, in pixels.
    pub(super) height: u32,
    /// How to turn it. What EXIF says of that is for information only in this format.
    pub(super) orientation: Orientation,
    /// Length of the file.
    length: usize,
}

impl<'a> Heic<'a> {
    /// Reads the container, or says in words why its picture is not decoded.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Heic<'a>, String> {
        let file = container(bytes)?;
        let primary = file.primary_id;
        if has_alpha(&file, primary)? {
            return Err("a picture with alpha".to_owned());
        }
        let kind = file.primary_item().map_err(words)?.item_type;
        let (tiles, columns, whole) = match &kind.0 {
            b"hvc1" => (vec![primary], 1, size(&file, primary)?),
            b"grid" => {
                let grid = file.grid(primary).map_err(words)?;
                let tiles = file.referenced_items(primary, b"dimg").to_vec();
                if tiles.len() != usize::from(grid.rows) * usize::from(grid.columns) {
                    return Err("tiles are missing".to_owned());
                }
                let whole = (grid.output_width, grid.output_height);
                (tiles, usize::from(grid.columns), whole)
            }
            _ => return Err(format!("a picture of kind {kind}")),
        };
        let first = *tiles.first().ok_or("no tiles")?;
        let (tile_width, tile_height) = size(&file, first)?;
        let rows = tiles.len() / columns.max(1);
        // No more tiles than the picture needs: each costs time, whether it is seen or not.
        if !covers(tile_width, columns, whole.0) || !covers(tile_height, rows, whole.1) {
            return Err("tiles that do not fit their picture".to_owned());
        }
        let shown = Shown::of(&file, primary, whole)?;
        Ok(Heic {
            orientation: shown.orientation,
            corner: shown.corner,
            whole,
            tiles,
            columns,
            tile_width,
            tile_height,
            width: shown.size.0,
            height: shown.size.1,
            file,
            length: bytes.len(),
        })
    }

    /// Bytes of memory that decoding takes at its peak.
    pub(super) fn memory(&self) -> u64 {
        /// Of a tile: samples of 16 bits in three planes, what the decoder notes of its blocks, RGBA.
        const OF_TILE: u64 = 12;
        /// Of a row of tiles: RGB.
        const OF_ROW: u64 = 3;
        /// Of a tile's bytes: as they are in the file, and without what keeps codes apart.
        const COPIES: u64 = 2;
        let tile = u64::from(self.tile_width) * u64::from(self.tile_height);
        let bytes = self.tiles.iter().map(|tile| length(&self.file, *tile).unwrap_or(u64::MAX));
        let bytes = bytes.max().unwrap_or(0).saturating_mul(COPIES);
        let row = u64::from(self.whole.0) * u64::from(self.tile_height);
        let pixels = tile.saturating_mul(OF_TILE).saturating_add(row.saturating_mul(OF_ROW));
        bytes.saturating_add(pixels)
    }

    /// Decodes the picture as stored and hands out its rows of red, green and blue from the top.
    pub(super) fn rows(&self, mut each: impl FnMut(&[[u8; 3]])) -> Result<(), String> {
        let (width, tile_width) = (self.whole.0 as usize, self.tile_width as usize);
        let (left, top) = (self.corner.0 as usize, self.corner.1 as usize);
        let shown = left..left + self.width as usize;
        let (mut passed, end) = (0, top + self.height as usize);
        // Tiles may name the same bytes; together they may not name more than the file has, and some.
        let mut budget = self.length.saturating_mul(2);
        let mut strip = vec![[0; 3]; width * (self.tile_height.min(self.whole.1)) as usize];
        for tiles in self.tiles.chunks(self.columns) {
            for (column, tile) in tiles.iter().enumerate() {
                let tile = self.tile(*tile, &mut budget)?;
                let start = column * tile_width;
                let pixels = tile.data.as_chunks::<4>().0;
                let rows = pixels.chunks_exact(tile_width);
                for (row, pixels) in strip.chunks_exact_mut(width).zip(rows) {
                    let row = row.get_mut(start..).unwrap_or_default();
                    let rgb = pixels.iter().map(|[red, green, blue, _]| [*red, *green, *blue]);
                    row.iter_mut().zip(rgb).for_each(|(to, from)| *to = from);
                }
            }
            for row in strip.chunks_exact(width) {
                if (top..end).contains(&passed) {
                    each(row.get(shown.clone()).unwrap_or_default());
                }
                passed += 1;
            }
        }
        Ok(())
    }

    fn tile(&self, id: ItemId, budget: &mut usize) -> Result<Image<u8>, String> {
        if self.file.item(id).map_err(words)?.item_type != FourCC(*b"hvc1") {
            return Err("a tile of another kind".to_owned());
        }
        let (width, height) = (self.tile_width, self.tile_height);
        if size(&self.file, id)? != (width, height) {
            return Err("tiles of several sizes".to_owned());
        }
        let coded = length(&self.file, id)?;
        *budget = usize::try_from(coded)
            .ok()
            .and_then(|coded| budget.checked_sub(coded))
            .ok_or("tiles that share their bytes")?;
        let stream = self.file.hevc_bitstream(id).map_err(words)?;
        let most =
            u64::from(width.saturating_add(PADDING)) * u64::from(height.saturating_add(PADDING));
        let options = DecodeOptions { max_pixels: most, ..DecodeOptions::default() };
        let frame = decode_picture(&stream, options).map_err(words)?;
        let told = self.file.item_properties(id).map_err(words)?.find_map(told_colours);
        let colours = told.unwrap_or_else(|| ColorParams::from_frame(&frame));
        let tile: Image<u8> = frame_to_rgba_sized(&frame, colours, width, height);
        if (tile.width, tile.height) != (width, height) {
            return Err("a tile that is too small".to_owned());
        }
        Ok(tile)
    }
}

/// The EXIF of a file: a small TIFF file.
pub(super) fn exif(bytes: &[u8]) -> Option<Vec<u8>> {
    let file = container(bytes).ok()?;
    let described = |item: &ItemId| length(&file, *item).is_ok_and(|length| length <= MAX_EXIF);
    let items = file.referencing_items(file.primary_id, b"cdsc");
    items.iter().all(described).then(|| file.exif(file.primary_id).ok())??
}

/// How to turn the picture of a file.
pub(super) fn orientation(bytes: &[u8]) -> Orientation {
    Heic::open(bytes).map_or(Orientation::UPRIGHT, |heic| heic.orientation)
}

/// What the file holds besides the picture that is shown.
pub(super) fn more(bytes: &[u8]) -> More {
    let Ok(file) = container(bytes) else {
        return More::Nothing;
    };
    if has_box(bytes, b"moov") || file.top_level_image_ids().len() > 1 {
        More::Frames
    } else if has_box(bytes, b"mpvd") {
        More::Film
    } else if file.referencing_items(file.primary_id, b"auxl").is_empty() {
        More::Nothing
    } else {
        More::Maps
    }
}

/// The container, if reading it costs no more than it should.
fn container(bytes: &[u8]) -> Result<HeifFile<'_>, String> {
    let described = boxes(bytes).find(|(kind, _)| kind == b"meta");
    let (_, length) = described.ok_or("no picture in it")?;
    if length > MAX_META {
        return Err("too long a description".to_owned());
    }
    HeifFile::parse(bytes).map_err(words)
}

/// Whether there is a box of this kind that is not within another one.
fn has_box(bytes: &[u8], kind: &[u8; 4]) -> bool {
    boxes(bytes).any(|(found, _)| found == *kind)
}

/// The kinds and lengths of the boxes that are not within others. A broken one is the last.
pub(super) fn boxes(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], usize)> {
    /// The bytes that tell length and kind.
    const HEADER: usize = 8;
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk()?;
        let (kind, after) = after.split_first_chunk()?;
        let length = match u32::from_be_bytes(*length) {
            0 => rest.len(),
            1 => usize::try_from(u64::from_be_bytes(*after.first_chunk()?)).ok()?,
            short => usize::try_from(short).ok()?,
        };
        rest = rest.get(length.max(HEADER)..).unwrap_or_default();
        Some((*kind, length))
    })
}

/// Whether this many tiles of this length are just enough for a picture of this length.
fn covers(tile: u32, tiles: usize, length: u32) -> bool {
    let (tile, tiles, length) = (u64::from(tile), tiles as u64, u64::from(length));
    /// No tile is longer unless it is the picture.
    const MOST: u64 = 1024;
    let needed = tile * tiles >= length && tile * (tiles - 1) < length;
    length > 0 && needed && tile <= length.max(MOST)
}

fn size(file: &HeifFile, item: ItemId) -> Result<(u32, u32), String> {
    let size = file.image_size(item).map_err(words)?;
    size.ok_or_else(|| "a picture without a size".to_owned())
}

/// Length of an item's data.
fn length(file: &HeifFile, item: ItemId) -> Result<u64, String> {
    let item = file.item(item).map_err(words)?;
    let extents = item.location.iter().flat_map(|location| &location.extents);
    Ok(extents.fold(0, |sum, extent| sum.saturating_add(extent.length)))
}

fn has_alpha(file: &HeifFile, item: ItemId) -> Result<bool, String> {
    for helper in file.referencing_items(item, b"auxl") {
        let mut properties = file.item_properties(helper).map_err(words)?;
        let is_alpha = |property: &Property| {
            matches!(property, Property::AuxiliaryType(kind)
                if kind.ends_with(":alpha") || kind.ends_with("auxid:1"))
        };
        if properties.any(is_alpha) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How the colours of an item are stored, if its container says so.
fn told_colours(property: &Property) -> Option<ColorParams> {
    let Property::Color(ColorInfo::Nclx { matrix, full_range, .. }) = property else {
        return None;
    };
    Some(ColorParams { matrix: *matrix, full_range: *full_range })
}

/// Which part of a picture is shown, and how.
struct Shown {
    corner: (u32, u32),
    size: (u32, u32),
    orientation: Orientation,
}

impl Shown {
    /// What the properties of a picture say, one after the other.
    fn of(file: &HeifFile, item: ItemId, size: (u32, u32)) -> Result<Shown, String> {
        let mut shown = Shown { corner: (0, 0), size, orientation: Orientation::UPRIGHT };
        let turned = &mut shown.orientation;
        for property in file.item_properties(item).map_err(words)? {
            match property {
                Property::Rotation(quarters) => {
                    (0..*quarters).for_each(|_| *turned = turned.quarter_left());
                }
                Property::Mirror(true) => turned.upended = !turned.upended,
                Property::Mirror(false) => turned.mirrored = !turned.mirrored,
                Property::CleanAperture { width, height, horiz_offset, vert_offset }
                    if *turned == Orientation::UPRIGHT =>
                {
                    let across = part(size.0, *width, *horiz_offset);
                    let down = part(size.1, *height, *vert_offset);
                    let ((left, width), (top, height)) =
                        across.zip(down).ok_or("a part that is not in the picture")?;
                    (shown.corner, shown.size) = ((left, top), (width, height));
                }
                Property::CleanAperture { .. } => return Err("cut after it was turned".to_owned()),
                Property::HevcConfig(_)
                | Property::ImageSize { .. }
                | Property::Color(_)
                | Property::PixelInfo(_)
                | Property::AuxiliaryType(_)
                | Property::Unknown(..) => {}
            }
        }
        Ok(shown)
    }
}

/// First pixel and length of a part of this length, whose middle lies this far from the middle of the whole. Both are
/// fractions.
fn part(whole: u32, length: (u32, u32), offset: (i32, u32)) -> Option<(u32, u32)> {
    let length = length.0.checked_div(length.1)?;
    let denominator = i64::from(offset.1);
    let twice = (2 * i64::from(offset.0)).checked_div(denominator)?;
    let start = i64::from(whole) - i64::from(length) + twice;
    // Half a pixel belongs to the left, as with a picture of odd length in one of even length.
    let start = u32::try_from(start.div_euclid(2)).ok()?;
    let fits = length > 0 && u64::from(start) + u64::from(length) <= u64::from(whole);
    fits.then_some((start, length))
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}
