//! What hostile files cost: measured in a process of its own, where nothing else takes memory.

use std::process::Command;

use super::*;

/// How long the name of a camera is in these files, in bytes.
const NAME_BYTES: usize = 16 << 20;

/// The most memory that a process may need to make such a file and to look at it, in KiB: the name, the EXIF and the
/// file when it is made, the file when it is read, and as much again as two of these.
const MOST_KIB: u64 = 6 * (NAME_BYTES as u64 >> 10);

#[test]
fn what_a_file_says_of_its_camera_costs_no_more_than_the_file() {
    let alone = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "photo::tests::memory::alone", "--ignored"])
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&alone.stdout);
    assert!(alone.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn alone() {
    let made_by = [tiff_of as fn(&[u8]) -> Vec<u8>, png_of];
    for (made_by, format) in made_by.into_iter().zip([Format::Tiff, Format::Png]) {
        let has_camera = |name: &[u8]| {
            let photo = inspect_bytes(&made_by(name)).expect("a photo");
            assert_eq!((photo.format, photo.width), (format, 64));
            photo.camera
        };
        assert!(has_camera(b"Kodak"), "{format:?}");
        for letter in [0, b'x'] {
            assert!(!has_camera(&vec![letter; NAME_BYTES]), "{format:?}");
        }
    }
    // A white page of 169 megapixels in 200 KB.
    let page = white_page(13_000);
    let photo = inspect_bytes(&page).expect("a photo");
    assert_eq!((photo.format, photo.width), (Format::Png, 13_000), "it is decoded");
    let status = std::fs::read_to_string("/proc/self/status").expect("readable");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
    let peak: u64 = peak.expect("in kB").parse().expect("a number");
    assert!(peak < MOST_KIB, "{peak} KiB");
}

/// A white square in a PNG file.
fn white_page(side: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut file, side, side);
    encoder.set_color(::png::ColorType::Rgb);
    let mut writer = encoder.write_header().expect("a header");
    let mut rows = writer.stream_writer().expect("rows");
    let row = vec![255; 3 * side as usize];
    (0..side).for_each(|_| rows.write_all(&row).expect("a row"));
    rows.finish().expect("a file");
    writer.finish().expect("a file");
    file
}

/// A grey TIFF file made by a camera of this name.
fn tiff_of(name: &[u8]) -> Vec<u8> {
    const ENTRIES: u32 = 9;
    let (width, height) = (64, 64);
    let pixels = DynamicImage::from(drawing(width, height, 17)).into_luma8();
    let start = 8 + 2 + 12 * ENTRIES + 4;
    let entries: [(u16, u16, u32, u32); ENTRIES as usize] = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 4, 1, 8),
        (259, 4, 1, 1),
        (262, 4, 1, 1),
        (271, 2, name.len() as u32, start + width * height),
        (273, 4, 1, start),
        (278, 4, 1, height),
        (279, 4, 1, width * height),
    ];
    let mut file = b"II*\0\x08\0\0\0\x09\0".to_vec();
    for (tag, kind, count, value) in entries {
        file.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        file.extend([count.to_le_bytes(), value.to_le_bytes()].concat());
    }
    file.extend([0; 4]);
    file.extend(pixels.as_raw());
    file.extend(name);
    file
}

/// A PNG file made by a camera of this name.
fn png_of(name: &[u8]) -> Vec<u8> {
    let mut file = encoded(&drawing(64, 64, 18).into(), ImageFormat::Png);
    let mut exif = b"eXIfII*\0\x08\0\0\0\x01\0\x0f\x01\x02\0".to_vec();
    exif.extend((name.len() as u32).to_le_bytes());
    exif.extend(26_u32.to_le_bytes());
    exif.extend([0; 4]);
    exif.extend(name);
    // Behind the end, where no decoder looks but where EXIF may be.
    file.extend((exif.len() as u32 - 4).to_be_bytes());
    file.extend(&exif);
    file.extend([0; 4]);
    file
}
