//! Base64 as fast as this computer can: the bytes of photos are by far the most of what goes over a line.

use std::sync::LazyLock;

use base64::engine::general_purpose::PAD;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
use base64::engine::GeneralPurpose as Engine;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use base64::engine::Simd as Engine;

/// The standard alphabet. What is read must be what is written: padded to four characters, with no bits over.
pub(super) static BASE64: LazyLock<Engine> = LazyLock::new(engine);

/// It looks once which instructions the processor has.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn engine() -> Engine {
    Engine::standard(PAD)
}

/// There is no faster one than the portable one.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn engine() -> Engine {
    Engine::new(&base64::alphabet::STANDARD, PAD)
}
