//! The scans of a JPEG file: from codes to a few samples per block.

use super::bits::{Bits, Huffman};
use super::frame::Frame;
use super::tables::{Tables, ZIGZAG};
use super::waves::{MAX_SAMPLES, Waves, inverse, transform};
use super::{Colours, Plane, Thumbnail};

/// The samples of all components, as far as the scans so far have told.
pub(super) struct Scan {
    frame: Frame,
    /// Samples per block and direction.
    samples: usize,
    components: Vec<ComponentState>,
    inverse: [[i32; MAX_SAMPLES]; MAX_SAMPLES],
}

struct ComponentState {
    /// Blocks in a row, with those that only fill up the last unit.
    blocks_across: usize,
    /// Blocks in a row and rows of blocks that the picture reaches into.
    covered_across: usize,
    covered_down: usize,
    /// Of one sample per block: the average as stored, not yet multiplied by its step. Of more: 0 to 255.
    samples: Vec<i16>,
    /// The step of the averages.
    step: i32,
    seen: bool,
}

/// One component's part in a scan.
struct Part<'a> {
    component: usize,
    averages: Option<&'a Huffman>,
    others: Option<&'a Huffman>,
    steps: &'a [i32; 64],
    /// The average of the last block: only differences are stored.
    last: i32,
}

/// Which bit of the averages a progressive scan tells.
#[derive(Clone, Copy)]
struct Precision {
    refines: bool,
    low_bit: u32,
}

impl Scan {
    pub(super) fn new(frame: Frame, samples: usize) -> Result<Scan, String> {
        let unit_across = 8 * frame.max_across;
        let unit_down = 8 * frame.max_down;
        let (width, height) = (frame.width as usize, frame.height as usize);
        let components = frame.components.iter().map(|component| {
            let blocks_across = width.div_ceil(unit_across) * component.across;
            let blocks_down = height.div_ceil(unit_down) * component.down;
            ComponentState {
                blocks_across,
                covered_across: (width * component.across).div_ceil(unit_across),
                covered_down: (height * component.down).div_ceil(unit_down),
                samples: vec![0; blocks_across * blocks_down * samples * samples],
                step: 0,
                seen: false,
            }
        });
        Ok(Scan {
            samples,
            components: components.collect(),
            inverse: inverse(samples),
            frame,
        })
    }

    /// Whether every component has been told about by a file that tells everything at once.
    pub(super) fn is_complete(&self) -> bool {
        !self.frame.progressive && self.components.iter().all(|component| component.seen)
    }

    /// Reads a scan; returns the length of its codes, or a part of it if nothing in them matters.
    pub(super) fn read(
        &mut self,
        header: &[u8],
        codes: &[u8],
        tables: &Tables,
    ) -> Result<usize, String> {
        let (count, rest) = header.split_first().ok_or("a scan without components")?;
        let (selectors, rest) = rest
            .split_at_checked(2 * usize::from(*count))
            .ok_or("a scan without components")?;
        let [first_wave, _, bits, ..] = *rest else {
            return Err("a scan that ends too early".to_owned());
        };
        if self.frame.progressive && first_wave > 0 {
            // No averages in here. The search for the next marker passes over the codes.
            return Ok(0);
        }
        let precision = self.frame.progressive.then_some(Precision {
            refines: bits >> 4 > 0,
            low_bit: u32::from(bits & 15).min(13),
        });
        let mut parts = Vec::new();
        for selector in selectors.chunks_exact(2) {
            parts.push(self.part(selector[0], selector[1], tables)?);
        }
        if parts.is_empty() || parts.len() > 4 {
            return Err("a scan without components".to_owned());
        }
        let mut bits = Bits::new(codes);
        if let [part] = &mut parts[..] {
            self.read_alone(part, &mut bits, tables.restart_interval, precision)?;
        } else {
            self.read_interleaved(&mut parts, &mut bits, tables.restart_interval, precision)?;
        }
        if bits.is_overdrawn() {
            return Err("a scan that ends too early".to_owned());
        }
        Ok(bits.position())
    }

    fn part<'a>(&mut self, id: u8, selected: u8, tables: &'a Tables) -> Result<Part<'a>, String> {
        let mut described = self.frame.components.iter();
        let component = described
            .position(|component| component.id == id)
            .ok_or("an unknown component")?;
        let quantisation = self.frame.components[component].quantisation;
        let steps = tables.quantisation[quantisation]
            .as_ref()
            .ok_or("a missing table")?;
        self.components[component].step = steps[0];
        self.components[component].seen = true;
        let table =
            |tables: &'a [Option<Huffman>; 4], at: u8| tables.get(usize::from(at))?.as_ref();
        Ok(Part {
            component,
            averages: table(&tables.averages, selected >> 4),
            others: table(&tables.others, selected & 15),
            steps,
            last: 0,
        })
    }

    /// A scan of one component: block by block, only those that the picture reaches into.
    fn read_alone(
        &mut self,
        part: &mut Part,
        bits: &mut Bits,
        restart_interval: usize,
        precision: Option<Precision>,
    ) -> Result<(), String> {
        let component = &self.components[part.component];
        let (across, down) = (component.covered_across, component.covered_down);
        let mut until_restart = restart_interval;
        for y in 0..down {
            for x in 0..across {
                if restart_interval > 0 {
                    if until_restart == 0 {
                        bits.restart()?;
                        part.last = 0;
                        until_restart = restart_interval;
                    }
                    until_restart -= 1;
                }
                self.read_block(part, bits, x, y, precision)?;
            }
            if bits.is_overdrawn() {
                return Err("a scan that ends too early".to_owned());
            }
        }
        Ok(())
    }

    /// A scan of several components: unit by unit, of each component as many blocks as its sampling factors say.
    fn read_interleaved(
        &mut self,
        parts: &mut [Part],
        bits: &mut Bits,
        restart_interval: usize,
        precision: Option<Precision>,
    ) -> Result<(), String> {
        let units_across = (self.frame.width as usize).div_ceil(8 * self.frame.max_across);
        let units_down = (self.frame.height as usize).div_ceil(8 * self.frame.max_down);
        let mut until_restart = restart_interval;
        for unit_y in 0..units_down {
            for unit_x in 0..units_across {
                if restart_interval > 0 {
                    if until_restart == 0 {
                        bits.restart()?;
                        parts.iter_mut().for_each(|part| part.last = 0);
                        until_restart = restart_interval;
                    }
                    until_restart -= 1;
                }
                for part in parts.iter_mut() {
                    let component = &self.frame.components[part.component];
                    let (across, down) = (component.across, component.down);
                    for y in 0..down {
                        for x in 0..across {
                            self.read_block(
                                part,
                                bits,
                                unit_x * across + x,
                                unit_y * down + y,
                                precision,
                            )?;
                        }
                    }
                }
            }
            if bits.is_overdrawn() {
                return Err("a scan that ends too early".to_owned());
            }
        }
        Ok(())
    }

    #[inline]
    fn read_block(
        &mut self,
        part: &mut Part,
        bits: &mut Bits,
        x: usize,
        y: usize,
        precision: Option<Precision>,
    ) -> Result<(), String> {
        let component = &mut self.components[part.component];
        let block = y * component.blocks_across + x;
        match precision {
            Some(Precision {
                refines: true,
                low_bit,
            }) => {
                component.samples[block] |= i16::from(bits.bit()) << low_bit;
            }
            Some(Precision {
                refines: false,
                low_bit,
            }) => {
                part.last = next_average(part, bits)?;
                component.samples[block] = (part.last << low_bit) as i16;
            }
            None if self.samples == 1 => {
                part.last = next_average(part, bits)?;
                component.samples[block] = part.last as i16;
                bits.pass_over_waves(part.others.ok_or("a missing table")?, 1)?;
            }
            None => {
                let stride = component.blocks_across * self.samples;
                let start = y * self.samples * stride + x * self.samples;
                let samples = &mut component.samples[start..];
                if self.samples == 2 {
                    transform::<2>(
                        &read_waves::<2>(part, bits)?,
                        &self.inverse,
                        samples,
                        stride,
                    );
                } else {
                    transform::<4>(
                        &read_waves::<4>(part, bits)?,
                        &self.inverse,
                        samples,
                        stride,
                    );
                }
            }
        }
        Ok(())
    }

    /// The picture, once all scans are read.
    pub(super) fn finish(self, adobe: Option<u8>) -> Result<Thumbnail, String> {
        if !self.components.iter().all(|component| component.seen) {
            return Err("components are missing".to_owned());
        }
        let ids: Vec<u8> = self
            .frame
            .components
            .iter()
            .map(|component| component.id)
            .collect();
        let colours = match (ids.len(), adobe) {
            (1, _) => Colours::Grey,
            (3, Some(0)) => Colours::Rgb,
            (3, None) if ids == *b"RGB" => Colours::Rgb,
            (3, _) => Colours::YCbCr,
            (_, Some(2)) => Colours::Ycck,
            (_, Some(_)) => Colours::InvertedCmyk,
            (_, None) => Colours::Cmyk,
        };
        let denominator = 8 * self.frame.max_across as u64 * self.frame.max_down as u64;
        let per_block = self.samples;
        let plane = |(state, component): (ComponentState, &super::frame::Component)| {
            let sample = |value: i16| match per_block {
                1 => (((i32::from(value) * state.step + 4) >> 3) + 128).clamp(0, 255) as u8,
                _ => value as u8,
            };
            let across = (per_block * component.across * self.frame.max_down) as u64;
            let down = (per_block * component.down * self.frame.max_across) as u64;
            Plane {
                stride: state.blocks_across * per_block,
                samples: state.samples.iter().map(|value| sample(*value)).collect(),
                width: u64::from(self.frame.width) * across,
                height: u64::from(self.frame.height) * down,
                denominator,
            }
        };
        let planes = self
            .components
            .into_iter()
            .zip(&self.frame.components)
            .map(plane);
        Ok(Thumbnail {
            width: self.frame.width,
            height: self.frame.height,
            colours,
            planes: planes.collect(),
        })
    }
}

/// The next block's average.
#[inline]
fn next_average(part: &Part, bits: &mut Bits) -> Result<i32, String> {
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
fn read_waves<const N: usize>(part: &mut Part, bits: &mut Bits) -> Result<Waves, String> {
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
