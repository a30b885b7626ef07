//! Names of values in the cache.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The BLAKE3 hash of some content.
pub type Digest = [u8; 32];

/// The name of a value: a hash of what kind of thing it is and of everything that it was made from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(pub [u8; 32]);

impl Key {
    /// Names the `kind` of thing that is made from `parts`.
    pub fn new<'a>(kind: &str, parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = blake3::Hasher::new();
        let mut add = |part: &[u8]| {
            // The length goes first: otherwise two neighbouring parts could share their bytes differently.
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        };
        add(kind.as_bytes());
        parts.into_iter().for_each(add);
        Key(hasher.finalize().into())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(16).try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Key({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        let key = |parts: &[&[u8]]| Key::new("kind", parts.iter().copied());
        assert_ne!(key(&[b"ab", b"c"]), key(&[b"a", b"bc"]));
        assert_ne!(key(&[b"ab"]), key(&[b"ab", b""]));
        assert_ne!(Key::new("a", [b"b".as_slice()]), Key::new("ab", []));
    }
}
