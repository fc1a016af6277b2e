//! Families of look-alikes: pictures of one layout, each of something else. None is a version of another.

mod cards;
mod charts;
mod games;
mod nature;
mod paper;
pub(crate) mod screens;
mod series;

use image::{ImageFormat, RgbImage};
use photomesh::photo::Relation;

use crate::dice::Dice;
use crate::lens::{grain, jpeg, scanned, stored};
use crate::source::{File, Scenery};

/// Draws a picture: the first dice are the same for all of a family, the second are its own.
type Draw = fn(&mut Dice, &mut Dice) -> RgbImage;

/// Pictures that look alike and are different.
pub(crate) struct Group {
    /// The kind; several groups may be of one.
    pub(crate) name: &'static str,
    /// The most that two of them may be called.
    pub(crate) at_most: Relation,
    pub(crate) files: Vec<Box<dyn Fn() -> File + Send + Sync>>,
}

/// How a picture comes to a file.
#[derive(Clone, Copy)]
enum Way {
    /// As it is: a screenshot, an export.
    Export,
    /// Printed and scanned.
    Scan,
    /// By a camera.
    Photo,
}

/// A kind of picture with one layout.
struct Family {
    name: &'static str,
    draw: Draw,
    way: Way,
    at_most: Relation,
}

const fn family(name: &'static str, way: Way, draw: Draw) -> Family {
    Family { name, draw, way, at_most: Relation::Different }
}

const fn export(name: &'static str, draw: Draw) -> Family {
    family(name, Way::Export, draw)
}

const fn scan(name: &'static str, draw: Draw) -> Family {
    family(name, Way::Scan, draw)
}

const fn photo(name: &'static str, draw: Draw) -> Family {
    family(name, Way::Photo, draw)
}

/// One photo with other words on it: as versions of that photo they may count.
const fn meme(name: &'static str, draw: Draw) -> Family {
    Family { at_most: Relation::Variant, ..family(name, Way::Photo, draw) }
}

/// Print, screens and graphics: what versions of documents are made of.
const GRAPHICS: &[Family] = &[
    export("letters", paper::letter),
    export("invoices", paper::invoice),
    export("invoices, amounts only", paper::amounts),
    export("small print, one sum", paper::contract),
    export("receipts", paper::receipt),
    export("short notes", paper::note),
    export("forms", paper::form),
    export("book pages", paper::book),
    export("report pages", paper::report),
    export("calendar pages", paper::calendar),
    export("library cards", cards::library),
    export("passports", cards::passport),
    export("business cards", cards::business),
    export("codes of squares", cards::code),
    export("boarding passes", cards::boarding),
    export("theatre tickets", cards::ticket),
    export("bank app", screens::bank),
    export("bank app, balance only", screens::balance),
    export("weather app", screens::weather),
    export("chat app", screens::chat),
    export("articles, two words", screens::article),
    export("settings", screens::settings),
    export("verification codes", screens::verification),
    export("slides, title", screens::title),
    export("slides, points", screens::points),
    export("spreadsheets", screens::spreadsheet),
    export("code editor", screens::editor),
    export("crosswords", games::crossword),
    export("chess positions", games::chess),
    export("bar charts", charts::bars),
    export("bar charts, close", charts::close_bars),
    export("line charts", charts::lines),
    export("line charts, close", charts::close_lines),
    export("pie charts", charts::pie),
    export("pie charts, close", charts::close_pie),
    export("maps", charts::map),
    export("map, other routes", charts::route),
    export("sheet music", charts::music),
];

const OTHERS: &[Family] = &[
    scan("letters, scanned", paper::letter),
    scan("invoices, scanned", paper::invoice),
    scan("amounts only, scanned", paper::amounts),
    scan("small print, scanned", paper::contract),
    scan("receipts, scanned", paper::receipt),
    scan("short notes, scanned", paper::note),
    scan("forms, scanned", paper::form),
    scan("book pages, scanned", paper::book),
    scan("report pages, scanned", paper::report),
    scan("sheet music, scanned", charts::music),
    scan("library cards, scanned", cards::library),
    photo("meter display", cards::meter),
    photo("product colours: shirt", nature::shirt),
    photo("product colours: mug", nature::mug),
    photo("things on a table", nature::table),
    photo("portraits, one wall", nature::portrait),
    photo("passport photos", cards::face),
    photo("white walls", nature::wall),
    photo("fog", nature::fog),
    photo("clear sky", nature::sky),
    photo("night sky", nature::night),
    photo("moon", nature::moon),
    photo("snow", nature::snow),
    meme("meme, words over", nature::meme),
    meme("meme, bar above", nature::captioned),
];

/// All groups: of each family so many pictures, and as many of each kind of series.
pub(crate) fn groups(size: usize, scenery: &Scenery) -> Vec<Group> {
    let drawn = |family: &'static Family| Group {
        name: family.name,
        at_most: family.at_most,
        files: (0..size as u64)
            .map(|number| {
                Box::new(move || family.file(number)) as Box<dyn Fn() -> File + Send + Sync>
            })
            .collect(),
    };
    let families = GRAPHICS.iter().chain(OTHERS).map(drawn);
    families.chain(series::groups(size, scenery)).collect()
}

/// The families of documents, screens and graphics.
pub(crate) fn graphics() -> impl Iterator<Item = &'static str> {
    GRAPHICS.iter().map(|family| family.name)
}

/// The picture of this number of one of [`graphics`].
pub(crate) fn picture(name: &str, number: u64) -> RgbImage {
    let mut families = GRAPHICS.iter();
    let family = families.find(|family| family.name == name);
    family.expect("a family of graphics").picture(number)
}

impl Family {
    fn picture(&self, number: u64) -> RgbImage {
        let shared = &mut Dice::new(self.name, u64::MAX);
        (self.draw)(shared, &mut Dice::new(self.name, number))
    }

    fn file(&self, number: u64) -> File {
        let mut picture = self.picture(number);
        let dice = &mut Dice::new("the way to a file", number);
        match self.way {
            Way::Export => File::new("png", stored(&picture, ImageFormat::Png)),
            Way::Scan => File::new("jpg", scanned(&picture, dice)),
            Way::Photo => {
                grain(&mut picture, dice, 1.5);
                File::new("jpg", jpeg(&picture, 90))
            }
        }
    }
}
