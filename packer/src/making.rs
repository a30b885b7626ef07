//! How a build goes about its work: flags that change nothing about what the program does.

use clap::Args;
use packer::Options;
use packer::cache::Caching;
use packer::options::Compression;
use std::num::NonZeroUsize;

/// Flags about the making of an executable.
#[derive(Debug, Args)]
pub struct Making {
    /// Make the executable as small as it gets, which takes long the first time
    #[arg(long, visible_alias = "release")]
    optimize_size: bool,

    /// Build again whenever something changes that the executable was made from
    #[arg(long, conflicts_with = "check_reproducible")]
    pub watch: bool,

    /// Build a second time, without the cache, and fail if that makes other bytes
    #[arg(long)]
    pub check_reproducible: bool,

    /// Say where the time went, and write it as a Chrome trace beside the executable
    #[arg(long)]
    pub timings: bool,

    /// Use nothing of earlier builds, and keep nothing for later ones
    #[arg(long)]
    no_cache: bool,

    /// Do this many things at the same time [default: one for each core]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

/// Whether something is said of everything that goes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// No, so that nothing need be known where nothing changed.
    Off,
    /// Yes, and whoever asks for it is told, though nothing changed.
    On,
}

impl Making {
    /// The options with what these flags say.
    pub fn over(&self, options: Options, listing: Listing) -> Options {
        let caching = match (self.no_cache, listing) {
            (true, _) => Caching::Off,
            (false, Listing::On) => Caching::Parts,
            (false, Listing::Off) => Caching::Whole,
        };
        let compression = if self.optimize_size { Compression::Best } else { Compression::Quick };
        Options { caching, compression, jobs: self.jobs.unwrap_or(options.jobs), ..options }
    }
}
