//! The codes of one block: its average, its first waves, or all of them.

use super::bits::{Bits, Huffman};
use super::inverse_dct::{MAX_SAMPLES, Waves};
use super::tables::ZIGZAG;

/// One component's part in a scan.
pub(super) struct Part<'a> {
    pub(super) component: usize,
    pub(super) averages: Option<&'a Huffman>,
    pub(super) others: Option<&'a Huffman>,
    pub(super) steps: &'a [i32; 64],
    /// The average of the last block: only differences are stored.
    pub(super) last: i32,
}

/// The next block's average.
#[inline]
pub(super) fn next_average(part: &Part, bits: &mut Bits) -> Result<i32, String> {
    let table = part.averages.ok_or("a missing table")?;
    let size = u32::from(bits.symbol(table)?);
    if size > 15 {
        return Err("a number that is too long".to_owned());
    }
    Ok(bounded(part.last + bits.number(size)))
}

/// Real averages and waves have 12 bits; broken ones must not overflow what is computed of them.
fn bounded(value: i32) -> i32 {
    value.clamp(-(1 << 14), 1 << 14)
}

/// Reads a block and keeps its first `N` waves in each direction, multiplied by their steps.
#[inline]
pub(super) fn read_waves<const N: usize>(
    part: &mut Part,
    bits: &mut Bits,
) -> Result<Waves, String> {
    let mut waves = [0; MAX_SAMPLES * MAX_SAMPLES];
    part.last = next_average(part, bits)?;
    waves[0] = bounded(part.last * part.steps[0]);
    let table = part.others.ok_or("a missing table")?;
    // In the order of the file, the last wave that is kept is the one on the diagonal.
    let end = if N == 2 { 5 } else { 25 };
    let mut wave = 1;
    while wave < end {
        let symbol = bits.symbol(table)?;
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        if size == 0 && run < 15 {
            return Ok(waves);
        }
        wave += run;
        let value = bits.number(size);
        let place = usize::from(*ZIGZAG.get(wave).ok_or("a block of too many waves")?);
        let (x, y) = (place % 8, place / 8);
        if x < N && y < N {
            waves[y * MAX_SAMPLES + x] = bounded(value * part.steps[wave]);
        }
        wave += 1;
    }
    bits.pass_over_waves(table, wave as u32)?;
    Ok(waves)
}

/// Reads all waves of a block, row by row, multiplied by their steps.
pub(super) fn read_all_waves(part: &mut Part, bits: &mut Bits) -> Result<[i32; 64], String> {
    let mut waves = [0; 64];
    part.last = next_average(part, bits)?;
    waves[0] = bounded(part.last.saturating_mul(part.steps[0]));
    let table = part.others.ok_or("a missing table")?;
    let mut wave = 1;
    while wave < 64 {
        let symbol = bits.symbol(table)?;
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        if size == 0 && run < 15 {
            break;
        }
        wave += run;
        let value = bits.number(size);
        let place = usize::from(*ZIGZAG.get(wave).ok_or("a block of too many waves")?);
        waves[place] = bounded(value.saturating_mul(part.steps[wave]));
        wave += 1;
    }
    Ok(waves)
}
