//! The image formats that are told apart, and how records tell them.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};

/// The image formats that are told apart, from the one whose files make the worst versions to the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Claims to be a picture but is not decoded here: RAW, AVIF, or a damaged file. Also any format that only a later
    /// program knows.
    Opaque,
    /// GIF: 256 colours at most.
    Gif,
    /// WebP, usually a lossy second generation.
    Webp,
    /// JPEG, what most cameras write.
    Jpeg,
    /// HEIC, what iPhones write; the JPEG of the same picture is exported from it.
    Heic,
    /// Windows bitmap.
    Bmp,
    /// PNG, lossless.
    Png,
    /// TIFF, usually a scanner's or a photographer's master.
    Tiff,
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Format, D::Error> {
        Ok(match &*Cow::<str>::deserialize(from)? {
            "gif" => Format::Gif,
            "webp" => Format::Webp,
            "jpeg" => Format::Jpeg,
            "heic" => Format::Heic,
            "bmp" => Format::Bmp,
            "png" => Format::Png,
            "tiff" => Format::Tiff,
            _ => Format::Opaque,
        })
    }
}

/// A photo's format in records.
///
/// The first programs fail at a word that they do not know, and with it at a whole page of records. So `format` says
/// only what they know, *opaque* for everything newer, and `decoded_as` says what it is to those who can read on.
pub(in crate::photo) mod told {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Format;

    #[derive(Serialize, Deserialize)]
    struct Told {
        format: Format,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decoded_as: Option<Format>,
    }

    pub(in crate::photo) fn serialize<S: Serializer>(
        format: &Format,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let (first, decoded_as) = match format {
            Format::Heic => (Format::Opaque, Some(*format)),
            Format::Opaque
            | Format::Gif
            | Format::Webp
            | Format::Jpeg
            | Format::Bmp
            | Format::Png
            | Format::Tiff => (*format, None),
        };
        let told = Told { format: first, decoded_as };
        told.serialize(to)
    }

    pub(in crate::photo) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Format, D::Error> {
        let told = Told::deserialize(from)?;
        Ok(told.decoded_as.unwrap_or(told.format))
    }
}
