//! The folder on a disk that fails, or loses power, at any one step; and with what is no file in it.

mod every_step;
pub(super) mod faulty_disk;
mod notes;
#[cfg(target_os = "linux")]
mod pipes;
pub(super) mod specimens;
mod workbench;
