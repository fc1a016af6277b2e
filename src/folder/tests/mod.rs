//! The folder on a disk that fails, or loses power, at any one step.

mod every_step;
pub(super) mod faulty_disk;
pub(super) mod specimens;
mod workbench;
