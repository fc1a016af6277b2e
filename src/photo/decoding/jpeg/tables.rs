//! The tables of a JPEG file, to which its scans refer.

use super::bits::Huffman;

/// The place in a block of 8x8 waves, row by row, of each wave in the order of the file.
#[rustfmt::skip]
pub(super) const ZIGZAG: [u8; 64] = [
     0,  1,  8, 16,  9,  2,  3, 10, 17, 24, 32, 25, 18, 11,  4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,  6,  7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// The tables that scans refer to, as far as they were given so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    /// The steps of the waves, in the order of the file.
    pub(super) quantisation: [Option<[i32; 64]>; 4],
    pub(super) averages: [Option<Huffman>; 4],
    pub(super) others: [Option<Huffman>; 4],
    /// 0 if the codes never start anew.
    pub(super) restart_interval: usize,
}

impl Tables {
    pub(super) fn add_quantisation(&mut self, mut segment: &[u8]) -> Result<(), String> {
        while let [kind, rest @ ..] = segment {
            let wide = kind >> 4 == 1;
            let length = if wide { 128 } else { 64 };
            let (steps, after) =
                rest.split_at_checked(length).ok_or("a table that ends too early")?;
            let table =
                self.quantisation.get_mut(usize::from(kind & 15)).ok_or("a table too many")?;
            *table = Some(std::array::from_fn(|at| {
                if wide {
                    i32::from(u16::from_be_bytes([steps[2 * at], steps[2 * at + 1]]))
                } else {
                    i32::from(steps[at])
                }
            }));
            segment = after;
        }
        Ok(())
    }

    pub(super) fn add_huffman(&mut self, mut segment: &[u8]) -> Result<(), String> {
        while let [kind, rest @ ..] = segment {
            let (counts, rest) =
                rest.split_first_chunk::<16>().ok_or("a table that ends too early")?;
            let total = counts.iter().map(|count| usize::from(*count)).sum();
            let (symbols, after) =
                rest.split_at_checked(total).ok_or("a table that ends too early")?;
            let tables = if kind >> 4 == 0 { &mut self.averages } else { &mut self.others };
            let table = tables.get_mut(usize::from(kind & 15)).ok_or("a table too many")?;
            *table = Some(Huffman::new(counts, symbols)?);
            segment = after;
        }
        Ok(())
    }

    pub(super) fn set_restart_interval(&mut self, segment: &[u8]) -> Result<(), String> {
        let [high, low, ..] = segment else {
            return Err("a restart interval that ends too early".to_owned());
        };
        self.restart_interval = usize::from(u16::from_be_bytes([*high, *low]));
        Ok(())
    }
}
