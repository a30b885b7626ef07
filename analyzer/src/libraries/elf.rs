use object::elf::{DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SONAME, EM_AARCH64, EM_X86_64, FileHeader64};
use object::endian::Endianness;
use object::read::ReadRef;
use object::read::elf::{Dyn, FileHeader, ProgramHeader};

/// What the dynamic linker reads of an ELF file to find the libraries it needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Dynamic {
    /// DT_SONAME.
    pub(crate) name: Option<String>,
    /// DT_NEEDED, in order.
    pub(crate) needed: Vec<String>,
    /// DT_RPATH, as written: folders separated by `:`. Without meaning where there is a DT_RUNPATH.
    pub(crate) rpath: Option<String>,
    /// DT_RUNPATH, as written.
    pub(crate) runpath: Option<String>,
    /// `e_machine`.
    pub(crate) machine: u16,
}

/// Reads the dynamic section of a 64-bit ELF file through the program headers, which is what the
/// dynamic linker has: section headers may be stripped. `None` for anything else, and for a file
/// that is cut off.
pub(crate) fn dynamic<'data>(bytes: impl ReadRef<'data>) -> Option<Dynamic> {
    let header = FileHeader64::<Endianness>::parse(bytes).ok()?;
    let endian = header.endian().ok()?;
    let segments = header.program_headers(endian, bytes).ok()?;
    let entries = segments.iter().find_map(|segment| segment.dynamic(endian, bytes).ok().flatten())?;

    let value = |tag| {
        let entry = entries.iter().find(|entry| entry.d_tag(endian) == tag)?;
        Some(entry.d_val(endian))
    };
    let strings_address = value(object::elf::DT_STRTAB)?;
    let strings_size = value(object::elf::DT_STRSZ)?;
    let strings = segments
        .iter()
        .find_map(|segment| segment.data_range(endian, bytes, strings_address, strings_size).ok().flatten())?;
    let text = |offset: u64| {
        let rest = strings.get(usize::try_from(offset).ok()?..)?;
        let end = rest.iter().position(|&byte| byte == 0)?;
        String::from_utf8(rest.get(..end)?.to_vec()).ok()
    };

    let mut result = Dynamic { machine: header.e_machine(endian).0, ..Dynamic::default() };
    for entry in entries {
        let tag = entry.d_tag(endian);
        let value = entry.d_val(endian);
        if tag == DT_NEEDED {
            result.needed.extend(text(value));
        } else if tag == DT_SONAME {
            result.name = text(value);
        } else if tag == DT_RPATH {
            result.rpath = text(value);
        } else if tag == DT_RUNPATH {
            result.runpath = text(value);
        }
    }
    Some(result)
}

/// The `e_machine` of what `uname -m` calls so.
pub(crate) fn machine_number(name: &str) -> Option<u16> {
    match name {
        "x86_64" => Some(EM_X86_64.0),
        "aarch64" => Some(EM_AARCH64.0),
        _ => None,
    }
}
