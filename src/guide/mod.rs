// The links of a page lead a reader on a forge from file to file. Of two definitions of one label the first counts: in
// the crate's documentation those in `links.md` do, which `tests/architecture/guide.rs` writes.
#![doc = include_str!("links.md")]
#![doc = include_str!("README.md")]

#[doc = include_str!("links.md")]
#[doc = include_str!("01_a_mesh_in_five_minutes.md")]
pub mod a_mesh_in_five_minutes {}

#[doc = include_str!("links.md")]
#[doc = include_str!("02_the_cycle.md")]
pub mod the_cycle {}

#[doc = include_str!("links.md")]
#[doc = include_str!("03_who_is_there.md")]
pub mod who_is_there {}

#[doc = include_str!("links.md")]
#[doc = include_str!("04_who_holds_what.md")]
pub mod who_holds_what {}

#[doc = include_str!("links.md")]
#[doc = include_str!("05_from_is_to_ought.md")]
pub mod from_is_to_ought {}

#[doc = include_str!("links.md")]
#[doc = include_str!("06_making_a_copy.md")]
pub mod making_a_copy {}

#[doc = include_str!("links.md")]
#[doc = include_str!("07_serving_people.md")]
pub mod serving_people {}

#[doc = include_str!("links.md")]
#[doc = include_str!("08_giving_a_copy_up.md")]
pub mod giving_a_copy_up {}

#[doc = include_str!("links.md")]
#[doc = include_str!("09_the_best_version.md")]
pub mod the_best_version {}

#[doc = include_str!("links.md")]
#[doc = include_str!("10_believing_it.md")]
pub mod believing_it {}

#[doc = include_str!("links.md")]
#[doc = include_str!("11_strangers_and_rogues.md")]
pub mod strangers_and_rogues {}

#[doc = include_str!("links.md")]
#[doc = include_str!("glossary.md")]
pub mod glossary {}

#[doc = include_str!("links.md")]
#[doc = include_str!("map.md")]
pub mod map {}
