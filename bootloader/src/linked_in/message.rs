//! What one bootloader tells the other, over a pipe.

use super::{Library, Place};
use crate::os;
use rpack_format::bytes::{Reader, Writer};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;

/// What a message begins with.
const MAGIC: [u8; 8] = *b"rpackrun";
/// The longest message: a path is not longer than this, and the numbers take less room than is left.
const LONGEST: u64 = 2 * 4096;
/// Stands for no descriptor.
const NONE: i32 = -1;

/// Everything that the second bootloader cannot find out for itself. Numbers are those of inherited descriptors.
#[derive(Debug, Default, PartialEq)]
pub struct Message {
    /// When the process entered the first one's `main`, see [`crate::trace::Clock`].
    pub started: u64,
    /// The name that the kernel had for the process.
    pub name: [u8; 16],
    /// The packed program.
    pub executable: i32,
    /// Where its files are.
    pub place: Place,
    /// What the interpreter has loaded from memory.
    pub libraries: Vec<Library>,
}

impl Message {
    /// Writes the message into a new pipe and gives the end to read from.
    pub fn send(&self) -> io::Result<OwnedFd> {
        let (reader, mut writer) = io::pipe()?;
        // It is shorter than what the smallest pipe holds, so nobody has to read meanwhile.
        writer.write_all(&self.encode())?;
        Ok(reader.into())
    }

    /// Reads a message; `None` unless the descriptor is open and holds one.
    pub fn receive(descriptor: i32) -> Option<Self> {
        let mut bytes = Vec::new();
        os::adopt_pipe(descriptor)?.take(LONGEST).read_to_end(&mut bytes).ok()?;
        Self::decode(&bytes)
    }

    fn encode(&self) -> Vec<u8> {
        let (kind, path, lock) = match &self.place {
            Place::Memory => (0, Default::default(), NONE),
            Place::Store(path, lock) => (1, os::path_bytes(path), lock.unwrap_or(NONE)),
            Place::PerRun(path, lock) => (2, os::path_bytes(path), *lock),
        };
        let mut bytes = MAGIC.to_vec();
        bytes.put_u64(self.started);
        bytes.extend_from_slice(&self.name);
        for number in [self.executable, kind, lock, self.libraries.len() as i32] {
            bytes.put_u32(number as u32);
        }
        for library in &self.libraries {
            bytes.put_u32(library.file);
            bytes.put_u32(library.descriptor as u32);
        }
        bytes.extend_from_slice(path);
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.array()? != MAGIC {
            return None;
        }
        let started = reader.u64()?;
        let name = reader.array()?;
        let mut number = || reader.u32().map(|number| number as i32);
        let (executable, kind, lock, count) = (number()?, number()?, number()?, number()?);
        let mut library = || Some(Library { file: number()? as u32, descriptor: number()? });
        let libraries = (0..count).map(|_| library()).collect::<Option<_>>()?;
        let path = os::path_of_bytes(reader.rest());
        let place = match kind {
            0 => Place::Memory,
            1 => Place::Store(path, (lock != NONE).then_some(lock)),
            2 => Place::PerRun(path, lock),
            _ => return None,
        };
        Some(Message { started, name, executable, place, libraries })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_arrives_as_it_was_sent() {
        let places = [
            Place::Memory,
            Place::Store("/a/b".into(), None),
            Place::Store("/c".into(), Some(7)),
            Place::PerRun("/d".into(), 9),
        ];
        for place in places {
            let libraries = vec![Library { file: 5, descriptor: 6 }, Library { file: u32::MAX, descriptor: 7 }];
            let message = Message { started: 1 << 40, name: *b"a name, 16 bytes", executable: 101, place, libraries };
            let encoded = message.encode();
            assert_eq!(Message::decode(&encoded), Some(message));
            // The path has no end of its own; everything in front of it must be there.
            assert!((0..encoded.len().min(64)).all(|length| Message::decode(&encoded[..length]).is_none()));
        }
    }

    #[test]
    fn other_pipes_hold_no_message() {
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"somebody else's").unwrap();
        drop(writer);
        assert_eq!(Message::receive(std::os::fd::IntoRawFd::into_raw_fd(reader)), None);
    }
}
