//! What versions are made of: photos, documents and screenshots.

use image::RgbImage;

use crate::families;
use crate::source::Scenery;
use crate::versions::{Expected, Kind, OF_GRAPHICS, OF_PHOTOS};

/// A picture of which versions are made.
pub(crate) struct Subject {
    /// "photos" or "documents and screens".
    pub(crate) set: &'static str,
    pub(crate) number: u64,
    /// The original, then what has to be the same, and so on.
    pub(crate) kinds: &'static [Kind],
    from: From,
}

enum From {
    Scenery(Scenery),
    Family(&'static str),
}

impl Subject {
    pub(crate) fn picture(&self) -> RgbImage {
        match &self.from {
            From::Scenery(scenery) => scenery.photo(self.number),
            From::Family(name) => families::picture(name, self.number),
        }
    }

    /// Whether it is of one of these families.
    pub(crate) fn is_one_of(&self, families: &[&str]) -> bool {
        matches!(self.from, From::Family(name) if families.contains(&name))
    }

    /// Leaves out the kinds of versions that are more than the same picture stored otherwise.
    pub(crate) fn keep_the_same(&mut self) {
        let same = self.kinds.partition_point(|kind| kind.expected <= Expected::Same);
        self.kinds = &self.kinds[..same];
    }

    pub(crate) fn name(&self) -> String {
        match &self.from {
            From::Scenery(scenery) => scenery.name(self.number),
            From::Family(name) => format!("{name} {}", self.number),
        }
    }
}

/// So many photos, or all of the folder, and so many pictures of each family of graphics.
pub(crate) fn all(photos: usize, graphics: usize, scenery: &Scenery) -> Vec<Subject> {
    let photos = match scenery.files().len() {
        0 => photos,
        given => given,
    };
    let photos = (0..photos as u64).map(|number| Subject {
        set: "photos",
        number,
        kinds: OF_PHOTOS,
        from: From::Scenery(scenery.clone()),
    });
    // Numbers that no group of look-alikes has.
    let numbers = 1_000_000..1_000_000 + graphics as u64;
    let graphics = families::graphics().flat_map(|name| {
        numbers.clone().map(move |number| Subject {
            set: "documents",
            number,
            kinds: OF_GRAPHICS,
            from: From::Family(name),
        })
    });
    photos.chain(graphics).collect()
}
