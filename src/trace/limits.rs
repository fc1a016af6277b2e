//! How much of a trace is taken in: a file may be anything.

/// The longest line, in bytes: those that are written are far shorter.
pub(super) const LINE: usize = 64 * 1024;

/// The most lines of all files together, some minutes of a busy mesh: each takes some 500 bytes of memory.
pub(super) const LINES: usize = 2_000_000;

/// The most nodes: bars side by side.
pub(super) const NODES: usize = 32;

/// The most links whose ends are looked for.
pub(super) const LINKS: usize = 20_000;

/// So many links of another life that began before and after one are looked at for its other end.
pub(super) const NEAR: usize = 20;

/// The most rows of a picture: a browser shows no more, and nobody reads them.
pub(super) const ROWS: usize = 4_000;

/// The most lines of a Mermaid diagram, which stands in a page of text.
pub(super) const MERMAID_LINES: usize = 40;
