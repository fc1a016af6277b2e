//! The first look as `fingerprint --help` states it, computed from the columns of the CSV and nothing else.

use photomesh::photo::Relation;

/// What stands before each number of the rule in the help.
const PHRASES: [&str; 13] = [
    "bits differ in at most ",
    "cues differs by more than ",
    "contradict each other in at most ",
    "`varied` ground, in at most ",
    "`drawn` ground, in at most ",
    "at most 1/",
    "from g = B.size - A.size by at most ",
    "the longer is at least ",
    "the shorter at least ",
    "|p x q| is at most ",
    "|p| |q| + ",
    "the longer is at most ",
    "times the shorter plus ",
];

/// What stands before the number of bits of each part of a landmark.
const PARTS: [&str; 5] = ["first: code ", ", x ", ", y ", ", size ", ", turn "];

/// The numbers that the help names.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Limits {
    /// In the order of [`PHRASES`].
    pub(super) numbers: [f64; PHRASES.len()],
    parts: [u32; PARTS.len()],
}

impl Limits {
    pub(super) fn stated(help: &str) -> Limits {
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        let number = |before: &str| {
            let mut places = help.match_indices(before);
            let (at, _) = places.next().unwrap_or_else(|| panic!("no {before:?} in {help}"));
            assert!(places.next().is_none(), "{before:?} twice in {help}");
            let rest = &help[at + before.len()..];
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
            let digits = rest[..end.unwrap_or(rest.len())].trim_end_matches('.');
            digits.parse::<f64>().unwrap()
        };
        Limits { numbers: PHRASES.map(number), parts: PARTS.map(|part| number(part) as u32) }
    }

    /// The same with one of the numbers a little less or more: one if it is whole, else a twentieth.
    pub(super) fn nudged(&self) -> impl Iterator<Item = (String, Limits)> {
        (0..PHRASES.len()).flat_map(move |at| {
            [-1.0, 1.0].map(|way| {
                let mut nudged = self.clone();
                let number = &mut nudged.numbers[at];
                let whole = *number == number.trunc();
                *number += way * if whole { 1.0 } else { *number / 20.0 };
                (format!("{}{number}", PHRASES[at]), nudged)
            })
        })
    }

    /// The same without one of the limits, by the phrase before it.
    pub(super) fn without(&self, phrase: &str) -> Limits {
        let at = PHRASES.iter().position(|other| *other == phrase).unwrap();
        let mut limits = self.clone();
        // One in none of the greater is no limit either.
        limits.numbers[at] = if phrase.ends_with('/') { 1.0 } else { 1e9 };
        limits
    }
}

/// A place in a picture, and what is around it.
struct Landmark {
    code: u64,
    place: [f64; 2],
    size: f64,
    turn: u64,
}

/// What one line of the CSV says.
pub(super) struct Line {
    /// Bits and cue: of the whole picture, and of it without bands. None if there is nothing to go by.
    views: Vec<(Vec<u8>, Vec<u8>)>,
    /// Digits in base 3.
    signature: Vec<u8>,
    pub(super) ground: String,
    landmarks: Vec<Landmark>,
    width: f64,
    height: f64,
    captured: String,
    pub(super) from_camera: bool,
    pub(super) frames: String,
}

impl Line {
    /// Reads what stands in each column.
    pub(super) fn read<'a>(get: impl Fn(&str) -> &'a str, limits: &Limits) -> Line {
        let bytes = |column: &str| {
            let digits = get(column);
            let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
            (0..digits.len()).step_by(2).map(byte).collect::<Vec<u8>>()
        };
        let views = [("whole", "whole_cue"), ("trimmed", "trimmed_cue")];
        let views = views.map(|(bits, cue)| (bytes(bits), bytes(cue)));
        let signature = bytes("signature").into_iter();
        let digits = signature.flat_map(|byte| [1, 3, 9, 27, 81].map(|unit| byte / unit % 3));
        let landmarks = get("landmarks").as_bytes().chunks(10);
        let landmarks = landmarks.map(|digits| {
            let digits = std::str::from_utf8(digits).unwrap();
            landmark(u64::from_str_radix(digits, 16).unwrap(), limits)
        });
        Line {
            views: views.into_iter().filter(|(bits, _)| !bits.is_empty()).collect(),
            signature: digits.collect(),
            ground: get("ground").to_owned(),
            landmarks: landmarks.collect(),
            width: get("width").parse().unwrap(),
            height: get("height").parse().unwrap(),
            captured: get("captured").to_owned(),
            from_camera: get("from_camera") == "yes",
            frames: get("frames").to_owned(),
        }
    }
}

/// Takes the 40 bits of a landmark apart.
fn landmark(mut bits: u64, limits: &Limits) -> Landmark {
    assert_eq!(limits.parts.iter().sum::<u32>(), 40);
    let mut take = |part: usize| {
        let value = bits & ((1 << limits.parts[part]) - 1);
        bits >>= limits.parts[part];
        value
    };
    let (turn, size, y, x, code) = (take(4), take(3), take(2), take(1), take(0));
    Landmark { code, place: [x as f64, y as f64], size: size as f64, turn }
}

/// The first look.
pub(super) fn first_look(a: &Line, b: &Line, limits: &Limits) -> Relation {
    let frames = a.frames == "several" || b.frames == "several";
    if frames || a.views.is_empty() || b.views.is_empty() || other_moments(a, b) {
        return Relation::Different;
    }
    let [_, _, varied, plain, drawn, ..] = limits.numbers;
    let graphics = a.ground != "varied" && b.ground != "varied";
    let most = match a.ground == "drawn" && b.ground == "drawn" {
        true => drawn,
        false if graphics => plain,
        false => varied,
    };
    let opposed = a.signature.iter().zip(&b.signature).take(512);
    let opposed = opposed.filter(|(a, b)| a.abs_diff(**b) == 2).count() as f64;
    let agree = matches(&a.views[0], &b.views[0], limits) && opposed <= most;
    if agree && proportions(a, b, limits) {
        return Relation::Same;
    }
    let shots = a.from_camera && b.from_camera && !agree;
    match !graphics && !shots && (views(a, b, limits) || landmarks(a, b, limits)) {
        true => Relation::Variant,
        false => Relation::Different,
    }
}

fn matches(a: &(Vec<u8>, Vec<u8>), b: &(Vec<u8>, Vec<u8>), limits: &Limits) -> bool {
    let [bits, cue, ..] = limits.numbers;
    let pairs = a.0.iter().zip(&b.0);
    let distance: u32 = pairs.map(|(a, b)| (a ^ b).count_ones()).sum();
    let mut cues = a.1.iter().zip(&b.1);
    f64::from(distance) <= bits && cues.all(|(a, b)| f64::from(a.abs_diff(*b)) <= cue)
}

fn proportions(a: &Line, b: &Line, limits: &Limits) -> bool {
    let share = limits.numbers[5];
    let (one, two) = (a.width * b.height, b.width * a.height);
    let sides = [a.width, a.height, b.width, b.height];
    (one - two).abs() <= one.max(two) / share + sides.into_iter().fold(0.0, f64::max)
}

/// Whether any two views match.
pub(super) fn views(a: &Line, b: &Line, limits: &Limits) -> bool {
    let mut own = a.views.iter();
    own.any(|own| b.views.iter().any(|other| matches(own, other, limits)))
}

/// Whether two landmarks of one lie as two of the other do.
fn landmarks(a: &Line, b: &Line, limits: &Limits) -> bool {
    let all = a.landmarks.iter();
    let pairs = all.flat_map(|own| {
        let others = b.landmarks.iter();
        others.filter(|other| other.code == own.code).map(move |other| (own, other))
    });
    let pairs: Vec<(&Landmark, &Landmark)> = pairs.collect();
    let rest = |at: usize| pairs[at + 1..].iter();
    (0..pairs.len()).any(|at| rest(at).any(|two| lie_alike(pairs[at], *two, limits)))
}

fn lie_alike(
    (a, b): (&Landmark, &Landmark),
    (c, d): (&Landmark, &Landmark),
    limits: &Limits,
) -> bool {
    /// Decimal fractions are no binary ones; what is compared lies further apart.
    const ROUNDING: f64 = 1e-6;
    let [.., sizes, long, short, angle, aside, ratio, more] = limits.numbers;
    let turn = (4 + a.turn - b.turn) % 4;
    let grown = b.size - a.size;
    if turn == 2 || turn != (4 + c.turn - d.turn) % 4 || (d.size - c.size - grown).abs() > sizes {
        return false;
    }
    let way =
        |from: &Landmark, to: &Landmark| [to.place[0] - from.place[0], to.place[1] - from.place[1]];
    let (mut p, q) = (way(a, c), way(b, d));
    for _ in 0..turn {
        p = [p[1], -p[0]];
    }
    let length = |[x, y]: [f64; 2]| ((x * x + y * y).sqrt() * 16.0).floor() / 16.0;
    let (one, other) = (length(p), length(q));
    let (dot, cross) = (p[0] * q[0] + p[1] * q[1], p[0] * q[1] - p[1] * q[0]);
    let most = angle * one * other + aside * (one + other);
    if one.max(other) < long
        || one.min(other) < short
        || dot <= 0.0
        || cross.abs() > most + ROUNDING
    {
        return false;
    }
    let (octaves, eighths) = ((grown.abs() / 8.0).floor(), grown.abs() % 8.0);
    let factor = ((eighths / 8.0).exp2() * 4096.0).round() / 4096.0 * octaves.exp2();
    let longer = |length: f64| (length * factor * 16.0).floor() / 16.0;
    let (one, other) = match grown < 0.0 {
        true => (one, longer(other)),
        false => (longer(one), other),
    };
    one.max(other) <= ratio * one.min(other) + more + ROUNDING
}

/// Whether cameras took both, at different moments.
pub(super) fn other_moments(a: &Line, b: &Line) -> bool {
    other_moment(&a.captured, &b.captured)
}

/// Whether both name a moment, and these differ.
fn other_moment(a: &str, b: &str) -> bool {
    let parts = |moment: &str| match moment.split_once('.') {
        Some((seconds, fraction)) => {
            let fraction = fraction.trim_end_matches('0').to_owned();
            (seconds.to_owned(), Some(fraction))
        }
        None => (moment.to_owned(), None),
    };
    let ((a_seconds, a_fraction), (b_seconds, b_fraction)) = (parts(a), parts(b));
    let fractions = a_fraction.zip(b_fraction).is_some_and(|(a, b)| a != b);
    !a.is_empty() && !b.is_empty() && (a_seconds != b_seconds || fractions)
}
