//! The folder on a disk that fails, or loses power, at any one step; with what is no file in it; and small parts of it,
//! each by itself.

mod boot_time;
mod companions;
mod every_step;
pub(super) mod faulty_disk;
mod identity;
mod layout;
mod notes;
#[cfg(target_os = "linux")]
mod pipes;
mod previews;
pub(super) mod specimens;
mod workbench;
