//! Making an interpreter's executable a host for the bootloader ([`rpack_format::linked_in`] says what for).
//!
//! Two things change: the executable needs the bootloader, and the libraries that it has needed so far, under the paths that
//! they have in the bundle (`DT_NEEDED`, System V ABI, chapter 5); and the function that it calls first is the bootloader's. Both
//! take room that the tables in the file do not have, so their new versions, the dynamic section and the names that it refers
//! to, stand in a segment of their own at the end. Nothing else moves: code and data stay as they are, byte for byte.

use object::elf::{
    DT_NEEDED, DT_NULL, DT_STRSZ, DT_STRTAB, FileHeader64, PF_R, PF_W, PT_DYNAMIC, PT_GNU_PROPERTY, PT_INTERP, PT_LOAD,
    PT_NOTE, ProgramHeader64, SHT_DYNAMIC, SectionHeader64,
};
use object::read::elf::{Dyn, FileHeader, ProgramHeader, SectionHeader};
use object::{LittleEndian, pod};
use rpack_format::bytes::Writer;
use rpack_format::linked_in::{ENTRY, START, needed};

/// The unit in which files are mapped.
const PAGE: u64 = 4096;

const ENDIAN: LittleEndian = LittleEndian;

/// Has the executable begin with the bootloader, and need `libraries`, files in its own folder, in this order.
///
/// # Errors
///
/// Why that cannot be done, as the end of a sentence that begins with the executable.
pub fn host(content: &[u8], libraries: &[String]) -> Result<Vec<u8>, &'static str> {
    let header = FileHeader64::<LittleEndian>::parse(content).map_err(|_| "is no ELF file of 64 bits")?;
    header.endian().map_err(|_| "is not little-endian")?;
    let segments = header.program_headers(ENDIAN, content).map_err(|_| "has damaged program headers")?;
    let is_static = !segments.iter().any(|segment| segment.p_type(ENDIAN) == PT_INTERP);
    let dynamic = segments.iter().find(|segment| segment.p_type(ENDIAN) == PT_DYNAMIC).filter(|_| !is_static);
    let dynamic = dynamic.ok_or("is linked statically")?;
    changed(content, header, segments, dynamic, libraries).ok_or("has no room for another segment, or is damaged")?
}

fn changed(
    content: &[u8],
    header: &FileHeader64<LittleEndian>,
    segments: &[ProgramHeader64<LittleEndian>],
    dynamic: &ProgramHeader64<LittleEndian>,
    libraries: &[String],
) -> Option<Result<Vec<u8>, &'static str>> {
    let entries = dynamic.dynamic(ENDIAN, content).ok()??;
    let used: Vec<_> = entries.iter().take_while(|entry| entry.d_tag(ENDIAN) != DT_NULL).collect();
    let value = |tag| used.iter().find(|entry| entry.d_tag(ENDIAN) == tag).map(|entry| entry.d_val(ENDIAN));
    let names = file_offset(segments, value(DT_STRTAB)?)?;
    let names = content.get(names..names.checked_add(usize::try_from(value(DT_STRSZ)?).ok()?)?)?;
    let Some(names) = renamed(names) else { return Some(Err("does not start as programs in C do")) };

    // The new segment begins behind everything that the file has, and behind everything that it has in memory.
    let offset = (content.len() as u64).checked_next_multiple_of(PAGE)?;
    let loaded = segments.iter().filter(|segment| segment.p_type(ENDIAN) == PT_LOAD);
    let mut ends = loaded.map(|segment| segment.p_vaddr(ENDIAN).checked_add(segment.p_memsz(ENDIAN)));
    let address = ends.try_fold(0, |last, end| end.map(|end| end.max(last)))?.checked_next_multiple_of(PAGE)?;
    let table_size = ((libraries.len() + used.len() + 1) * size_of_val(entries.first()?)) as u64;
    let table = Table { offset, address, size: table_size };
    let (names, places) = with_libraries(names, libraries);
    let names_table = Table { offset: offset + table_size, address: address + table_size, size: names.len() as u64 };

    let mut out = content.to_vec();
    out.resize(usize::try_from(offset).ok()?, 0);
    for place in places {
        put_entry(&mut out, DT_NEEDED.0, place);
    }
    for entry in used {
        let value = match entry.d_tag(ENDIAN) {
            DT_STRTAB => names_table.address,
            DT_STRSZ => names_table.size,
            _ => entry.d_val(ENDIAN),
        };
        put_entry(&mut out, entry.d_tag(ENDIAN).0, value);
    }
    put_entry(&mut out, DT_NULL.0, 0);
    out.extend_from_slice(&names);
    let segment = Table { size: table.size + names_table.size, ..table };
    write_segments(&mut out, header, segments, &table, &segment)?;
    write_sections(&mut out, header, content, &table, &names_table);
    Some(Ok(out))
}

/// Where something stands in the file and in memory.
#[derive(Clone, Copy)]
struct Table {
    offset: u64,
    address: u64,
    size: u64,
}

/// The names with [`ENTRY`] in the place of [`START`]; `None` where that is not among them.
fn renamed(names: &[u8]) -> Option<Vec<u8>> {
    let wanted = [b"\0", START.as_bytes(), b"\0"].concat();
    let place = names.windows(wanted.len()).position(|window| window == wanted)? + 1;
    let mut names = names.to_vec();
    names[place..place + ENTRY.len()].copy_from_slice(ENTRY.as_bytes());
    Some(names)
}

/// The names followed by the paths of the libraries, and where each of these begins.
fn with_libraries(mut names: Vec<u8>, libraries: &[String]) -> (Vec<u8>, Vec<u64>) {
    let mut places = Vec::new();
    for library in libraries {
        places.push(names.len() as u64);
        names.extend_from_slice(&needed(library));
    }
    (names, places)
}

fn put_entry(out: &mut Vec<u8>, tag: i64, value: u64) {
    out.put_u64(tag as u64);
    out.put_u64(value);
}

/// Puts the new segment into the table of segments, which has no room: in the place of one that only describes the file. It
/// goes to the end, because loaded segments must stand in the order of their addresses.
fn write_segments(
    out: &mut [u8],
    header: &FileHeader64<LittleEndian>,
    segments: &[ProgramHeader64<LittleEndian>],
    dynamic: &Table,
    segment: &Table,
) -> Option<()> {
    let of_kind = |kind| segments.iter().position(|segment| segment.p_type(ENDIAN) == kind);
    let expendable = of_kind(PT_NOTE).or_else(|| of_kind(PT_GNU_PROPERTY))?;
    let kept = segments.iter().enumerate().filter(|(number, _)| *number != expendable).map(|(_, segment)| *segment);
    let mut table: Vec<_> = kept.collect();
    for described in table.iter_mut().filter(|segment| segment.p_type(ENDIAN) == PT_DYNAMIC) {
        place(described, dynamic);
    }
    let mut added = *segments.first()?;
    added.p_type.set(ENDIAN, PT_LOAD);
    added.p_flags.set(ENDIAN, PF_R | PF_W);
    added.p_align.set(ENDIAN, PAGE);
    place(&mut added, segment);
    table.push(added);
    let bytes = pod::bytes_of_slice(&table);
    let start = usize::try_from(header.e_phoff(ENDIAN)).ok()?;
    out.get_mut(start..start.checked_add(bytes.len())?)?.copy_from_slice(bytes);
    Some(())
}

fn place(segment: &mut ProgramHeader64<LittleEndian>, table: &Table) {
    segment.p_offset.set(ENDIAN, table.offset);
    for address in [&mut segment.p_vaddr, &mut segment.p_paddr] {
        address.set(ENDIAN, table.address);
    }
    for size in [&mut segment.p_filesz, &mut segment.p_memsz] {
        size.set(ENDIAN, table.size);
    }
}

/// Tells the sections where their content is now. Nothing that runs reads them; debuggers and `readelf` do.
fn write_sections(
    out: &mut [u8],
    header: &FileHeader64<LittleEndian>,
    content: &[u8],
    dynamic: &Table,
    names: &Table,
) -> Option<()> {
    let sections = header.section_headers(ENDIAN, content).ok()?;
    let number = sections.iter().position(|section| section.sh_type(ENDIAN) == SHT_DYNAMIC)?;
    let names_number = usize::try_from(sections.get(number)?.sh_link(ENDIAN)).ok()?;
    for (number, table) in [(number, dynamic), (names_number, names)] {
        let mut section: SectionHeader64<LittleEndian> = *sections.get(number)?;
        section.sh_offset.set(ENDIAN, table.offset);
        section.sh_addr.set(ENDIAN, table.address);
        section.sh_size.set(ENDIAN, table.size);
        let start = usize::try_from(header.e_shoff(ENDIAN)).ok()?.checked_add(number * size_of_val(&section))?;
        out.get_mut(start..start + size_of_val(&section))?.copy_from_slice(pod::bytes_of(&section));
    }
    Some(())
}

fn file_offset(segments: &[ProgramHeader64<LittleEndian>], address: u64) -> Option<usize> {
    let within = |segment: &&ProgramHeader64<LittleEndian>| {
        let before = address.checked_sub(segment.p_vaddr(ENDIAN));
        before.is_some_and(|before| before < segment.p_filesz(ENDIAN))
    };
    let segment = segments.iter().filter(|segment| segment.p_type(ENDIAN) == PT_LOAD).find(within)?;
    usize::try_from((address - segment.p_vaddr(ENDIAN)).checked_add(segment.p_offset(ENDIAN))?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::process::Command;

    /// Compiles C and returns the file.
    fn compiled(folder: &Path, source: &str, name: &str, flags: &[&str]) -> Vec<u8> {
        let (code, path) = (folder.join("source.c"), folder.join(name));
        std::fs::write(&code, source).unwrap();
        let output = Command::new("cc").arg(&code).args(flags).arg("-o").arg(&path).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read(path).unwrap()
    }

    const PROGRAM: &str = "#include <stdio.h>\nint main(void) { puts(\"its own\"); return 3; }\n";
    const BOOTLOADER: &str = "extern int __libc_start_main(void *, int, char **, void *, void *, void *, void *);\n\
        static int other(void) { return 5; }\n\
        int rpack_hosted_main(void *m, int c, char **v, void *i, void *f, void *r, void *s)\n\
        { return __libc_start_main(other, c, v, i, f, r, s); }\n";

    #[test]
    fn the_library_is_needed_and_runs_instead() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let library = compiled(folder.path(), BOOTLOADER, "entry.so", &["-shared", "-fPIC"]);
        for flags in [&["-no-pie"][..], &["-pie", "-fPIE"], &["-pie", "-fPIE", "-Wl,-z,now", "-g"]] {
            let original = compiled(folder.path(), PROGRAM, "original", flags);
            let hosting = host(&original, &["entry.so".to_owned(), "b.so".to_owned()]).unwrap();
            let place = folder.path().join("hosting");
            std::fs::create_dir_all(&place).unwrap();
            let path = place.join("program");
            std::fs::write(&path, &hosting).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
            let alone = Command::new(&path).output().unwrap();
            assert_eq!(alone.status.code(), Some(127), "{flags:?}: {alone:?}");
            assert!(String::from_utf8_lossy(&alone.stderr).contains("entry.so"), "{alone:?}");
            for name in ["entry.so", "b.so"] {
                std::fs::write(place.join(name), &library).unwrap();
            }
            let output = Command::new(&path).output().unwrap();
            assert_eq!((output.status.code(), output.stdout), (Some(5), Vec::new()), "{flags:?}");
            let read = Command::new("readelf").args(["--wide", "--dynamic"]).arg(&path).output().unwrap();
            let read = String::from_utf8(read.stdout).unwrap();
            assert!(read.contains("[$ORIGIN/entry.so]") && read.contains("[libc.so.6]"), "{read}");
            std::fs::remove_dir_all(place).unwrap();
        }
    }

    #[test]
    fn what_cannot_host_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let closed = compiled(folder.path(), PROGRAM, "closed", &["-static"]);
        assert_eq!(host(&closed, &[]), Err("is linked statically"));
        let library = compiled(folder.path(), BOOTLOADER, "library.so", &["-shared", "-fPIC"]);
        assert_eq!(host(&library, &[]), Err("is linked statically"));
        assert_eq!(host(b"#!/bin/sh\n", &[]), Err("is no ELF file of 64 bits"));
    }

    #[test]
    fn damaged_files_are_survived() {
        let folder = tempfile::tempdir().unwrap();
        let program = compiled(folder.path(), PROGRAM, "program", &["-no-pie", "-s"]);
        for length in (0..program.len()).step_by(7) {
            let _ = host(&program[..length], &["x.so".to_owned()]);
        }
        for position in 0..program.len().min(4096) {
            let mut damaged = program.clone();
            damaged[position] ^= 0xff;
            let _ = host(&damaged, &["x.so".to_owned()]);
        }
    }
}
