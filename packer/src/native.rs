//! What is done to a native file before it is compressed. What the dynamic linker loads of it stays the same, except
//! for search paths of the machine that it was built on.

mod binding;
mod hosting;
mod numbers;
mod run_path;
mod sections;
mod strip;

pub use binding::bind_to_itself;
pub use hosting::host;
pub use sections::filter;

use crate::options::Symbols;

/// Makes a native file fit for every machine: without debug information, and without absolute search paths.
pub fn make_portable(content: Vec<u8>, symbols: Symbols) -> Vec<u8> {
    run_path::remove_foreign(strip::strip(content, symbols))
}
