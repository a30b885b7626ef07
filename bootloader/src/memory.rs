//! Native files as anonymous files in memory, for places where nothing can be written or executed.

use crate::{Error, os};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// The anonymous files made so far. They stay open, because their path leads through the descriptor.
pub struct Memory {
    files: Mutex<HashMap<u32, File>>,
    unusable_store: String,
}

impl Memory {
    /// Begins with none. `unusable_store` says why memory is used at all, for the error when it cannot be used either.
    pub fn new(unusable_store: String) -> Self {
        Memory { files: Mutex::default(), unusable_store }
    }

    /// The path of file `number`, called `member` inside the bundle, whose content `read` gives when it is first needed.
    pub fn path(
        &self,
        number: u32,
        member: &str,
        read: impl FnOnce() -> Result<Vec<u8>, Error>,
    ) -> Result<PathBuf, Error> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = files.get(&number) {
            return Ok(os::path_of_open_file(file));
        }
        let file = write(member, &read()?).map_err(|error| Error::NoPlace {
            member: member.to_owned(),
            in_memory: format!("an anonymous file cannot be made (memfd_create: {error})"),
            in_store: self.unusable_store.clone(),
        })?;
        let path = os::path_of_open_file(&file);
        files.insert(number, file);
        Ok(path)
    }
}

fn write(member: &str, content: &[u8]) -> io::Result<File> {
    let name = member.rsplit('/').next().unwrap_or(member);
    let mut file = os::anonymous_file(name)?;
    file.write_all(content)?;
    Ok(file)
}
