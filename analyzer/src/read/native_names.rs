use super::cython;
use crate::name_forms::is_dotted_name;
use memchr::memmem;
use object::elf::{SHF_ALLOC, SHF_EXECINSTR, SHF_WRITE};
use object::{Object, ObjectSection, SectionFlags};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Texts in an extension module that may be names of modules.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NativeNames {
    /// Texts that are dotted names as a whole.
    pub(crate) exact: BTreeSet<String>,
    /// Texts that stand one after the other, so that a name may start and end anywhere in them.
    pub(crate) pooled: Vec<u8>,
    /// Whether there are texts that could not be read.
    pub(crate) unreadable: bool,
}

/// Collects the names in a shared library.
///
/// C and C++ end their texts with a null byte. Rust does not, nor does Cython since 3.2, see
/// `cython.rs`.
pub(crate) fn of_library(bytes: &[u8]) -> NativeNames {
    let sections = read_only_data(bytes);
    let mut names = NativeNames::default();
    for section in &sections {
        section.split(|&byte| byte == 0).for_each(|text| add(text, &mut names.exact));
    }
    let contains = |text: &[u8]| sections.iter().any(|section| memmem::find(section, text).is_some());
    if (contains(b"__pyx_") || contains(b"cython_runtime")) && !names.exact.contains("__main__") {
        match cython::string_table(&sections) {
            cython::StringTable::Read(texts) => texts.iter().for_each(|text| add(text, &mut names.exact)),
            cython::StringTable::Unsplit(text) => names.pooled = name_characters(&[&text]),
            // Not compressed: the texts stand one after the other.
            cython::StringTable::Absent if contains(b"__main__") => names.pooled = name_characters(&sections),
            cython::StringTable::Absent => names.unreadable = true,
        }
    }
    if contains(b"/rustc/") || contains(b"pyo3") {
        names.pooled.extend(name_characters(&sections));
    }
    names
}

/// Collects the names in bytecode without source, which stand there as marshalled ASCII strings.
pub(crate) fn of_bytecode(bytes: &[u8]) -> NativeNames {
    let mut names = NativeNames::default();
    for (position, &byte) in bytes.iter().enumerate() {
        // `z` and `Z` are short ASCII strings; the high bit marks an object that is referred to
        // again.
        if matches!(byte & 0x7f, b'z' | b'Z')
            && let Some(&length) = bytes.get(position + 1)
            && let Some(text) = bytes.get(position + 2..position + 2 + usize::from(length))
        {
            add(text, &mut names.exact);
        }
    }
    names
}

fn add(text: &[u8], names: &mut BTreeSet<String>) {
    const LONGEST: usize = 120;
    if (2..=LONGEST).contains(&text.len())
        && let Ok(text) = std::str::from_utf8(text)
        && (is_dotted_name(text) || is_mypyc_group(text))
    {
        names.insert(text.to_owned());
    }
}

/// The module that holds the code of several others, as mypyc compiles them: a hash and a suffix.
fn is_mypyc_group(text: &str) -> bool {
    text.strip_suffix("__mypyc")
        .is_some_and(|hash| hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
}

/// The runs of characters that names are made of, as far as they are long enough to hold one, each
/// ended by a null byte.
fn name_characters(sections: &[&[u8]]) -> Vec<u8> {
    const SHORTEST: usize = 3;
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    let mut pooled = Vec::new();
    for section in sections {
        for run in section.split(|byte| !is_name(byte)).filter(|run| run.len() >= SHORTEST) {
            pooled.extend_from_slice(run);
            pooled.push(0);
        }
    }
    pooled
}

/// The sections that hold constants. The whole file where there are none to be seen.
fn read_only_data(bytes: &[u8]) -> Vec<&[u8]> {
    let is_constants = |section: &object::Section<'_, '_>| match section.flags() {
        SectionFlags::Elf { sh_flags, .. } => {
            sh_flags & (SHF_WRITE | SHF_ALLOC | SHF_EXECINSTR) == SHF_ALLOC
                && section.name().is_ok_and(|name| name.starts_with(".rodata") || name.starts_with(".lrodata"))
        }
        _ => section.kind() == object::SectionKind::ReadOnlyData,
    };
    let sections: Vec<&[u8]> = object::File::parse(bytes).map_or_else(
        |_| Vec::new(),
        |file| file.sections().filter(is_constants).filter_map(|section| section.data().ok()).collect(),
    );
    if sections.is_empty() { vec![bytes] } else { sections }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(bytes: &[u8]) -> Vec<String> {
        of_library(bytes).exact.into_iter().collect()
    }

    #[test]
    fn texts_that_are_names_are_found() {
        assert_eq!(exact(b"\0os\0a b\0grpc._common\x001x\0x.\0_x9\0"), ["_x9", "grpc._common", "os"]);
    }

    #[test]
    fn rust_texts_have_no_ends() {
        let names = of_library(b"/rustc/abc\0decimalenum.py: \xff no");
        assert!(memmem::find(&names.pooled, b"decimalenum.py").is_some());
    }

    #[test]
    fn cython_without_readable_texts_is_told() {
        assert!(of_library(b"__pyx_capi__\0x").unreadable);
        assert!(!of_library(b"__pyx_capi__\0__main__\0x").unreadable);
        let pooled = of_library(b"__pyx_capi__\0x__main____name__pkg.mod").pooled;
        assert!(memmem::find(&pooled, b"pkg.mod").is_some());
    }

    #[test]
    fn bytecode_names_are_found() {
        let names = of_bytecode(b"\xda\x02os\x5a\x07a.b.c_d\xda\xff");
        assert_eq!(names.exact.into_iter().collect::<Vec<_>>(), ["a.b.c_d", "os"]);
    }

    #[test]
    fn damaged_libraries_do_not_panic() {
        let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        for end in (0..bytes.len().min(8192)).step_by(7) {
            of_library(&bytes[..end]);
        }
        let mut altered = bytes[..bytes.len().min(1 << 16)].to_vec();
        for position in (0..altered.len().min(2048)).step_by(3) {
            altered[position] ^= 0xff;
            read_only_data(&altered);
            altered[position] ^= 0xff;
        }
    }
}
