//! An executable that was made before, to be compared and copied from without reading all of it.

use super::waiting::Waiting;
use crate::os;
use rpack_format::Checksum;
use rpack_format::trailer::{self, Trailer};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;

/// How many bytes are read at once: they stay in the processor's cache until their checksum is taken.
const PIECE: u64 = 1 << 18;

/// An executable that a build made.
#[derive(Debug)]
pub struct Made {
    file: File,
    trailer: Trailer,
}

impl Made {
    /// Opens the executable, if it ends with these bytes. They hold the checksums of all others.
    pub fn open(path: &Path, end: &[u8]) -> Option<Self> {
        let file = File::open(path).ok()?;
        let size = file.metadata().ok()?.len();
        let mut bytes = [0; trailer::SIZE];
        os::read_exact_at(&file, &mut bytes, size.checked_sub(trailer::SIZE as u64)?).ok()?;
        let trailer = Trailer::decode(&bytes, size).ok().filter(|_| bytes == end)?;
        Some(Made { file, trailer })
    }

    /// Whether all its bytes are those that were written.
    pub fn is_unaltered(&self) -> bool {
        let Trailer { file_size, startup_start, startup_end, .. } = self.trailer;
        let parts = [
            (0..startup_start, self.trailer.before_checksum),
            (startup_start..startup_end, self.trailer.startup_checksum),
            (startup_end..file_size.saturating_sub(trailer::SIZE as u64), self.trailer.after_checksum),
        ];
        parts.into_iter().all(|(range, expected)| self.checksum(range).is_ok_and(|found| found.value() == expected))
    }

    /// Some of its bytes.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn bytes(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; range.end.saturating_sub(range.start) as usize];
        os::read_exact_at(&self.file, &mut bytes, range.start)?;
        Ok(bytes)
    }

    /// Whether these are its bytes, one behind the other.
    pub fn is_of(&self, bytes: &[Waiting]) -> bool {
        let mut start = 0;
        let compared = bytes.iter().try_for_each(|waiting| {
            waiting.in_pieces(|piece| {
                let end = start + piece.len() as u64;
                let is_same = self.bytes(start..end)? == piece;
                start = end;
                if is_same { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
            })
        });
        compared.is_ok() && start == self.trailer.file_size
    }

    /// Where its parts lie.
    pub fn trailer(&self) -> &Trailer {
        &self.trailer
    }

    /// The file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The checksum of some of its bytes, which can go on with others.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn checksum(&self, range: Range<u64>) -> io::Result<Checksum> {
        let mut checksum = Checksum::default();
        let mut piece = vec![0; PIECE as usize];
        for start in range.clone().step_by(PIECE as usize) {
            let piece = &mut piece[..PIECE.min(range.end - start) as usize];
            os::read_exact_at(&self.file, piece, start)?;
            checksum.update(piece);
        }
        Ok(checksum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rpack_format::checksum;
    use std::fs;

    #[test]
    fn every_altered_byte_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("made");
        let mut bytes = vec![7; PIECE as usize + 100];
        let trailer = Trailer::describe(&bytes, PIECE + 10, PIECE + 50, PIECE + 60);
        bytes.extend_from_slice(&trailer.encode());
        fs::write(&path, &bytes).unwrap();
        let end = bytes[bytes.len() - trailer::SIZE..].to_vec();
        let made = Made::open(&path, &end).unwrap();
        assert!(made.is_unaltered());
        assert_eq!(made.bytes(PIECE + 10..bytes.len() as u64).unwrap(), bytes[PIECE as usize + 10..]);
        assert_eq!(checksum(&bytes), made.checksum(0..bytes.len() as u64).unwrap().value());
        for position in [0, 1000, PIECE as usize + 9, PIECE as usize + 10, PIECE as usize + 99, bytes.len() - 30] {
            let mut altered = bytes.clone();
            altered[position] ^= 1;
            fs::write(&path, &altered).unwrap();
            assert!(Made::open(&path, &end).is_none_or(|made| !made.is_unaltered()), "byte {position}");
        }
        fs::write(&path, &bytes[1..]).unwrap();
        assert!(Made::open(&path, &end).is_none());
    }
}
