//! Where a program's files are put when it starts: chosen when it is built, and again when it runs.

use std::fmt;
use std::str::FromStr;

/// In [`crate::index::Header::flags`]: the program begins with [`Unpack::PerRun`].
const FLAG_PER_RUN: u32 = 1 << 8;
/// In [`crate::index::Header::flags`]: the program begins with [`Unpack::Memory`].
const FLAG_MEMORY: u32 = 1 << 9;

/// The place with which a start begins. Where it cannot be used, the next one in this order serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Unpack {
    /// The user's store: unpacked once, shared by programs, read-only.
    #[default]
    Store,
    /// A private writable folder, made for one run and removed at its end.
    PerRun,
    /// Nowhere: nothing is written.
    Memory,
}

impl Unpack {
    /// All places, in the order in which they are tried.
    pub const ALL: [Unpack; 3] = [Unpack::Store, Unpack::PerRun, Unpack::Memory];

    /// What the place is called on command lines and in the environment.
    pub fn name(self) -> &'static str {
        match self {
            Unpack::Store => "store",
            Unpack::PerRun => "per-run",
            Unpack::Memory => "memory",
        }
    }

    /// The bits that stand for it among an index's flags.
    pub fn flags(self) -> u32 {
        match self {
            Unpack::Store => 0,
            Unpack::PerRun => FLAG_PER_RUN,
            Unpack::Memory => FLAG_MEMORY,
        }
    }

    /// The place that an index's flags name.
    pub fn from_flags(flags: u32) -> Self {
        match flags {
            _ if flags & FLAG_MEMORY != 0 => Unpack::Memory,
            _ if flags & FLAG_PER_RUN != 0 => Unpack::PerRun,
            _ => Unpack::Store,
        }
    }
}

impl fmt::Display for Unpack {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The text names no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `store`, `per-run` or `memory`")]
pub struct Unknown;

impl FromStr for Unpack {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        Unpack::ALL.into_iter().find(|place| place.name() == text).ok_or(Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{FLAG_DEBUG, FLAG_FOLDER, FLAG_STARTS_INTERPRETER};
    use crate::linked_in::FLAG_LINKED_IN;

    #[test]
    fn every_place_survives_its_name_and_its_flags() {
        for place in Unpack::ALL {
            assert_eq!(place.name().parse(), Ok(place));
            for other in [FLAG_DEBUG, FLAG_FOLDER, FLAG_LINKED_IN, FLAG_STARTS_INTERPRETER] {
                assert_eq!(Unpack::from_flags(place.flags() | other), place);
            }
        }
        assert_eq!("Store".parse::<Unpack>(), Err(Unknown));
    }
}
