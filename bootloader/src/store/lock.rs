//! The lock under which the store is changed.

use crate::trace;
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long one start waits for another to finish unpacking before it does without the store.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How long it waits before it says so.
const SILENT_WAIT: Duration = Duration::from_secs(2);
/// How often it looks. The kernel's own waiting has no limit of time.
const INTERVAL: Duration = Duration::from_millis(5);

/// Takes the lock if nobody has it.
pub fn try_acquire(path: &Path) -> Option<File> {
    let file = File::options().create(true).append(true).open(path).ok()?;
    file.try_lock().ok().map(|()| file)
}

/// Waits until no other program changes the store, and says what it waits for. The lock ends with the returned file, at the
/// latest with the process.
pub fn acquire(path: &Path) -> Result<File, String> {
    let unusable = |error: io::Error| format!("`{}` ({error})", path.display());
    let file = File::options().create(true).append(true).open(path).map_err(unusable)?;
    let begin = Instant::now();
    let mut has_spoken = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
            Err(TryLockError::WouldBlock) if begin.elapsed() > LONGEST_WAIT => {
                return Err(format!("`{}` (locked by another program for a minute)", path.display()));
            }
            Err(TryLockError::WouldBlock) => {}
        }
        if !has_spoken && begin.elapsed() > SILENT_WAIT {
            trace::say(&format!("waiting for another program to finish unpacking (`{}`)", path.display()));
            has_spoken = true;
        }
        std::thread::sleep(INTERVAL);
    }
}
