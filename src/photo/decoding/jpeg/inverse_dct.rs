//! The inverse cosine transform of a block, to as many samples as are wanted.

/// The most samples per block and direction.
pub(super) const MAX_SAMPLES: usize = 4;

/// The waves of a block that are kept, row by row.
pub(super) type Waves = [i32; MAX_SAMPLES * MAX_SAMPLES];

/// The factors of the inverse transform for this many samples, times 4096: from waves (rows) to samples (columns).
pub(super) fn inverse(samples: usize) -> [[i32; MAX_SAMPLES]; MAX_SAMPLES] {
    let mut factors = [[0; MAX_SAMPLES]; MAX_SAMPLES];
    for (wave, row) in factors.iter_mut().enumerate().take(samples) {
        for (sample, factor) in row.iter_mut().enumerate().take(samples) {
            let angle = std::f64::consts::PI * wave as f64 * (sample as f64 + 0.5) / samples as f64;
            let size: f64 = if wave == 0 { 1.0 } else { 2.0 };
            // The waves of 8 samples, read as waves of fewer, are larger by the root of the ratio.
            *factor = ((size / 8.0).sqrt() * angle.cos() * 4096.0).round() as i32;
        }
    }
    factors
}

/// From waves to samples, 0 to 255.
#[inline]
pub(super) fn transform<const N: usize>(
    waves: &Waves,
    inverse: &[[i32; MAX_SAMPLES]; MAX_SAMPLES],
    samples: &mut [i16],
    stride: usize,
) {
    let mut rows = [[0_i32; N]; N];
    for (y, row) in rows.iter_mut().enumerate() {
        for (x, value) in row.iter_mut().enumerate() {
            // A wave has 15 bits and a factor 12; of the sum 8 bits go, so that the second sum still fits.
            let sum: i32 =
                (0..N).map(|wave| waves[wave * MAX_SAMPLES + x] * inverse[wave][y]).sum();
            *value = sum >> 8;
        }
    }
    for (row, samples) in rows.iter().zip(samples.chunks_mut(stride)) {
        for (x, sample) in samples.iter_mut().enumerate().take(N) {
            let sum: i32 = (0..N).map(|wave| row[wave] * inverse[wave][x]).sum();
            *sample = (((sum + (1 << 15)) >> 16) + 128).clamp(0, 255) as i16;
        }
    }
}
