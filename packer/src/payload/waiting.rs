//! Bytes on their way into the executable. They are made in one order, by several threads, and written in another; the large ones wait
//! in a file meanwhile, so that a build needs no more memory for a large program than for a small one.

use crate::os;
use rpack_format::Checksum;
use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// From how many bytes on it is worth a system call to get them out of memory.
const LARGE: usize = 1 << 14;

/// How many bytes are read at once.
const PIECE: usize = 1 << 20;

/// A file without a name, in which bytes wait.
#[derive(Debug)]
pub struct Room {
    file: Option<File>,
    taken: AtomicU64,
}

/// Bytes that wait.
#[derive(Debug)]
pub enum Waiting {
    /// In memory.
    Here(Vec<u8>),
    /// In a file.
    There {
        /// The file.
        room: Arc<Room>,
        /// Where they begin in it.
        start: u64,
        /// How many there are.
        length: usize,
    },
}

impl Room {
    /// Makes the file. Where that is impossible, everything waits in memory.
    pub fn new() -> Arc<Self> {
        Arc::new(Room { file: tempfile::tempfile().ok(), taken: AtomicU64::new(0) })
    }

    /// Lets bytes wait here. Those for which there is no room stay where they are.
    pub fn take(self: &Arc<Self>, bytes: Vec<u8>) -> Waiting {
        let length = bytes.len();
        let Some(file) = self.file.as_ref().filter(|_| length >= LARGE) else { return Waiting::Here(bytes) };
        let start = self.taken.fetch_add(length as u64, Ordering::Relaxed);
        match os::write_all_at(file, &bytes, start) {
            Ok(()) => Waiting::There { room: Arc::clone(self), start, length },
            Err(_) => Waiting::Here(bytes),
        }
    }
}

impl Waiting {
    /// How many bytes there are.
    pub fn length(&self) -> usize {
        match self {
            Waiting::Here(bytes) => bytes.len(),
            Waiting::There { length, .. } => *length,
        }
    }

    /// Gives the bytes away, piece by piece.
    ///
    /// # Errors
    ///
    /// That of `act`, or what the operating system says of the file.
    pub fn in_pieces(&self, mut act: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let (room, start, length) = match self {
            Waiting::Here(bytes) => return act(bytes),
            Waiting::There { room, start, length } => (room, *start, *length),
        };
        let file = room.file.as_ref().ok_or(io::ErrorKind::NotFound)?;
        let mut piece = vec![0; PIECE.min(length)];
        for begin in (0..length).step_by(PIECE) {
            let piece = &mut piece[..PIECE.min(length - begin)];
            os::read_exact_at(file, piece, start + begin as u64)?;
            act(piece)?;
        }
        Ok(())
    }
}

impl From<Vec<u8>> for Waiting {
    fn from(bytes: Vec<u8>) -> Self {
        Waiting::Here(bytes)
    }
}

/// Bytes that are put one behind the other, with the checksum of those since it was last asked for.
#[derive(Default)]
pub struct Row {
    done: Vec<Waiting>,
    /// What has not become one of them yet: small things are gathered.
    last: Vec<u8>,
    length: u64,
    checksum: Checksum,
}

impl Row {
    /// A row whose checksum goes on from this one.
    pub fn after(checksum: Checksum) -> Self {
        Row { checksum, ..Row::default() }
    }

    /// How many bytes there are.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Adds what `write` appends to the bytes that it is given.
    pub fn add_written(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.last.len();
        write(&mut self.last);
        let added = &self.last[start..];
        self.checksum.update(added);
        self.length += added.len() as u64;
        if self.last.len() >= PIECE {
            self.done.push(std::mem::take(&mut self.last).into());
        }
    }

    /// Adds bytes that wait.
    ///
    /// # Errors
    ///
    /// If they cannot be read.
    pub fn add(&mut self, waiting: Waiting) -> io::Result<()> {
        if let Waiting::Here(bytes) = &waiting
            && bytes.len() < PIECE
        {
            self.add_written(|last| last.extend_from_slice(bytes));
            return Ok(());
        }
        waiting.in_pieces(|piece| {
            self.checksum.update(piece);
            Ok(())
        })?;
        self.length += waiting.length() as u64;
        self.done.push(std::mem::take(&mut self.last).into());
        self.done.push(waiting);
        Ok(())
    }

    /// The checksum of what was added since this was asked for the last time.
    pub fn take_checksum(&mut self) -> u64 {
        std::mem::take(&mut self.checksum).value()
    }

    /// Everything, in its order.
    pub fn into_all(mut self) -> Vec<Waiting> {
        self.done.push(self.last.into());
        self.done
    }
}

/// Writes bytes one behind the other.
///
/// # Errors
///
/// What the operating system says.
pub fn write_all<'a>(bytes: impl IntoIterator<Item = &'a Waiting>, out: &mut impl Write) -> io::Result<()> {
    bytes.into_iter().try_for_each(|waiting| waiting.in_pieces(|piece| out.write_all(piece)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rpack_format::checksum;

    #[test]
    fn bytes_come_out_as_they_went_in() {
        let room = Room::new();
        let contents: Vec<Vec<u8>> = [0, 1, LARGE - 1, LARGE, PIECE, 2 * PIECE + 3]
            .iter()
            .map(|&length| (0..length).map(|byte| (byte % 251) as u8).collect())
            .collect();
        let mut row = Row::default();
        row.add_written(|out| out.extend_from_slice(b"before"));
        assert_eq!(row.take_checksum(), checksum(b"before"));
        for content in &contents {
            let waiting = room.take(content.clone());
            assert_eq!(matches!(waiting, Waiting::There { .. }), content.len() >= LARGE);
            assert_eq!(waiting.length(), content.len());
            row.add(waiting).unwrap();
        }
        let all = contents.concat();
        assert_eq!((row.length(), row.take_checksum()), (6 + all.len() as u64, checksum(&all)));
        let mut out = Vec::new();
        write_all(&row.into_all(), &mut out).unwrap();
        assert!(out == [b"before".as_slice(), &all].concat());
    }

    #[test]
    fn without_a_file_everything_waits_in_memory() {
        let room = Arc::new(Room { file: None, taken: AtomicU64::new(0) });
        assert!(matches!(room.take(vec![0; LARGE]), Waiting::Here(_)));
        // One that cannot be written, as on a full disk.
        let full = File::options().write(true).open("/dev/full").unwrap();
        let room = Arc::new(Room { file: Some(full), taken: AtomicU64::new(0) });
        assert!(matches!(room.take(vec![0; LARGE]), Waiting::Here(_)));
    }
}
