//! Photos that nobody took: pairs which lie next to the limits of the first look, on either side of them.

use photomesh::photo::{
    ACCOUNT, CaptureTime, Fingerprint, Format, More, Origin, Photo, PhotoId, Worth,
};

use crate::support::rng::Rng;

/// Bytes of a view: gradient bits, DCT bits, cue.
const VIEW: [usize; 3] = [39, 20, 14];
/// Bytes of a signature. Of the last one's digits the third is the ground.
const SIGNATURE: usize = 103;

/// Code, place, size, turn.
type Landmark = (u64, [i64; 2], i64, i64);

/// A photo as it is made up, part by part.
#[derive(Clone)]
struct Draft {
    whole: Vec<u8>,
    trimmed: Vec<u8>,
    /// Answers of the signature: 0, 1 or 2.
    answers: Vec<u8>,
    /// What it is drawn on: 0 varied, 1 plain, 2 drawn.
    ground: u8,
    landmarks: Vec<Landmark>,
    sides: [u32; 2],
    captured: Option<CaptureTime>,
    camera: bool,
    origin: Origin,
    more: More,
    account: u16,
}

/// Two photos that differ in one part so much that a limit decides, and in others, too, now and then.
pub(super) fn pair(rng: &mut Rng) -> (Photo, Photo) {
    let mut one = Draft {
        whole: bytes(rng, VIEW.iter().sum()),
        trimmed: bytes(rng, VIEW.iter().sum()),
        answers: (0..512).map(|_| rng.below(3) as u8).collect(),
        ground: rng.below(3) as u8,
        landmarks: Vec::new(),
        sides: [1 + rng.below(4000) as u32, 1 + rng.below(4000) as u32],
        captured: None,
        camera: false,
        origin: Origin::Unknown,
        more: More::Nothing,
        account: ACCOUNT,
    };
    let mut other = one.clone();
    let part = rng.below(8);
    let is_near = |at: u64, rng: &mut Rng| part == at || rng.percent(10);
    if is_near(0, rng) {
        other.whole = near_view(&one.whole, rng);
        other.trimmed = bytes(rng, VIEW.iter().sum());
    }
    if is_near(1, rng) {
        other.whole = bytes(rng, VIEW.iter().sum());
        other.trimmed = near_view([&one.whole, &one.trimmed][rng.index(2)], rng);
    }
    if is_near(2, rng) {
        contradict(&mut other.answers, rng);
    }
    if is_near(3, rng) {
        other.sides = near_sides(one.sides, rng);
    }
    if is_near(4, rng) {
        other.whole = bytes(rng, VIEW.iter().sum());
        other.trimmed = bytes(rng, VIEW.iter().sum());
        one.ground = [0, 0, 0, 1, 2][rng.index(5)];
        other.ground = [0, 0, 0, 1, 2][rng.index(5)];
        (one.landmarks, other.landmarks) = near_landmarks(rng);
    }
    if is_near(5, rng) {
        let moment = |rng: &mut Rng| {
            let fractions = ["", ".2", ".20", ".25"];
            let text = format!("2021-06-13T18:42:0{}{}", rng.below(2), fractions[rng.index(4)]);
            rng.percent(80).then_some(CaptureTime(text))
        };
        (one.captured, other.captured) = (moment(rng), moment(rng));
        other.account -= u16::from(rng.percent(10));
        other.ground = rng.below(3) as u8;
    }
    if is_near(6, rng) {
        let moment = CaptureTime("2021-06-13T18:42:00".to_owned());
        for draft in [&mut one, &mut other] {
            draft.captured = rng.percent(80).then(|| moment.clone());
            draft.camera = rng.percent(80);
            draft.origin = origin(rng);
        }
    }
    if is_near(7, rng) {
        for draft in [&mut one, &mut other] {
            let all = [More::Nothing, More::Maps, More::Film, More::Frames];
            draft.more = all[rng.index(all.len())];
        }
    }
    (photo(&one, rng), photo(&other, rng))
}

fn origin(rng: &mut Rng) -> Origin {
    let all = [Origin::Edited, Origin::Unknown, Origin::Camera, Origin::Untouched];
    all[rng.index(all.len())]
}

fn bytes(rng: &mut Rng, count: usize) -> Vec<u8> {
    (0..count).map(|_| rng.next() as u8).collect()
}

/// A view about as far from this one as views of one picture may be, in bits, in the cue, or in both.
fn near_view(view: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut near = view.to_vec();
    let [gradients, waves, cue] = VIEW;
    if rng.percent(60) {
        let waves_differ = rng.below(50);
        let gradients_differ = 166 + rng.below(9) - 3 * waves_differ;
        for (from, count, differing) in
            [(0, gradients, gradients_differ), (gradients, waves, waves_differ)]
        {
            let mut bits: Vec<usize> = (0..count * 8).collect();
            rng.shuffle(&mut bits);
            for bit in &bits[..differing as usize] {
                near[from + bit / 8] ^= 1 << (bit % 8);
            }
        }
    }
    if rng.percent(60) {
        let number = &mut near[gradients + waves + rng.index(cue)];
        let by = 13 + rng.below(5) as u8;
        *number = number.checked_sub(by).unwrap_or_else(|| *number + by);
    }
    near
}

/// Turns about as many answers into their opposite as may be, on any ground.
fn contradict(answers: &mut [u8], rng: &mut Rng) {
    let count = [0, 1, 2, 4, 5, 6, 7, 39, 40, 41, 42][rng.index(11)];
    let clear = answers.iter_mut().filter(|answer| **answer != 1);
    let mut clear: Vec<&mut u8> = clear.collect();
    rng.shuffle(&mut clear);
    for answer in &mut clear[..count] {
        **answer = 2 - **answer;
    }
}

/// Sides which stand in proportions about as much other ones as they may be.
fn near_sides([width, height]: [u32; 2], rng: &mut Rng) -> [u32; 2] {
    let part = |side: u32, share: f64| ((f64::from(side) * share).round() as u32).max(1);
    let size = 1.0 / (1 + rng.below(4)) as f64;
    let squeezed = size * (1.0 - (25 + rng.below(20)) as f64 / 1000.0);
    match rng.percent(50) {
        true => [part(width, size), part(height, squeezed)],
        false => [part(width, squeezed), part(height, size)],
    }
}

/// Two landmarks of one picture which lie about as much like two of another as they must.
fn near_landmarks(rng: &mut Rng) -> (Vec<Landmark>, Vec<Landmark>) {
    let place = |rng: &mut Rng| [rng.below(128) as i64, rng.below(128) as i64];
    loop {
        let (a, b) = (place(rng), place(rng));
        let reach = [8, 20, 100][rng.index(3)];
        let step = |rng: &mut Rng| rng.below(2 * reach + 1) as i64 - reach as i64;
        let p = [step(rng), step(rng)];
        let (size, growth) = (rng.below(31) as i64, rng.below(31) as i64 - 15);
        let (turn, other_turn) = (rng.below(4) as i64, rng.below(4) as i64);
        let turned = match turn {
            1 => [p[1], -p[0]],
            2 => [-p[0], -p[1]],
            3 => [-p[1], p[0]],
            _ => p,
        };
        // Up to 20 degrees aside, and up to half as long or twice.
        let angle = (rng.below(401) as f64 - 200.0) / 10.0;
        let (sin, cos) = angle.to_radians().sin_cos();
        let share = (growth as f64 / 8.0 + (rng.below(201) as f64 - 100.0) / 100.0).exp2();
        let [x, y] = turned.map(|way| way as f64 * share);
        let q = [x * cos - y * sin, x * sin + y * cos].map(|way| way.round() as i64);
        let (c, d) = ([a[0] + p[0], a[1] + p[1]], [b[0] + q[0], b[1] + q[1]]);
        let other_size = rng.below(31) as i64;
        let sizes =
            [size, size + growth, other_size, other_size + growth + rng.below(9) as i64 - 4];
        let wrong = i64::from(rng.percent(5));
        let inside = |at: &i64| (0..128).contains(at);
        if [c, d].as_flattened().iter().all(inside)
            && sizes.iter().all(|size| (0..31).contains(size))
        {
            let [a_size, b_size, c_size, d_size] = sizes;
            let own_turn = |turn: i64| turn.rem_euclid(4);
            let one = vec![
                (1000, a, a_size, own_turn(turn)),
                (2000, c, c_size, own_turn(turn + other_turn)),
                (3000, d, 3, 0),
            ];
            let other = vec![
                (1000, b, b_size, 0),
                (2000, d, d_size, own_turn(other_turn + wrong)),
                (4000, c, 3, 0),
            ];
            return (one, other);
        }
    }
}

/// The photo of a draft.
fn photo(draft: &Draft, rng: &mut Rng) -> Photo {
    let mut whole = draft.whole.clone();
    let digit = |at: usize| match draft.answers.get(at) {
        Some(answer) => *answer,
        None => match at {
            512 => draft.ground,
            _ => 0,
        },
    };
    let five = |byte: usize| (byte * 5..byte * 5 + 5).rev().fold(0, |sum, at| sum * 3 + digit(at));
    whole.extend((0..SIGNATURE).map(five));
    let landmarks = draft.landmarks.iter();
    let landmarks = landmarks.flat_map(|(code, [x, y], size, turn)| {
        let bits = code << 21 | (x << 14 | y << 7 | size << 2 | turn) as u64;
        bits.to_be_bytes().into_iter().skip(3)
    });
    let landmarks: Vec<u8> = landmarks.collect();
    let parts = [&whole, &landmarks, &draft.trimmed].map(|part| base62(part));
    let fingerprint: Fingerprint = format!("v2:{}", parts.join(":")).parse().unwrap();
    let [width, height] = draft.sides;
    Photo {
        account: draft.account,
        id: PhotoId(rng.bytes()),
        bytes: 1000,
        format: Format::Jpeg,
        width,
        height,
        colour: true,
        camera: draft.camera,
        captured: draft.captured.clone(),
        fingerprint: Some(fingerprint),
        worth: Worth { missing: 0, origin: draft.origin, more: draft.more },
    }
}

/// Bytes as a fingerprint's text has them: eight in eleven digits, fewer in as few as hold them.
fn base62(bytes: &[u8]) -> String {
    const LENGTHS: [usize; 9] = [0, 2, 3, 5, 6, 7, 9, 10, 11];
    let digits: Vec<char> = ('0'..='9').chain('A'..='Z').chain('a'..='z').collect();
    let chunk = |bytes: &[u8]| -> String {
        let value = bytes.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        let place = |at: usize| (u128::from(value) / 62_u128.pow(at as u32) % 62) as usize;
        (0..LENGTHS[bytes.len()]).rev().map(|at| digits[place(at)]).collect()
    };
    bytes.chunks(8).map(chunk).collect()
}
