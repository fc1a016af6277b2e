//! Pictures in another size: for people, and so not bit for bit the same on every machine.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

/// Samples in rows.
pub(super) struct Samples<'a> {
    /// One byte for each channel.
    pub(super) bytes: &'a [u8],
    /// Samples in a row, each of all channels.
    pub(super) stride: usize,
    /// How far the picture reaches into them from the left and the top: it may end within a sample.
    pub(super) size: (f64, f64),
}

impl Samples<'_> {
    /// The picture with this many samples across and down, where each has `CHANNELS` channels: one or three.
    pub(super) fn resized<const CHANNELS: usize>(
        &self,
        (width, height): (u32, u32),
    ) -> Result<Vec<u8>, String> {
        let kind = if CHANNELS == 1 { PixelType::U8 } else { PixelType::U8x3 };
        let rows = self.bytes.len() / (self.stride * CHANNELS).max(1);
        let used = self.bytes.get(..rows * self.stride * CHANNELS).unwrap_or_default();
        let side = |samples: usize| u32::try_from(samples).map_err(|error| error.to_string());
        let from = ImageRef::new(side(self.stride)?, side(rows)?, used, kind)
            .map_err(|error| error.to_string())?;
        let mut to = Image::new(width, height, kind);
        // Sharp enough after averaging, and with less of a halo than wider filters.
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom))
            .crop(0.0, 0.0, self.size.0, self.size.1)
            .use_alpha(false);
        Resizer::new().resize(&from, &mut to, &options).map_err(|error| error.to_string())?;
        Ok(to.into_vec())
    }
}
