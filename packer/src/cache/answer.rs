//! Answers: what was found out once, and holds as long as the files and folders that it was found from stay as they are.

use super::key::Key;
use super::state::State;
use crate::os::UnnamedFile;
use rpack_format::checksum;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The time of an answer's file says when it was last used, to the day: renewing it more often would only cost time.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// An answer, and what it was found from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The files, folders and absent paths that it was found from.
    pub witnesses: Vec<(PathBuf, State)>,
    /// The answer itself.
    pub content: Vec<u8>,
    /// The values of the cache that were used to find it; they are kept as long as the answer is.
    pub uses: Vec<Key>,
}

impl Answer {
    /// Whether every witness is as it was.
    pub fn holds(&self) -> bool {
        self.witnesses.iter().all(|(path, state)| State::of(path) == *state)
    }

    /// Reads an answer. `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidData`] where the file is damaged; else what the operating system says.
    pub fn read(path: &Path) -> io::Result<Option<Self>> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let damaged = || io::Error::from(ErrorKind::InvalidData);
        let (expected, body) = bytes.split_first_chunk::<8>().ok_or_else(damaged)?;
        if checksum(body) != u64::from_le_bytes(*expected) {
            return Err(damaged());
        }
        postcard::from_bytes(body).map(Some).map_err(|_| damaged())
    }

    /// Writes the answer in the place of the one that is there.
    ///
    /// # Errors
    ///
    /// If the operating system refuses, or a path is not UTF-8.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let body = postcard::to_stdvec(self).map_err(io::Error::other)?;
        let mut file = UnnamedFile::create(path.parent().unwrap_or(Path::new(".")), 0o600)?;
        file.write_all(&checksum(&body).to_le_bytes())?;
        file.write_all(&body)?;
        file.name(path)
    }
}

/// Notes that an answer was used. That it cannot be noted costs no more than finding it again some day.
pub fn note_use(path: &Path) {
    let now = SystemTime::now();
    let last = fs::metadata(path).and_then(|metadata| metadata.modified());
    if last.is_ok_and(|last| now.duration_since(last).is_ok_and(|age| age > DAY)) {
        drop(File::open(path).and_then(|file| file.set_modified(now)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_holds_until_a_witness_changes() {
        let folder = tempfile::tempdir().unwrap();
        let (file, absent) = (folder.path().join("file"), folder.path().join("sub/absent"));
        fs::write(&file, "1").unwrap();
        let witnesses = [&file, &absent].map(|path| (path.clone(), State::of(path))).to_vec();
        let answer = Answer { witnesses, content: b"42".to_vec(), uses: vec![Key([7; 32])] };
        let path = folder.path().join("answer");
        assert!(Answer::read(&path).unwrap().is_none());
        answer.write(&path).unwrap();
        assert_eq!(Answer::read(&path).unwrap().unwrap(), answer);
        assert!(answer.holds());
        fs::create_dir(folder.path().join("sub")).unwrap();
        assert!(answer.holds());
        fs::write(&absent, "").unwrap();
        assert!(!answer.holds());
        fs::remove_file(&absent).unwrap();
        fs::write(&file, "12").unwrap();
        assert!(!answer.holds());
    }

    #[test]
    fn every_altered_byte_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answer");
        let answer = Answer { witnesses: vec![("a".into(), State::Absent)], content: b"42".to_vec(), uses: Vec::new() };
        answer.write(&path).unwrap();
        let whole = fs::read(&path).unwrap();
        for position in 0..whole.len() {
            let mut altered = whole.clone();
            altered[position] ^= 1;
            fs::write(&path, &altered).unwrap();
            assert_eq!(Answer::read(&path).unwrap_err().kind(), ErrorKind::InvalidData);
            fs::write(&path, &whole[..position]).unwrap();
            assert_eq!(Answer::read(&path).unwrap_err().kind(), ErrorKind::InvalidData);
        }
    }
}
