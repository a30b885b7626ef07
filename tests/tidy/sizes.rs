//! How large things may become.

use crate::demand;
use crate::repository::rust_files;

/// Lines of a Rust file, its unit tests included. Most stay under 200.
const MOST_LINES: usize = 600;

/// The bootloader's executable, which every packed program carries without compression, or the library that it is for some.
const MOST_STUB: usize = 580 << 10;

/// The runtime library before it is compressed.
const MOST_RUNTIME: usize = 1 << 20;

#[test]
fn files_stay_readable() {
    let sizes = rust_files().map(|file| (file, file.text.lines().count()));
    let large = sizes.filter(|(_, lines)| *lines > MOST_LINES);
    demand(
        "No Rust file is longer than 600 lines: find the second subject in it and give it a file of its own.",
        large.map(|(file, lines)| format!("{}:{lines}", file.path)).collect(),
    );
}

#[test]
fn the_bootloader_stays_within_its_budget() {
    let parts = [
        ("The stub", packer::bootloader::STUB.len(), MOST_STUB),
        ("The hosted bootloader", packer::bootloader::HOSTED.len(), MOST_STUB),
        ("The runtime library", packer::bootloader::RUNTIME.len(), MOST_RUNTIME),
    ];
    let large = parts.iter().filter(|(_, size, most)| size > most);
    demand(
        "Every packed program carries these. See what made them grow (`cargo bloat`, `cargo tree`) before a budget is raised.",
        large.map(|(name, size, most)| format!("{name} has {size} bytes and may have {most}")).collect(),
    );
    let empty = parts.iter().filter(|(_, size, _)| *size == 0);
    demand("A part that is empty was not built.", empty.map(|(name, ..)| (*name).to_owned()).collect());
}
