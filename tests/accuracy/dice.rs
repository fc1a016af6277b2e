//! Chance that can be repeated: all that is drawn follows from numbers, so that a set is the same every time.

use crate::rng::Rng;

const WORDS: &str = "river stone green quiet lamp table seven walk paper window cloud bread letter garden north small \
wheel paint echo clay harbour violet winter door early copper field simple answer reason bridge candle market silver \
evening orange the of and to in we it was that for with on as by from at this have not are but which one all were \
when there their can said if will each about how up out then them she many some so these would other into has more \
her two like him see time could no make than first been its who now people my made over did down only way find use";

const NAMES: &str = "Anna Ben Clara David Emma Felix Greta Henry Ida Jonas Kira Leo Mina Noah Olga Paul Rosa Simon Tara \
Viktor Wanda Yusuf Zoe Amara Bruno Chen Dilara Elio Farid Gwen Hugo Ines";

const SURNAMES: &str = "Adler Brook Castle Dorn Eriksen Fields Garcia Holm Ito Jansen Keller Lindt Moreau Novak Okafor \
Petrov Quinn Rossi Sato Torres Ulrich Vega Weber Young Zeman Baker Carter Dubois Fischer Gruber";

/// A stream of random numbers.
pub(crate) struct Dice(Rng);

impl Dice {
    /// The stream of this number of a set; other sets have other streams.
    pub(crate) fn new(set: &str, number: u64) -> Dice {
        let digest = blake3::hash(set.as_bytes());
        let purpose =
            digest.as_bytes()[..8].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        Dice(Rng::new(number, purpose))
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn whole(&mut self, low: u32, high: u32) -> u32 {
        low + self.0.below(u64::from(high - low) + 1) as u32
    }

    /// A number from `low` to `high`.
    pub(crate) fn real(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.0.next() >> 40) as f32 / (1 << 24) as f32
    }

    /// True so many times in a hundred.
    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.0.percent(percent)
    }

    /// One of them.
    pub(crate) fn pick<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.0.index(things.len())]
    }

    /// A number whose spread is 1 and mean 0, nearly as of a bell: the sum of four even ones.
    pub(crate) fn bell(&mut self) -> f32 {
        let bits = self.0.next();
        let sum: u64 = (0..4).map(|part| bits >> (16 * part) & 0xffff).sum();
        (sum as f32 / 65536.0 - 2.0) * 1.732
    }

    pub(crate) fn colour(&mut self, low: u32, high: u32) -> [u8; 3] {
        std::array::from_fn(|_| self.whole(low, high) as u8)
    }

    pub(crate) fn word(&mut self) -> &'static str {
        self.one_of(WORDS)
    }

    pub(crate) fn words(&mut self, count: usize) -> String {
        let words: Vec<&str> = (0..count).map(|_| self.word()).collect();
        words.join(" ")
    }

    /// So many words, each with a capital.
    pub(crate) fn title(&mut self, count: usize) -> String {
        let words: Vec<String> = (0..count).map(|_| capital(self.word())).collect();
        words.join(" ")
    }

    pub(crate) fn name(&mut self) -> String {
        format!("{} {}", self.one_of(NAMES), self.one_of(SURNAMES))
    }

    /// An amount between so many whole units.
    pub(crate) fn money(&mut self, low: u32, high: u32) -> f64 {
        f64::from(self.whole(low * 100, high * 100)) / 100.0
    }

    pub(crate) fn date(&mut self) -> String {
        let (month, day) = (self.whole(1, 12), self.whole(1, 28));
        format!("2026-{month:02}-{day:02}")
    }

    pub(crate) fn time(&mut self) -> String {
        let (hour, minute) = (self.whole(6, 23), self.whole(0, 59));
        format!("{hour:02}:{minute:02}")
    }

    fn one_of(&mut self, list: &'static str) -> &'static str {
        let words: Vec<&str> = list.split(' ').collect();
        self.pick(&words)
    }
}

/// The word with a capital.
pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
