//! Files that packages add by rules and hooks.

use super::data::is_library;
use super::natives::AskedLibrary;
use super::{Content, Files, Reason};
use crate::additions::{Brought, BroughtFile, Role};
use crate::os;
use rpack_format::FileKind;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The shared libraries among the files. What else is to be loaded is an executable, and is a file like others.
pub fn libraries(brought: &Brought) -> impl Iterator<Item = AskedLibrary> {
    let files = brought.files.iter().filter(|file| file.role == Role::Library && is_loadable(&file.path));
    files.map(|file| AskedLibrary {
        source: file.path.clone(),
        inside: file.inside.clone(),
        reason: Reason::AddedFor(file.module.clone()),
    })
}

/// Adds the files, except for those that are there already: package data, extension modules, and libraries.
pub fn collect(files: &mut Files, brought: &Brought) {
    for BroughtFile { path, inside, module, .. } in &brought.files {
        let kind = if is_loadable(path) { FileKind::Native } else { FileKind::Data };
        let reason = Reason::AddedFor(module.clone());
        if let Some(file) = files.add(inside, kind, Content::File(path.clone()), reason) {
            file.executable |= os::is_executable_file(path);
        }
    }
}

/// Whether a file is a shared library, and not only called one: `libc.so` of those who develop is a script for the linker.
pub fn is_loadable(path: &Path) -> bool {
    is_library(path) && is_elf(path)
}

/// Whether a file is native code, or is meant to be linked to some.
pub fn is_elf(path: &Path) -> bool {
    let mut magic = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    read.is_ok() && &magic == b"\x7fELF"
}
