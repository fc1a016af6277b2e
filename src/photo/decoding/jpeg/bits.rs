//! Huffman codes and the bits that they are made of.

use std::cell::OnceCell;

/// Bits of a code that are looked up at once. Few codes are longer.
const LOOKUP_BITS: u32 = 10;

/// Bits that are looked up at once where codes are only passed over: two or three codes with their numbers.
const STRIDE_BITS: u32 = 12;

/// What the next [`STRIDE_BITS`] bits say about a block whose waves are passed over.
#[derive(Clone, Copy, Debug, Default)]
struct Stride {
    /// Bits of the codes and numbers that lie wholly within; 0 if not even one does.
    bits: u8,
    /// How many waves they pass over.
    waves: u8,
    /// Whether the last of them ends the block.
    ends: bool,
}

/// A Huffman table: from the next bits to a symbol.
#[derive(Clone, Debug)]
pub(super) struct Huffman {
    /// For every value of the next [`LOOKUP_BITS`] bits the length of the code that they begin with and its symbol;
    /// length 0 if the code is longer.
    lookup: Vec<(u8, u8)>,
    /// For each length the first code of the next length, shifted to 16 bits; codes below it are of this length.
    limit: [u32; 17],
    /// For each length, what to add to a code to get the place of its symbol.
    offset: [i32; 17],
    symbols: Vec<u8>,
    /// Made when waves are passed over for the first time.
    strides: OnceCell<Vec<Stride>>,
}

impl Huffman {
    /// The table with these numbers of codes of length 1 to 16, and these symbols.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Result<Huffman, String> {
        let mut lookup = vec![(0, 0); 1 << LOOKUP_BITS];
        let (mut limit, mut offset) = ([0; 17], [0; 17]);
        let (mut code, mut place) = (0_u32, 0_usize);
        for (length, count) in (1_u32..).zip(counts) {
            offset[length as usize] = place as i32 - code as i32;
            for _ in 0..*count {
                let symbol = *symbols.get(place).ok_or("a table without its symbols")?;
                if code >= 1 << length {
                    return Err("a table with too many codes".to_owned());
                }
                if length <= LOOKUP_BITS {
                    let unused = LOOKUP_BITS - length;
                    let first = (code << unused) as usize;
                    lookup[first..first + (1 << unused)].fill((length as u8, symbol));
                }
                code += 1;
                place += 1;
            }
            limit[length as usize] = code << (16 - length);
            code <<= 1;
        }
        Ok(Huffman { lookup, limit, offset, symbols: symbols.to_vec(), strides: OnceCell::new() })
    }
}

impl Huffman {
    /// What each value of the next [`STRIDE_BITS`] bits says, if this is a table for waves.
    fn strides(&self) -> &[Stride] {
        self.strides.get_or_init(|| (0..1 << STRIDE_BITS).map(|next| self.stride(next)).collect())
    }

    fn stride(&self, next: u32) -> Stride {
        let mut stride = Stride::default();
        let mut used = 0;
        while !stride.ends {
            // The bits that are left, filled up with zeros: a code of more bits than are left does not count.
            let left = (next << used) & ((1 << STRIDE_BITS) - 1);
            let (length, symbol) = self.lookup[(left >> (STRIDE_BITS - LOOKUP_BITS)) as usize];
            let (run, size) = (symbol >> 4, symbol & 15);
            used += u32::from(length) + u32::from(size);
            if length == 0 || used > STRIDE_BITS {
                break;
            }
            stride.bits = used as u8;
            stride.ends = size == 0 && run < 15;
            stride.waves += if stride.ends { 0 } else { run + 1 };
        }
        stride
    }
}

/// Reads the bits of a scan, up to the next marker.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    /// The next bits, from the top.
    buffer: u64,
    /// How many bits of the buffer are in use.
    count: u32,
    /// How many bits at the end of the buffer were never in the file.
    padding: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Bits<'a> {
        Bits { data, at: 0, buffer: 0, count: 0, padding: 0 }
    }

    /// Whether more bits were taken than there are.
    pub(super) fn is_overdrawn(&self) -> bool {
        self.count < self.padding
    }

    /// Makes sure that at least 32 bits are in the buffer.
    #[inline]
    fn fill(&mut self) {
        if self.count > 32 {
            return;
        }
        if let Some(next) = self.data.get(self.at..self.at + 4)
            && let Ok(next) = <[u8; 4]>::try_from(next)
        {
            let next = u32::from_be_bytes(next);
            // No byte is 0xff, as is mostly so: all four can be taken at once.
            if !has_ff(next) {
                self.buffer |= u64::from(next) << (32 - self.count);
                self.count += 32;
                self.at += 4;
                return;
            }
        }
        self.fill_bytewise();
    }

    #[cold]
    fn fill_bytewise(&mut self) {
        while self.count <= 56 {
            let byte = match self.data.get(self.at..) {
                Some([0xff, 0x00, ..]) => {
                    self.at += 2;
                    0xff
                }
                Some([0xff, ..] | []) | None => {
                    // A marker or the end: zeros from here on.
                    self.padding += 8;
                    0
                }
                Some([byte, ..]) => {
                    self.at += 1;
                    *byte
                }
            };
            self.buffer |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    #[inline]
    fn skip(&mut self, bits: u32) {
        self.buffer <<= bits;
        self.count -= bits;
    }

    /// The next symbol, with the buffer filled so that 16 bits follow it.
    #[inline]
    pub(super) fn symbol(&mut self, table: &Huffman) -> Result<u8, String> {
        self.fill();
        let (length, symbol) = table.lookup[(self.buffer >> (64 - LOOKUP_BITS)) as usize];
        if length > 0 {
            self.skip(u32::from(length));
            return Ok(symbol);
        }
        self.long_symbol(table)
    }

    #[cold]
    fn long_symbol(&mut self, table: &Huffman) -> Result<u8, String> {
        let next = (self.buffer >> 48) as u32;
        for length in LOOKUP_BITS + 1..=16 {
            if next < table.limit[length as usize] {
                let place = (next >> (16 - length)) as i32 + table.offset[length as usize];
                self.skip(length);
                let symbol = usize::try_from(place).ok().and_then(|place| table.symbols.get(place));
                return symbol.copied().ok_or_else(|| "a code without a symbol".to_owned());
            }
        }
        Err("an unknown code".to_owned())
    }

    /// The next bits as a number: at most 16, and only right after a symbol.
    #[inline]
    pub(super) fn number(&mut self, bits: u32) -> i32 {
        if bits == 0 {
            return 0;
        }
        let value = (self.buffer >> (64 - bits)) as i32;
        self.skip(bits);
        // JPEG stores negative numbers as their complement: their first bit is 0.
        if value < 1 << (bits - 1) { value - (1 << bits) + 1 } else { value }
    }

    /// Passes over all waves of a block from this one on.
    #[inline]
    pub(super) fn pass_over_waves(&mut self, table: &Huffman, first: u32) -> Result<(), String> {
        let strides = table.strides();
        let mut wave = first;
        while wave < 64 {
            self.fill();
            let stride = strides[(self.buffer >> (64 - STRIDE_BITS)) as usize];
            let after = wave + u32::from(stride.waves);
            // What follows a full block belongs to the next one, even if it was looked up together with its last codes.
            let within = if stride.ends { after < 64 } else { after <= 64 };
            if stride.bits > 0 && within {
                self.skip(u32::from(stride.bits));
                if stride.ends {
                    return Ok(());
                }
                wave = after;
                continue;
            }
            let symbol = self.symbol(table)?;
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 && run < 15 {
                return Ok(());
            }
            self.skip(size);
            wave += run + 1;
        }
        if wave > 64 {
            return Err("a block of too many waves".to_owned());
        }
        Ok(())
    }

    /// The next bit.
    pub(super) fn bit(&mut self) -> bool {
        self.fill();
        let bit = self.buffer >> 63 == 1;
        self.skip(1);
        bit
    }

    /// Drops the rest of the current byte and moves behind the restart marker that must follow.
    pub(super) fn restart(&mut self) -> Result<(), String> {
        // Fill bytes may stand before any marker.
        while let Some([0xff, 0xff, ..]) = self.data.get(self.at..) {
            self.at += 1;
        }
        let unread = self.count.saturating_sub(self.padding);
        match self.data.get(self.at..) {
            Some([0xff, 0xd0..=0xd7, ..]) if unread < 8 => self.at += 2,
            _ => return Err("a restart is missing".to_owned()),
        }
        (self.buffer, self.count, self.padding) = (0, 0, 0);
        Ok(())
    }

    /// How many bytes were read, up to a marker.
    pub(super) fn position(&self) -> usize {
        self.at
    }
}

/// Whether any byte of four is 0xff.
#[inline]
fn has_ff(four: u32) -> bool {
    let inverted = !four;
    inverted.wrapping_sub(0x0101_0101) & !inverted & 0x8080_8080 != 0
}
