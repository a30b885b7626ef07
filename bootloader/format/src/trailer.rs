//! The last bytes of a packed executable: where the index lies, how long the file must be, and the checksums of its parts.
//!
//! The trailer is the comment of the ZIP archive, and the archive is the end of the file, so a ZIP tool finds its end
//! record in front of the trailer and the bootloader finds the trailer at a fixed distance from the end.

use crate::bytes::{Reader, Writer};
use crate::{Error, VERSION, checksum};

/// Length of an encoded trailer in bytes.
pub const SIZE: usize = 72;

/// The last eight bytes of every packed executable. The line ends in it break when the file went through a text-mode
/// transfer (the trick of PNG's signature).
const MAGIC: [u8; 8] = *b"rpack\r\n\x1a";

/// What the end of a packed executable says about the rest of it.
///
/// The bytes between `startup_start` and `startup_end` hold the modules and the index. They are checked at every start,
/// before any of them is used. The rest (the bootloader itself, the file members, the ZIP directory) is read only while
/// the program is unpacked, and is checked then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trailer {
    /// Length of the whole executable in bytes, the trailer included.
    pub file_size: u64,
    /// Where the modules begin, in bytes from the start of the file.
    pub startup_start: u64,
    /// Where the index begins.
    pub index_start: u64,
    /// Where the index, and with it the part that every start reads, ends.
    pub startup_end: u64,
    /// Checksum of the bytes from `startup_start` to `startup_end`.
    pub startup_checksum: u64,
    /// Checksum of the bytes before `startup_start`: bootloader and file members.
    pub before_checksum: u64,
    /// Checksum of the bytes between `startup_end` and the trailer: the ZIP directory.
    pub after_checksum: u64,
}

impl Trailer {
    /// Describes `file`, which is a packed executable complete but for its trailer.
    ///
    /// # Panics
    ///
    /// If the offsets are not in order or lie outside of `file`: they come from the packer's own layout.
    pub fn describe(file: &[u8], startup_start: u64, index_start: u64, startup_end: u64) -> Self {
        let (start, end) = (startup_start as usize, startup_end as usize);
        assert!(startup_start <= index_start && index_start <= startup_end);
        Trailer {
            file_size: (file.len() + SIZE) as u64,
            startup_start,
            index_start,
            startup_end,
            startup_checksum: checksum(&file[start..end]),
            before_checksum: checksum(&file[..start]),
            after_checksum: checksum(&file[end..]),
        }
    }

    /// Encodes the trailer as the bytes that end the file.
    pub fn encode(&self) -> [u8; SIZE] {
        let mut bytes = Vec::with_capacity(SIZE);
        for number in [
            self.file_size,
            self.startup_start,
            self.index_start,
            self.startup_end,
            self.startup_checksum,
            self.before_checksum,
            self.after_checksum,
        ] {
            bytes.put_u64(number);
        }
        bytes.put_u32(VERSION);
        bytes.put_u32(checksum(&bytes) as u32);
        bytes.extend_from_slice(&MAGIC);
        bytes.try_into().expect("seven offsets, two words and the magic are SIZE bytes")
    }

    /// Reads the trailer of `file`, a whole packed executable, and checks that every offset in it lies inside the file.
    ///
    /// # Errors
    ///
    /// [`Error::NoTrailer`] where the file does not end with one, and whatever else is wrong with it.
    pub fn parse(file: &[u8]) -> Result<Self, Error> {
        let no_trailer = Error::NoTrailer { found: file.len().min(SIZE) };
        let (_, bytes) = file.split_last_chunk::<SIZE>().ok_or(no_trailer)?;
        Self::decode(bytes, file.len() as u64)
    }

    /// Reads a trailer by itself, as that of a file of `found` bytes.
    ///
    /// # Errors
    ///
    /// As for [`Trailer::parse`].
    pub fn decode(bytes: &[u8; SIZE], found: u64) -> Result<Self, Error> {
        let (fields, magic) = bytes.split_at(SIZE - MAGIC.len());
        if magic != MAGIC {
            return Err(Error::NoTrailer { found: SIZE });
        }
        let trailer = Self::parse_fields(fields)?;
        if trailer.file_size != found {
            return Err(Error::WrongSize { expected: trailer.file_size, found });
        }
        let ordered = trailer.startup_start <= trailer.index_start
            && trailer.index_start <= trailer.startup_end
            && trailer.startup_end <= found - SIZE as u64;
        if !ordered {
            return Err(Error::Malformed { part: "trailer", what: "offsets out of order" });
        }
        Ok(trailer)
    }

    /// Reads the fields in front of the magic. `None` is impossible for 64 bytes, but costs nothing to say.
    fn parse_fields(bytes: &[u8]) -> Result<Self, Error> {
        let short = || Error::Malformed { part: "trailer", what: "too short" };
        let mut reader = Reader::new(bytes);
        let mut numbers = [0; 7];
        for number in &mut numbers {
            *number = reader.u64().ok_or_else(short)?;
        }
        let version = reader.u32().ok_or_else(short)?;
        let recorded = reader.u32().ok_or_else(short)?;
        let covered = bytes.get(..bytes.len() - 4).ok_or_else(short)?;
        let found = checksum(covered) as u32;
        if found != recorded {
            let (expected, found) = (recorded.into(), found.into());
            return Err(Error::Altered { part: "trailer", expected, found });
        }
        if version != VERSION {
            return Err(Error::WrongVersion { part: "trailer", found: version });
        }
        let [file_size, startup_start, index_start, startup_end, startup_checksum, before_checksum, after_checksum] =
            numbers;
        Ok(Trailer {
            file_size,
            startup_start,
            index_start,
            startup_end,
            startup_checksum,
            before_checksum,
            after_checksum,
        })
    }

    /// Checks the modules and the index of `file`, and returns the bytes of the index.
    ///
    /// # Errors
    ///
    /// [`Error::Altered`] where they are not the bytes that were packed.
    pub fn verify_startup<'a>(&self, file: &'a [u8]) -> Result<&'a [u8], Error> {
        verify(file, self.startup_start, self.startup_end, "startup part", self.startup_checksum)?;
        slice(file, self.index_start, self.startup_end)
    }

    /// Checks everything in `file` that [`Trailer::verify_startup`] leaves out.
    ///
    /// # Errors
    ///
    /// [`Error::Altered`] where it is not what was packed.
    pub fn verify_rest(&self, file: &[u8]) -> Result<(), Error> {
        let end = self.file_size.saturating_sub(SIZE as u64);
        verify(file, 0, self.startup_start, "file part", self.before_checksum)?;
        verify(file, self.startup_end, end, "archive directory", self.after_checksum)
    }
}

fn verify(file: &[u8], start: u64, end: u64, part: &'static str, expected: u64) -> Result<(), Error> {
    let found = checksum(slice(file, start, end)?);
    if found == expected { Ok(()) } else { Err(Error::Altered { part, expected, found }) }
}

fn slice(file: &[u8], start: u64, end: u64) -> Result<&[u8], Error> {
    let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    range
        .and_then(|(start, end)| file.get(start..end))
        .ok_or(Error::Malformed { part: "trailer", what: "offset outside of the file" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let mut file: Vec<u8> = (0..=255).cycle().take(1000).collect();
        let trailer = Trailer::describe(&file, 300, 700, 900);
        file.extend_from_slice(&trailer.encode());
        file
    }

    #[test]
    fn a_file_and_its_trailer_agree() {
        let file = sample();
        let trailer = Trailer::parse(&file).unwrap();
        assert_eq!(trailer.verify_startup(&file).unwrap(), &file[700..900]);
        trailer.verify_rest(&file).unwrap();
    }

    #[test]
    fn truncation_at_every_length_is_an_error() {
        let file = sample();
        for length in 0..file.len() {
            assert!(Trailer::parse(&file[..length]).is_err(), "accepted {length} bytes of {}", file.len());
        }
    }

    #[test]
    fn every_flipped_byte_is_an_error() {
        let file = sample();
        for position in 0..file.len() {
            let mut file = file.clone();
            file[position] ^= 0x40;
            let outcome = Trailer::parse(&file)
                .and_then(|trailer| trailer.verify_startup(&file).and_then(|_| trailer.verify_rest(&file)));
            assert!(outcome.is_err(), "accepted byte {position} flipped");
        }
    }
}
