//! How a build goes about its work: flags that change nothing about what the program does.

use clap::Args;
use packer::Options;
use packer::cache::Caching;
use packer::options::{Backend, Compilation, Compression, Goal};
use std::num::NonZeroUsize;
use std::path::{self, PathBuf};

/// Flags about the making of an executable.
#[derive(Debug, Args)]
pub struct Making {
    /// Make the executable as small as it gets, which takes long the first time
    #[arg(long, visible_alias = "release")]
    optimize_size: bool,

    /// With `--backend nuitka`: make machine code as fast as it gets, which takes long
    #[arg(long, conflicts_with = "optimize_size")]
    optimize_speed: bool,

    /// With `--backend nuitka`: say how many modules are compiled, and how long the others will take
    #[arg(long)]
    pub show_progress: bool,

    /// With `--backend nuitka`: keep compiled modules in this folder [default: with rpack's own cache]
    #[arg(long, value_name = "DIR")]
    module_cache_dir: Option<PathBuf>,

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
        let backend = match options.backend {
            Backend::Bytecode => Backend::Bytecode,
            Backend::Nuitka(how) => {
                let module_cache = self.module_cache_dir.as_ref();
                let module_cache = module_cache.map(|folder| path::absolute(folder).unwrap_or_else(|_| folder.clone()));
                Backend::Nuitka(Compilation { goal: self.goal(), module_cache, ..how })
            }
        };
        Options { backend, caching, compression, jobs: self.jobs.unwrap_or(options.jobs), ..options }
    }

    fn goal(&self) -> Goal {
        match (self.optimize_size, self.optimize_speed) {
            (true, _) => Goal::Size,
            (false, true) => Goal::Speed,
            (false, false) => Goal::Balance,
        }
    }

    /// Those of the flags that were given and are about Nuitka only.
    pub fn for_nuitka(&self) -> impl Iterator<Item = &'static str> {
        let given = [
            (self.optimize_speed, "--optimize-speed"),
            (self.show_progress, "--show-progress"),
            (self.module_cache_dir.is_some(), "--module-cache-dir"),
        ];
        given.into_iter().filter(|(is_given, _)| *is_given).map(|(_, flag)| flag)
    }
}
