//! The program's files in a private folder of this run: ordinary copies, which the program may write to.

use crate::Error;
use crate::os;
use crate::payload::Payload;
use crate::private_folder::{self, PrivateFolder};
use crate::store::Failure;
use crate::trace::Trace;
use std::io;
use std::path::Path;

/// What a file system needs beyond the files' own bytes, for folders and for blocks that are not full.
const OVERHEAD: u64 = 1 << 20;

/// Unpacks everything into a new folder: below `TMPDIR`, or where else temporary files belong and code can be loaded from.
pub fn unpack(payload: &Payload, trace: &Trace) -> Result<PrivateFolder, Failure> {
    payload.executable.verify_rest()?;
    let parents = os::temporary_folders();
    parents.iter().for_each(|parent| private_folder::sweep(parent));
    let mut reasons = Vec::new();
    for parent in parents {
        let doubt = match distrust(&parent, payload.size() + OVERHEAD) {
            Ok(None) => match unpack_below(&parent, payload) {
                Ok(folder) => {
                    trace.step(|| format!("unpacked into `{}`", folder.path().display()));
                    return Ok(folder);
                }
                Err(Failure::Unusable(reason)) => reason,
                Err(damaged) => return Err(damaged),
            },
            Ok(Some(doubt)) => doubt,
            Err(error) => error.to_string(),
        };
        reasons.push(format!("`{}` ({doubt})", parent.display()));
    }
    Err(Failure::Unusable(reasons.join(", ")))
}

fn distrust(parent: &Path, size: u64) -> io::Result<Option<String>> {
    match os::distrust_parent(parent)? {
        Some(doubt) => Ok(Some(doubt.to_owned())),
        None => os::distrust_space(parent, size),
    }
}

fn unpack_below(parent: &Path, payload: &Payload) -> Result<PrivateFolder, Failure> {
    let unusable = |error: io::Error| Failure::Unusable(error.to_string());
    let folder = PrivateFolder::create(parent).map_err(unusable)?;
    match folder.fill(payload, |_| true) {
        Ok(()) => Ok(folder),
        Err(error) => {
            folder.leave();
            Err(error.downcast::<Error>().map_or_else(unusable, Failure::Damaged))
        }
    }
}
