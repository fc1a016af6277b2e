//! The segments of a JPEG file and the header of its frame.

/// What comes next in a file, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    /// The frame's header: baseline, extended or progressive.
    Frame(FrameKind),
    /// Quantisation tables.
    Quantisation,
    /// Huffman tables.
    Huffman,
    /// After how many blocks the codes start anew.
    RestartInterval,
    /// A scan's header, followed by its codes.
    Scan,
    /// Adobe's word on the colours.
    Adobe,
    /// EXIF, or what else came to use its marker.
    Exif,
    /// The end of the picture.
    End,
    /// Anything that can be passed over.
    Other,
}

/// How the frame's waves are spread over its scans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameKind {
    /// All waves of a block in one place.
    Sequential,
    /// Coarse ones first, then ever finer ones.
    Progressive,
}

/// A cursor over the segments of a file.
pub(super) struct Segments<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Segments<'a> {
    /// Starts after the marker that begins every file.
    pub(super) fn new(file: &'a [u8]) -> Result<Segments<'a>, String> {
        if !file.starts_with(b"\xff\xd8") {
            return Err("not a JPEG file".to_owned());
        }
        Ok(Segments { file, at: 2 })
    }

    /// Finds the next marker, wherever it is: bytes between segments are passed over.
    pub(super) fn next_marker(&mut self) -> Result<Marker, String> {
        loop {
            let rest = self.rest();
            let start =
                rest.iter().position(|byte| *byte == 0xff).ok_or("the file ends too early")?;
            let code = *rest.get(start + 1).ok_or("the file ends too early")?;
            self.at += start + 1;
            if code == 0xff {
                continue;
            }
            self.at += 1;
            return match code {
                // Stuffing and restarts belong to codes that were skipped.
                0x00 | 0x01 | 0xd0..=0xd7 => continue,
                0xc0 | 0xc1 => Ok(Marker::Frame(FrameKind::Sequential)),
                0xc2 => Ok(Marker::Frame(FrameKind::Progressive)),
                0xc4 => Ok(Marker::Huffman),
                0xc3 | 0xc5..=0xc7 | 0xc9..=0xcf => Err("a rare kind of JPEG".to_owned()),
                0xd8 => Err("a second picture within the first".to_owned()),
                0xd9 => Ok(Marker::End),
                0xda => Ok(Marker::Scan),
                0xdb => Ok(Marker::Quantisation),
                0xdd => Ok(Marker::RestartInterval),
                0xe1 => Ok(Marker::Exif),
                0xee => Ok(Marker::Adobe),
                _ => Ok(Marker::Other),
            };
        }
    }

    /// The content of the segment whose marker was read last; the cursor moves behind it.
    pub(super) fn segment(&mut self) -> Result<&'a [u8], String> {
        let rest = self.rest();
        let length = match rest {
            [high, low, ..] => usize::from(u16::from_be_bytes([*high, *low])),
            _ => return Err("the file ends too early".to_owned()),
        };
        let content = rest.get(2..length).ok_or("a segment of a wrong length")?;
        self.at += length;
        Ok(content)
    }

    /// Moves behind the segment whose marker was read last.
    pub(super) fn skip_segment(&mut self) -> Result<(), String> {
        self.segment().map(|_| ())
    }

    /// Everything from the cursor on.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.file.get(self.at..).unwrap_or_default()
    }

    /// How far the cursor is in the file.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Moves the cursor on.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }
}

/// The header of a frame.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) progressive: bool,
    /// One to four.
    pub(super) components: Vec<Component>,
    /// The largest sampling factors of all components.
    pub(super) max_across: usize,
    pub(super) max_down: usize,
}

/// A component as the frame describes it.
#[derive(Clone, Debug)]
pub(super) struct Component {
    pub(super) id: u8,
    /// Blocks per unit, across and down: 1 to 4.
    pub(super) across: usize,
    pub(super) down: usize,
    /// Which quantisation table it uses: 0 to 3.
    pub(super) quantisation: usize,
}

impl Frame {
    pub(super) fn parse(kind: FrameKind, segment: &[u8]) -> Result<Frame, String> {
        let [8, h1, h0, w1, w0, count, rest @ ..] = segment else {
            return Err("a frame of a rare kind".to_owned());
        };
        let (height, width) = (u16::from_be_bytes([*h1, *h0]), u16::from_be_bytes([*w1, *w0]));
        let count = usize::from(*count);
        if width == 0 || height == 0 || !matches!(count, 1 | 3 | 4) || rest.len() < 3 * count {
            return Err("a frame that makes no sense".to_owned());
        }
        let component = |bytes: &[u8]| match *bytes {
            [id, factors, quantisation] => Component {
                id,
                across: usize::from(factors >> 4),
                down: usize::from(factors & 15),
                quantisation: usize::from(quantisation),
            },
            _ => Component { id: 0, across: 0, down: 0, quantisation: 0 },
        };
        let components: Vec<Component> = rest.chunks_exact(3).take(count).map(component).collect();
        let sensible = |component: &Component| {
            (1..=4).contains(&component.across)
                && (1..=4).contains(&component.down)
                && component.quantisation < 4
        };
        if !components.iter().all(sensible) {
            return Err("components that make no sense".to_owned());
        }
        Ok(Frame {
            width: u32::from(width),
            height: u32::from(height),
            progressive: kind == FrameKind::Progressive,
            max_across: components.iter().map(|component| component.across).max().unwrap_or(1),
            max_down: components.iter().map(|component| component.down).max().unwrap_or(1),
            components,
        })
    }
}

/// How Adobe's segment says that the colours are stored: 0 as they are, 1 as YCbCr, 2 as YCCK.
pub(super) fn adobe_transform(segment: &[u8]) -> Option<u8> {
    segment.starts_with(b"Adobe").then(|| segment.get(11).copied())?
}
