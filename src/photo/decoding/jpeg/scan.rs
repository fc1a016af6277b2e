//! The scans of a JPEG file: from codes to a few samples per block.

use super::bits::{Bits, Huffman};
use super::block::{Part, next_average, read_all_waves, read_waves};
use super::frame::Frame;
use super::inverse_dct::{MAX_SAMPLES, inverse, transform};
use super::strips::Strips;
use super::tables::Tables;
use super::{Colours, Plane, Thumbnail};

/// The samples of all components, as far as the scans so far have told.
pub(super) struct Scan {
    frame: Frame,
    /// Samples per block and direction.
    samples: usize,
    components: Vec<ComponentState>,
    strips: Strips,
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
            strips: Strips::of(&frame),
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
        let (selectors, rest) =
            rest.split_at_checked(2 * usize::from(*count)).ok_or("a scan without components")?;
        let [first_wave, _, bits, ..] = *rest else {
            return Err("a scan that ends too early".to_owned());
        };
        if self.frame.progressive && first_wave > 0 {
            // No averages in here. The search for the next marker passes over the codes.
            return Ok(0);
        }
        let precision = self
            .frame
            .progressive
            .then_some(Precision { refines: bits >> 4 > 0, low_bit: u32::from(bits & 15).min(13) });
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
        let component =
            described.position(|component| component.id == id).ok_or("an unknown component")?;
        let quantisation = self.frame.components[component].quantisation;
        let steps = tables.quantisation[quantisation].as_ref().ok_or("a missing table")?;
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
            Some(Precision { refines: true, low_bit }) => {
                component.samples[block] |= i16::from(bits.bit()) << low_bit;
            }
            Some(Precision { refines: false, low_bit }) => {
                part.last = next_average(part, bits)?;
                component.samples[block] = (part.last << low_bit) as i16;
            }
            None if part.component == 0 && self.strips.want(y) => {
                let waves = read_all_waves(part, bits)?;
                self.strips.add(x, y, &waves);
                component.set(self.samples, x, y, part.last, &waves, &self.inverse);
            }
            None if self.samples == 1 => {
                part.last = next_average(part, bits)?;
                component.samples[block] = part.last as i16;
                bits.pass_over_waves(part.others.ok_or("a missing table")?, 1)?;
            }
            None => {
                let (samples, stride) = component.samples_of(self.samples, x, y);
                if self.samples == 2 {
                    transform::<2>(&read_waves::<2>(part, bits)?, &self.inverse, samples, stride);
                } else {
                    transform::<4>(&read_waves::<4>(part, bits)?, &self.inverse, samples, stride);
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
        let ids: Vec<u8> = self.frame.components.iter().map(|component| component.id).collect();
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
        let planes = self.components.into_iter().zip(&self.frame.components).map(plane);
        Ok(Thumbnail {
            width: self.frame.width,
            height: self.frame.height,
            colours,
            planes: planes.collect(),
            detail: self.strips.finish(),
        })
    }
}

impl ComponentState {
    /// Where a block's samples begin, and how far its rows lie apart.
    fn samples_of(&mut self, per_block: usize, x: usize, y: usize) -> (&mut [i16], usize) {
        let stride = self.blocks_across * per_block;
        (&mut self.samples[y * per_block * stride + x * per_block..], stride)
    }

    /// Sets a block's samples by all of its waves.
    fn set(
        &mut self,
        per_block: usize,
        x: usize,
        y: usize,
        average: i32,
        waves: &[i32; 64],
        inverse: &[[i32; MAX_SAMPLES]; MAX_SAMPLES],
    ) {
        let (samples, stride) = self.samples_of(per_block, x, y);
        let mut first = [0; MAX_SAMPLES * MAX_SAMPLES];
        for (row, waves) in first.chunks_exact_mut(MAX_SAMPLES).zip(waves.chunks_exact(8)) {
            row.copy_from_slice(&waves[..MAX_SAMPLES]);
        }
        match per_block {
            1 => samples[0] = average as i16,
            2 => transform::<2>(&first, inverse, samples, stride),
            _ => transform::<4>(&first, inverse, samples, stride),
        }
    }
}
