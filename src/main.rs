//! The command line of photomesh, nothing else.

fn main() {}
