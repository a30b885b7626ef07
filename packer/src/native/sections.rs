//! Which parts of a native file each filter of [`rpack_format::filter`] is for.

use super::numbers;
use object::LittleEndian;
use object::elf::{EM_X86_64, FileHeader64, SHF_EXECINSTR, SHT_DYNSYM, SHT_PROGBITS, SHT_RELA, SHT_SYMTAB};
use object::read::elf::{FileHeader, SectionHeader};
use rpack_format::filter::{self, Filter, FilterKind};

/// Length of what stands in front of the table in `.eh_frame_hdr`: version, three encodings, a pointer and a count.
const FRAME_HEADER: u32 = 12;

/// Filters the content in place and returns what undoes it. A file that the filters are not for stays as it was.
pub fn filter(content: &mut [u8]) -> Vec<Filter> {
    let mut ranges = find(content).unwrap_or_default();
    // The table of the frames is made from them, so it is first now and last when all this is undone.
    ranges.sort_by_key(|filter| filter.kind != FilterKind::FrameTable);
    // Unwind tables can be such that theirs cannot be undone; of the others any bytes can, which is tested with them, so the
    // largest parts of a file need not be copied and filtered back.
    let apply = |range: Filter| match range.kind {
        FilterKind::Frames => apply_if_it_can_be_undone(content, range),
        _ => filter::apply(content, range),
    };
    let mut filters: Vec<Filter> = ranges.into_iter().flat_map(apply).collect();
    filters.sort_by_key(|filter| filter.kind == FilterKind::FrameTable);
    filters
}

/// Leaves the content as it was where it cannot.
fn apply_if_it_can_be_undone(content: &mut [u8], filter: Filter) -> Vec<Filter> {
    let range = filter.start as usize..filter.end as usize;
    let original = content[range.clone()].to_vec();
    let filters = filter::apply(content, filter);
    let mut filtered = content[range.clone()].to_vec();
    let here = |part: &Filter| Filter { start: part.start - filter.start, end: part.end - filter.start, ..*part };
    let here: Vec<_> = filters.iter().map(here).collect();
    filter::invert(&mut filtered, &here, &mut vec![0; filter::spare(&here)]);
    if filtered == original {
        return filters;
    }
    content[range].copy_from_slice(&original);
    Vec::new()
}

/// The filters for a 64-bit x86 ELF file, by its sections.
fn find(content: &[u8]) -> Option<Vec<Filter>> {
    let header = FileHeader64::<LittleEndian>::parse(content).ok()?;
    header.endian().ok()?;
    if header.e_machine.get(LittleEndian) != EM_X86_64 {
        return None;
    }
    let sections = header.sections(LittleEndian, content).ok()?;
    let mut filters = Vec::new();
    for section in sections.iter() {
        let (start, size) = (section.sh_offset(LittleEndian), section.sh_size(LittleEndian));
        let (Ok(start), Ok(size)) = (u32::try_from(start), u32::try_from(size)) else { continue };
        let Some(end) = start.checked_add(size).filter(|&end| end as usize <= content.len()) else { continue };
        let name = sections.section_name(LittleEndian, section).unwrap_or_default();
        let is_code = section.sh_flags(LittleEndian).0 & SHF_EXECINSTR.0 != 0;
        let kind = section.sh_type(LittleEndian);
        match name {
            b".eh_frame" => filters.push(Filter { kind: FilterKind::Frames, start, end }),
            b".eh_frame_hdr" if size > FRAME_HEADER => {
                filters.push(Filter { kind: FilterKind::FrameTable, start: start + FRAME_HEADER, end });
            }
            b".rodata" | b".gnu.hash" => filters.extend(numbers::find(content, start..end)),
            _ if name.starts_with(b".plt") && is_code => {
                filters.push(Filter { kind: FilterKind::Linkage, start, end });
            }
            _ if kind == SHT_DYNSYM || kind == SHT_SYMTAB => {
                filters.push(Filter { kind: FilterKind::Symbols, start, end });
            }
            _ if kind == SHT_RELA => filters.push(Filter { kind: FilterKind::Triples, start, end }),
            _ if kind == SHT_PROGBITS && is_code => filters.push(Filter { kind: FilterKind::Opcodes, start, end }),
            _ => {}
        }
    }
    // Overlapping sections would be undone in the wrong order; no linker makes them.
    filters.sort_by_key(|filter| filter.start);
    let is_disjoint = filters.windows(2).all(|pair| pair[0].end <= pair[1].start);
    is_disjoint.then_some(filters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_executable_has_code_unwind_tables_and_relocations() {
        let mut own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let original = own.clone();
        let filters = filter(&mut own);
        let kinds = [
            FilterKind::Opcodes,
            FilterKind::Frames,
            FilterKind::FrameTable,
            FilterKind::Triples,
            FilterKind::Linkage,
            FilterKind::Symbols,
        ];
        for kind in kinds {
            assert!(filters.iter().any(|filter| filter.kind == kind), "{kind:?} is missing: {filters:?}");
        }
        assert!(own != original);
        filter::invert(&mut own, &filters, &mut vec![0; filter::spare(&filters)]);
        assert!(own == original);
    }

    #[test]
    fn what_is_no_elf_file_is_left_alone() {
        let mut content = b"\x7fELF and then something else".to_vec();
        assert_eq!(filter(&mut content), []);
        assert_eq!(content, b"\x7fELF and then something else");
    }
}
