//! Single files: writing them whole or not at all, and telling whether one is what it should be.

use crate::os;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Whether a file is one that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It is only read.
    Data,
    /// It may be executed.
    Executable,
}

/// Whose a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// Every program that has it: nobody may write to it.
    Shared,
    /// This run's alone: the program may do with it what it likes.
    Private,
}

/// How closely a file is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// That it is there and as long as it should be.
    Size,
    /// That every byte of it is right.
    Content,
}

/// Writes a file under the name `temporary` and then gives it its own, over whatever file has that.
pub fn replace(path: &Path, temporary: &Path, content: &[u8], access: Access, sharing: Sharing) -> io::Result<()> {
    let write = || {
        let mut file = os::create_new_file(temporary)?;
        file.write_all(content)?;
        os::set_access(&file, access, sharing)?;
        fs::rename(temporary, path)
    };
    write().inspect_err(|_| drop(fs::remove_file(temporary)))
}

/// How a file of a tree is made from the stored one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Making {
    /// The same file where the file system can, a clone of it or a copy where links are refused.
    Link,
    /// A clone or a copy: a file that has no other name.
    Copy,
}

/// Makes `path` the shared file `stored`, by way of the name `temporary`.
pub fn take(stored: &Path, path: &Path, temporary: &Path, access: Access, making: Making) -> io::Result<()> {
    let copy = || {
        let target = os::create_new_file(temporary)?;
        os::copy_content(&File::open(stored)?, &target)?;
        os::set_access(&target, access, Sharing::Shared)
    };
    let make = || match making {
        Making::Link => fs::hard_link(stored, temporary).or_else(|_| copy()),
        Making::Copy => copy(),
    };
    let finished = make().and_then(|()| fs::rename(temporary, path));
    finished.inspect_err(|_| drop(fs::remove_file(temporary)))?;
    // Renaming one name of a file to another name of it does nothing (rename(2)).
    let _ = fs::remove_file(temporary);
    Ok(())
}

/// Whether `path` is a file of this size.
pub fn has_size(path: &Path, size: u64) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == size)
}
