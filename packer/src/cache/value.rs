//! Values that consist of one large piece and of a few facts about it.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The large piece as it is, then the facts, then their length: taking the facts off moves no bytes of the piece.
pub fn join(piece: &[u8], facts: &impl Serialize) -> Vec<u8> {
    let facts = postcard::to_stdvec(facts).unwrap_or_default();
    [piece, &facts, &(facts.len() as u32).to_le_bytes()].concat()
}

/// Undoes [`join`]. `None` for bytes that it did not make.
pub fn split<T: DeserializeOwned>(mut value: Vec<u8>) -> Option<(Vec<u8>, T)> {
    let (rest, length) = value.split_last_chunk::<4>()?;
    let start = rest.len().checked_sub(u32::from_le_bytes(*length) as usize)?;
    let facts = postcard::from_bytes(rest.get(start..)?).ok()?;
    value.truncate(start);
    Some((value, facts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn piece_and_facts_come_apart_again() {
        for piece in [b"".as_slice(), b"piece"] {
            let facts = (7_u64, Some("reason".to_owned()));
            assert_eq!(split(join(piece, &facts)).unwrap(), (piece.to_vec(), facts));
        }
        for broken in [b"".to_vec(), vec![1, 2, 3], vec![9, 0, 0, 0], vec![0xFF; 12]] {
            assert!(split::<(u64, Option<String>)>(broken).is_none());
        }
    }
}
