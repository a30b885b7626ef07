//! Removing debug information from native files.
//!
//! Debug sections and the static symbol table stand behind everything that is loaded, so the loaded part stays as it is,
//! byte for byte, and only the section table (System V ABI, chapter 4) is written anew. A CPython built with `-g` brings a
//! libpython of 23 MB, of which 6 MB are ever loaded.

use crate::options::Symbols;
use object::elf::{FileHeader64, SHF_ALLOC, SHN_XINDEX, SHT_SYMTAB, SectionHeader64, SymbolSection};
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader};
use object::{LittleEndian, pod};

/// Removes debug information from an ELF file, and where `symbols` says so the static symbol table of a file that has no debug
/// information too. A file with nothing to remove, or one that is not a 64-bit little-endian ELF file that could be stripped
/// safely, comes back as it was.
pub fn strip(mut content: Vec<u8>, symbols: Symbols) -> Vec<u8> {
    if let Some(Ends { header, loaded, tables }) = ends(&content, symbols) {
        content.truncate(loaded);
        content[..header.len()].copy_from_slice(&header);
        content.extend_from_slice(&tables);
        content.shrink_to_fit();
    }
    content
}

/// What stands around the loaded part of a stripped file.
struct Ends {
    /// Its first bytes, which are as many as before.
    header: Vec<u8>,
    /// Where the part ends that stays as it is.
    loaded: usize,
    /// The names of the sections and their table.
    tables: Vec<u8>,
}

fn ends(content: &[u8], symbols: Symbols) -> Option<Ends> {
    let endian = LittleEndian;
    let header = FileHeader64::<LittleEndian>::parse(content).ok()?;
    header.endian().ok()?;
    let sections = header.sections(endian, content).ok()?;
    let is_removable = |section: &SectionHeader64<LittleEndian>| {
        let is_symbol_table = symbols == Symbols::Stripped && section.sh_type(endian) == SHT_SYMTAB;
        is_symbol_table || sections.section_name(endian, section).is_ok_and(|name| name.starts_with(b".debug_"))
    };
    if !sections.iter().any(is_removable) || header.e_shstrndx.get(endian) == SHN_XINDEX {
        return None;
    }
    let loaded = loaded_size(header, content)?;
    let names_section = sections.section(object::SectionIndex(header.e_shstrndx.get(endian).0.into())).ok()?;
    let names = names_section.data(endian, content).ok()?;

    // Which sections stay, and the number that each has then. The first is always the empty one.
    let stays = |number: usize, section: &SectionHeader64<LittleEndian>| {
        number == 0 || section.sh_flags(endian).0 & SHF_ALLOC.0 != 0
    };
    let mut numbers = Vec::new();
    let mut count = 0u32;
    for (number, section) in sections.iter().enumerate() {
        let kept = stays(number, section);
        numbers.push(if kept { count } else { 0 });
        count += u32::from(kept);
    }

    let names_offset = loaded as u64;
    let table_offset = (loaded.checked_add(names.len())?).checked_next_multiple_of(8)?;
    let mut tables = names.to_vec();
    tables.resize(table_offset - loaded, 0);
    for (_, section) in sections.iter().enumerate().filter(|(number, section)| stays(*number, section)) {
        let mut section = *section;
        let link = *numbers.get(section.sh_link(endian) as usize)?;
        section.sh_link.set(endian, link);
        tables.extend_from_slice(pod::bytes_of(&section));
    }
    let mut section = *names_section;
    section.sh_offset.set(endian, names_offset);
    tables.extend_from_slice(pod::bytes_of(&section));

    let mut header = *header;
    header.e_shoff.set(endian, table_offset as u64);
    header.e_shnum.set(endian, u16::try_from(count + 1).ok()?);
    header.e_shstrndx.set(endian, SymbolSection(u16::try_from(count).ok()?));
    let header = pod::bytes_of(&header).to_vec();
    let is_inside = header.len() <= loaded && loaded <= content.len();
    is_inside.then_some(Ends { header, loaded, tables })
}

/// Where the last byte that is loaded, or that a program header speaks of, ends.
fn loaded_size(header: &FileHeader64<LittleEndian>, content: &[u8]) -> Option<usize> {
    let endian = LittleEndian;
    let segments = header.program_headers(endian, content).ok()?;
    let ends = segments.iter().map(|segment| segment.p_offset(endian).checked_add(segment.p_filesz(endian)));
    let table_end = header.e_phoff(endian).checked_add((segments.len() * size_of_val(segments.first()?)) as u64);
    usize::try_from(ends.chain([table_end]).try_fold(0, |last, end| end.map(|end| end.max(last)))?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_elf_file_stays_as_it_was() {
        for content in [b"".as_slice(), b"\x7fELF", b"not an executable at all"] {
            assert_eq!(strip(content.to_vec(), Symbols::Stripped), content);
        }
    }

    #[test]
    fn a_damaged_elf_file_is_survived() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let head = &own[..own.len().min(1 << 16)];
        for length in (0..head.len()).step_by(97) {
            strip(head[..length].to_vec(), Symbols::Stripped);
        }
        for position in 0..512 {
            let mut damaged = head.to_vec();
            damaged[position] ^= 0xff;
            strip(damaged, Symbols::Stripped);
        }
    }

    #[test]
    fn debug_sections_go_and_the_loaded_part_stays() {
        // The test's own executable has debug information, as every test build has.
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let stripped = strip(own.clone(), Symbols::Kept);
        assert!(stripped.len() < own.len() / 2, "{} of {} bytes are left", stripped.len(), own.len());
        let header = FileHeader64::<LittleEndian>::parse(stripped.as_slice()).unwrap();
        let sections = header.sections(LittleEndian, stripped.as_slice()).unwrap();
        let names: Vec<_> =
            sections.iter().map(|section| sections.section_name(LittleEndian, section).unwrap()).collect();
        assert!(names.contains(&b".text".as_slice()) && names.contains(&b".dynsym".as_slice()));
        assert!(!names.contains(&b".debug_info".as_slice()) && !names.contains(&b".symtab".as_slice()));
        let header_size = size_of_val(header);
        let loaded = loaded_size(header, &stripped).unwrap();
        assert_eq!(stripped[header_size..loaded], own[header_size..loaded]);
        assert_eq!(strip(stripped.clone(), Symbols::Kept), stripped);
        assert_eq!(strip(stripped.clone(), Symbols::Stripped), stripped);
    }

    #[test]
    fn symbol_tables_go_where_that_was_asked() {
        // A file with a symbol table and without debug sections, as release builds are: the names are others.
        let mut own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let positions: Vec<usize> =
            own.windows(7).enumerate().filter(|(_, name)| name == b".debug_").map(|(start, _)| start).collect();
        positions.into_iter().for_each(|start| own[start + 1] = b'x');
        assert!(strip(own.clone(), Symbols::Kept) == own);
        let stripped = strip(own.clone(), Symbols::Stripped);
        let header = FileHeader64::<LittleEndian>::parse(stripped.as_slice()).unwrap();
        let sections = header.sections(LittleEndian, stripped.as_slice()).unwrap();
        assert!(sections.iter().all(|section| section.sh_type(LittleEndian) != SHT_SYMTAB));
        let loaded = loaded_size(header, &stripped).unwrap();
        assert!(
            stripped.len() < own.len() && stripped[size_of_val(header)..loaded] == own[size_of_val(header)..loaded]
        );
    }
}
