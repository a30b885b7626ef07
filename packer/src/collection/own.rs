//! What lies in the program's own folder, where it lies.

use super::data::is_library;
use super::{Content, Files, Reason};
use crate::diagnosis::Warning;
use rpack_analyzer::OwnFile;
use rpack_format::{FileKind, Trailer};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// Adds the files of the program's own folder, and warns of those that are meant to be secret. What rpack made there before is
/// no part of the program.
pub fn collect(files: &mut Files, own: &[OwnFile], root: &Path) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for OwnFile { path, inside } in own {
        let executable = crate::os::is_executable_file(path);
        if executable && is_packed(path) {
            continue;
        }
        let kind = if is_library(path) { FileKind::Native } else { FileKind::Data };
        let reason = if path.starts_with(root) { Reason::OwnFolder } else { Reason::ReadAsFile };
        if let Some(file) = files.add(inside, kind, Content::File(path.clone()), reason) {
            file.executable |= executable;
            warnings.extend(is_secret(path).then(|| Warning::secret(inside)));
        }
    }
    warnings
}

/// Whether a file is one in which programs keep passwords and keys on the machine that they run on: `.env`, `.env.production`.
fn is_secret(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name == ".env" || name.starts_with(".env.")
}

/// Whether a file ends as a packed executable does.
fn is_packed(path: &Path) -> bool {
    let end = File::open(path).and_then(|mut file| {
        let mut end = Vec::new();
        file.seek(SeekFrom::End(-(rpack_format::trailer::SIZE as i64)))?;
        file.read_to_end(&mut end)?;
        Ok(end)
    });
    // The end alone has another length than the trailer says, which is an error of another kind.
    end.is_ok_and(|end| !matches!(Trailer::parse(&end), Err(rpack_format::Error::NoTrailer { .. })))
}
