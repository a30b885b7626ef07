//! Packs: files that hold many values each, are written once, and never change.
//!
//! ```text
//! magic       8 bytes
//! values      one after the other
//! table       records of 56 bytes, sorted by key: key, offset, length, checksum
//! footer      offset of the table, number of records, checksum of the table, magic
//! ```
//!
//! A pack gets its name when it is complete, so there is no half of one; bytes that changed since are told by the checksums.
//! Few large files are opened faster than thousands of small ones, and a build that changes one module writes one small pack.

use super::key::Key;
use crate::os::{self, UnnamedFile};
use rpack_format::bytes::{Reader, Writer as _};
use rpack_format::checksum;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

const MAGIC: [u8; 8] = *b"rpackpk1";
const RECORD: usize = 56;
const FOOTER: usize = 32;

/// How many bytes of values wait in memory before they are written.
const BUFFER: usize = 1 << 20;

/// Where a value lies in its pack.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    offset: u64,
    length: u64,
    checksum: u64,
}

impl Place {
    /// How many bytes the value has.
    pub fn length(&self) -> u64 {
        self.length
    }
}

/// A complete pack, open for reading. It stays readable when it is removed.
#[derive(Debug)]
pub struct Pack {
    /// Where it lies.
    pub path: PathBuf,
    /// Its length in bytes.
    pub size: u64,
    file: File,
    table: Vec<u8>,
}

impl Pack {
    /// Opens a pack and reads its table.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidData`] for a file that is no pack, or a damaged one; else what the operating system says.
    pub fn open(path: &Path) -> io::Result<Self> {
        let damaged = || io::Error::from(ErrorKind::InvalidData);
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let footer_start = size.checked_sub(FOOTER as u64).ok_or_else(damaged)?;
        let mut footer = [0; FOOTER];
        os::read_exact_at(&file, &mut footer, footer_start)?;
        let mut reader = Reader::new(&footer);
        let (Some(start), Some(count), Some(expected), Some(magic)) =
            (reader.u64(), reader.u64(), reader.u64(), reader.array())
        else {
            return Err(damaged());
        };
        let length = usize::try_from(count).ok().and_then(|count| count.checked_mul(RECORD)).ok_or_else(damaged)?;
        if magic != MAGIC || start.checked_add(length as u64) != Some(footer_start) {
            return Err(damaged());
        }
        let mut table = vec![0; length];
        os::read_exact_at(&file, &mut table, start)?;
        if checksum(&table) != expected {
            return Err(damaged());
        }
        Ok(Pack { path: path.to_owned(), size, file, table })
    }

    /// Where the value of this key lies, if it is in this pack.
    pub fn find(&self, key: &Key) -> Option<Place> {
        let records = self.table.as_chunks::<RECORD>().0;
        let found = records.binary_search_by(|record| record[..32].cmp(&key.0)).ok()?;
        Some(place(&records[found]))
    }

    /// Reads a value. `None` where its bytes are not those that were written.
    pub fn read(&self, place: Place) -> Option<Vec<u8>> {
        // A length that damage made huge must not become memory.
        let end = place.offset.checked_add(place.length)?;
        if end > self.size { None } else { read(&self.file, place) }
    }

    /// The keys of all values, in their order, and where these lie.
    pub fn entries(&self) -> impl Iterator<Item = (Key, Place)> {
        self.table.as_chunks::<RECORD>().0.iter().map(|record| {
            let (key, _) = record.split_first_chunk().expect("a record begins with a key");
            (Key(*key), place(record))
        })
    }
}

fn place(record: &[u8; RECORD]) -> Place {
    let word = |at: usize| u64::from_le_bytes(std::array::from_fn(|index| record[at + index]));
    Place { offset: word(32), length: word(40), checksum: word(48) }
}

fn read(file: &File, place: Place) -> Option<Vec<u8>> {
    let mut value = vec![0; usize::try_from(place.length).ok()?];
    os::read_exact_at(file, &mut value, place.offset).ok()?;
    (checksum(&value) == place.checksum).then_some(value)
}

/// A pack that is being written.
#[derive(Debug)]
pub struct Writer {
    file: UnnamedFile,
    written: u64,
    buffer: Vec<u8>,
    table: BTreeMap<Key, Place>,
}

impl Writer {
    /// Begins a pack in `folder`.
    ///
    /// # Errors
    ///
    /// If no file can be made there.
    pub fn create(folder: &Path) -> io::Result<Self> {
        let file = UnnamedFile::create(folder, 0o600)?;
        Ok(Writer { file, written: 0, buffer: MAGIC.to_vec(), table: BTreeMap::new() })
    }

    /// Adds a value, unless its key is there already.
    ///
    /// # Errors
    ///
    /// If it cannot be written; the pack is of no use then.
    pub fn add(&mut self, key: Key, value: &[u8]) -> io::Result<()> {
        if self.table.contains_key(&key) {
            return Ok(());
        }
        let offset = self.written + self.buffer.len() as u64;
        let place = Place { offset, length: value.len() as u64, checksum: checksum(value) };
        self.buffer.extend_from_slice(value);
        self.table.insert(key, place);
        if self.buffer.len() < BUFFER { Ok(()) } else { self.write_out() }
    }

    /// Reads back a value that was added.
    pub fn read(&self, key: &Key) -> Option<Vec<u8>> {
        let place = *self.table.get(key)?;
        match place.offset.checked_sub(self.written) {
            // A value is written as a whole, so it is in the buffer as a whole, too.
            Some(start) => {
                let start = usize::try_from(start).ok()?;
                self.buffer.get(start..start.checked_add(usize::try_from(place.length).ok()?)?).map(<[u8]>::to_vec)
            }
            None => read(self.file.file(), place),
        }
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Completes the pack and gives it its name.
    ///
    /// # Errors
    ///
    /// If the rest cannot be written, or the folder is gone.
    pub fn finish(mut self, path: &Path) -> io::Result<()> {
        let start = self.written + self.buffer.len() as u64;
        let table_start = self.buffer.len();
        for (key, place) in &self.table {
            self.buffer.extend_from_slice(&key.0);
            self.buffer.put_u64(place.offset);
            self.buffer.put_u64(place.length);
            self.buffer.put_u64(place.checksum);
        }
        let table_checksum = checksum(&self.buffer[table_start..]);
        self.buffer.put_u64(start);
        self.buffer.put_u64(self.table.len() as u64);
        self.buffer.put_u64(table_checksum);
        self.buffer.extend_from_slice(&MAGIC);
        self.write_out()?;
        self.file.name(path)
    }

    fn write_out(&mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn key(number: u32) -> Key {
        Key::new("test", [number.to_le_bytes().as_slice()])
    }

    fn sample(folder: &Path) -> PathBuf {
        let mut writer = Writer::create(folder).unwrap();
        for number in 0..20 {
            writer.add(key(number), &number.to_le_bytes().repeat(number as usize)).unwrap();
        }
        let path = folder.join("a.pack");
        writer.finish(&path).unwrap();
        path
    }

    #[test]
    fn values_are_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let pack = Pack::open(&sample(folder.path())).unwrap();
        for number in 0..20 {
            let value = pack.read(pack.find(&key(number)).unwrap()).unwrap();
            assert_eq!(value, number.to_le_bytes().repeat(number as usize));
        }
        assert!(pack.find(&key(20)).is_none());
        assert_eq!(pack.entries().count(), 20);
    }

    #[test]
    fn values_are_read_back_while_the_pack_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::create(folder.path()).unwrap();
        let large = vec![7; BUFFER + 1];
        for (number, value) in [(0, b"small".as_slice()), (1, &large), (2, b"after")] {
            writer.add(key(number), value).unwrap();
            assert_eq!(writer.read(&key(number)).unwrap(), value);
        }
        assert_eq!(writer.read(&key(0)).unwrap(), b"small");
        assert!(writer.read(&key(3)).is_none());
        drop(writer);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "a pack without a name was left behind");
    }

    #[test]
    fn damage_is_told_wherever_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = sample(folder.path());
        let whole = fs::read(&path).unwrap();
        for position in 0..whole.len() {
            let mut altered = whole.clone();
            altered[position] ^= 0x10;
            fs::write(&path, &altered).unwrap();
            // What can still be read is what was written.
            let Ok(pack) = Pack::open(&path) else { continue };
            for number in 0..20 {
                if let Some(value) = pack.find(&key(number)).and_then(|place| pack.read(place)) {
                    assert_eq!(value, number.to_le_bytes().repeat(number as usize), "byte {position}");
                }
            }
        }
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            assert!(Pack::open(&path).is_err(), "accepted {length} bytes of {}", whole.len());
        }
    }
}
