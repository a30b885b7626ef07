//! Removing search paths that lead out of the bundle.
//!
//! A library that was built with `-Wl,-rpath,/home/me/.pyenv/versions/3.11.7/lib` makes the dynamic linker look there first,
//! on every machine (`DT_RPATH` and `DT_RUNPATH`, ld.so(8)). In a bundle that costs a dozen failing system calls at each
//! start, and loads whatever somebody puts there. Paths below `$ORIGIN` stay: wheels find their own libraries with them.

use object::LittleEndian;
use object::elf::{DT_NULL, DT_RPATH, DT_RUNPATH, DT_STRTAB, FileHeader64, PT_DYNAMIC, PT_LOAD};
use object::read::elf::{Dyn, FileHeader, ProgramHeader};
use std::ops::Range;

/// Size of an `Elf64_Dyn`: a tag and a value.
const ENTRY: usize = 16;

/// Removes run paths that do not begin at `$ORIGIN`. A file that has none, or is not a 64-bit little-endian ELF file, comes
/// back as it was.
pub fn remove_foreign(mut content: Vec<u8>) -> Vec<u8> {
    while let Some((entry, section)) = foreign_entry(&content) {
        // The entries behind move up, and the one that ends the list is there twice then.
        content.copy_within(entry + ENTRY..section.end, entry);
        content[section.end - ENTRY..section.end].fill(0);
    }
    content
}

/// Where the first foreign run path stands, and the dynamic section that it is part of.
fn foreign_entry(content: &[u8]) -> Option<(usize, Range<usize>)> {
    let header = FileHeader64::<LittleEndian>::parse(content).ok()?;
    header.endian().ok()?;
    let segments = header.program_headers(LittleEndian, content).ok()?;
    let dynamic = segments.iter().find(|segment| segment.p_type(LittleEndian) == PT_DYNAMIC)?;
    let start = usize::try_from(dynamic.p_offset(LittleEndian)).ok()?;
    let entries = dynamic.dynamic(LittleEndian, content).ok()??;
    let used = entries.iter().take_while(|entry| entry.d_tag(LittleEndian) != DT_NULL).enumerate();
    let strings = used.clone().find(|(_, entry)| entry.d_tag(LittleEndian) == DT_STRTAB)?.1.d_val(LittleEndian);
    let loaded = segments.iter().filter(|segment| segment.p_type(LittleEndian) == PT_LOAD).find(|segment| {
        let address = segment.p_vaddr(LittleEndian);
        strings.checked_sub(address).is_some_and(|offset| offset < segment.p_filesz(LittleEndian))
    })?;
    let strings = strings - loaded.p_vaddr(LittleEndian) + loaded.p_offset(LittleEndian);
    let is_foreign = |value: u64| {
        let start = strings.checked_add(value).and_then(|start| usize::try_from(start).ok());
        let path = start.and_then(|start| content.get(start..)?.split(|&byte| byte == 0).next());
        path.is_some_and(|path| !path.windows(6).any(|part| part == b"ORIGIN"))
    };
    let (number, _) = used.clone().find(|(_, entry)| {
        matches!(entry.d_tag(LittleEndian), DT_RPATH | DT_RUNPATH) && is_foreign(entry.d_val(LittleEndian))
    })?;
    let end = start.checked_add(entries.len() * ENTRY).filter(|&end| end <= content.len())?;
    Some((start + number * ENTRY, start..end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::process::Command;

    /// Links an empty shared library with the given run path.
    fn library(folder: &Path, run_path: &str) -> Vec<u8> {
        let path = folder.join("library.so");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-nostdlib", "-x", "c", "/dev/null", "-o"]).arg(&path);
        let status = compiler.arg(format!("-Wl,-rpath,{run_path}")).status().unwrap();
        assert!(status.success());
        std::fs::read(path).unwrap()
    }

    /// The run paths as another reader of ELF files sees them.
    fn run_paths(folder: &Path, content: &[u8]) -> String {
        let path = folder.join("checked.so");
        std::fs::write(&path, content).unwrap();
        let output = Command::new("readelf").args(["--wide", "--dynamic"]).arg(path).output().unwrap();
        assert!(output.status.success());
        let lines = String::from_utf8(output.stdout).unwrap();
        lines.lines().filter(|line| line.contains("PATH")).collect()
    }

    #[test]
    fn absolute_run_paths_go_and_relative_ones_stay() {
        let folder = tempfile::tempdir().unwrap();
        let foreign = library(folder.path(), "/somewhere/else/lib");
        assert!(run_paths(folder.path(), &foreign).contains("/somewhere/else/lib"));
        assert_eq!(run_paths(folder.path(), &remove_foreign(foreign)), "");
        let own = library(folder.path(), "$ORIGIN/../package.libs");
        assert_eq!(remove_foreign(own.clone()), own);
    }

    #[test]
    fn damaged_files_are_survived() {
        let folder = tempfile::tempdir().unwrap();
        let library = library(folder.path(), "/somewhere/else/lib");
        for length in 0..library.len().min(4096) {
            remove_foreign(library[..length].to_vec());
        }
        for position in 0..library.len() {
            let mut damaged = library.clone();
            damaged[position] ^= 0xff;
            remove_foreign(damaged);
        }
    }
}
