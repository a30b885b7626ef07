//! Binding libpython to itself.
//!
//! A shared library names its own functions and variables, because the executable that loads it could replace them. libpython
//! has 15,000 such relocations, and the dynamic linker looks each of them up by name at every start: a twentieth of the time
//! that `print("hi")` takes. In a packed program nothing replaces them, so they become what `ld -Bsymbolic` would have made of
//! them: an address relative to where the library is loaded (System V ABI, AMD64 supplement, chapter 4.4).

use object::LittleEndian;
use object::elf::{
    DT_JMPREL, DT_NULL, DT_PLTRELSZ, DT_RELA, DT_RELACOUNT, DT_RELASZ, EM_X86_64, FileHeader64, PT_DYNAMIC, PT_LOAD,
    R_X86_64_64, R_X86_64_GLOB_DAT, R_X86_64_JUMP_SLOT, R_X86_64_RELATIVE, STB_GLOBAL, STT_FUNC, STT_NOTYPE,
    STT_OBJECT, Sym64,
};
use object::read::elf::{Dyn, FileHeader, ProgramHeader, Sym};
use std::collections::HashMap;

/// Size of an `Elf64_Rela`: where, what kind and which symbol, and an addend.
const RELOCATION: usize = 24;
/// Size of an `Elf64_Dyn`: a tag and a value.
const ENTRY: usize = 16;

/// Binds every reference of a library to a symbol of its own. A file for which that cannot be done safely, or that is not an
/// ELF file for x86-64, comes back as it was.
pub fn bind_to_itself(mut content: Vec<u8>) -> Vec<u8> {
    if let Some(changes) = changes(&content) {
        for (offset, bytes) in changes {
            content[offset..offset + bytes.len()].copy_from_slice(&bytes);
        }
    }
    content
}

/// An `Elf64_Rela`.
#[derive(Debug, Clone, Copy)]
struct Relocation {
    place: u64,
    kind: u32,
    symbol: u32,
    addend: i64,
}

impl Relocation {
    fn read(bytes: &[u8; RELOCATION]) -> Self {
        let word = |at: usize| u64::from_le_bytes(std::array::from_fn(|index| bytes[at + index]));
        Relocation { place: word(0), kind: word(8) as u32, symbol: (word(8) >> 32) as u32, addend: word(16) as i64 }
    }

    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.place.to_le_bytes());
        out.extend_from_slice(&(u64::from(self.symbol) << 32 | u64::from(self.kind)).to_le_bytes());
        out.extend_from_slice(&self.addend.to_le_bytes());
    }

    /// The same, counted from the library's own start, where its symbol is one of the library.
    fn bound(self, symbols: &[Sym64<LittleEndian>]) -> Self {
        let addend = match self.kind {
            kind if kind == R_X86_64_64.0 => self.addend,
            kind if kind == R_X86_64_GLOB_DAT.0 || kind == R_X86_64_JUMP_SLOT.0 => 0,
            _ => return self,
        };
        match symbols.get(self.symbol as usize).filter(|symbol| is_own(symbol)) {
            Some(symbol) => Relocation {
                place: self.place,
                kind: R_X86_64_RELATIVE.0,
                symbol: 0,
                addend: addend.wrapping_add(symbol.st_value(LittleEndian) as i64),
            },
            None => self,
        }
    }
}

/// Whether a symbol is defined here and nowhere else. A weak one may be meant to be replaced, and the address of an indirect
/// function is known only at run time.
fn is_own(symbol: &Sym64<LittleEndian>) -> bool {
    !symbol.is_undefined(LittleEndian)
        && !symbol.is_absolute(LittleEndian)
        && symbol.st_bind() == STB_GLOBAL
        && [STT_NOTYPE, STT_OBJECT, STT_FUNC].contains(&symbol.st_type())
}

/// What to write where: the relocations, those relative to the library's start first, as `DT_RELACOUNT` wants them; and the
/// entries of the dynamic section that count them.
fn changes(content: &[u8]) -> Option<Vec<(usize, Vec<u8>)>> {
    let header = FileHeader64::<LittleEndian>::parse(content).ok()?;
    header.endian().ok()?;
    if header.e_machine.get(LittleEndian) != EM_X86_64 {
        return None;
    }
    let segments = header.program_headers(LittleEndian, content).ok()?;
    let dynamic = segments.iter().find(|segment| segment.p_type(LittleEndian) == PT_DYNAMIC)?;
    let dynamic_start = usize::try_from(dynamic.p_offset(LittleEndian)).ok()?;
    let entries = dynamic.dynamic(LittleEndian, content).ok()??;
    let used = entries.iter().take_while(|entry| entry.d_tag(LittleEndian) != DT_NULL).enumerate();
    let entries: HashMap<_, _> = used
        .map(|(number, entry)| {
            (entry.d_tag(LittleEndian).0, (dynamic_start + number * ENTRY, entry.d_val(LittleEndian)))
        })
        .collect();
    let value = |tag: object::elf::DynamicTag| entries.get(&tag.0).map(|&(_, value)| value);

    let (start, size) = (value(DT_RELA)?, value(DT_RELASZ)?);
    let (lazy, lazy_size) = (value(DT_JMPREL)?, value(DT_PLTRELSZ)?);
    // The calls between functions stand in a table of their own, behind the other one. They become a part of it: the table
    // for lazy binding may hold nothing relative.
    if start.checked_add(size)? != lazy {
        return None;
    }
    let segment = segments.iter().filter(|segment| segment.p_type(LittleEndian) == PT_LOAD).find(|segment| {
        let before = start.checked_sub(segment.p_vaddr(LittleEndian));
        before.is_some_and(|before| before < segment.p_filesz(LittleEndian))
    })?;
    let offset = usize::try_from(start - segment.p_vaddr(LittleEndian) + segment.p_offset(LittleEndian)).ok()?;
    let length = usize::try_from(size.checked_add(lazy_size)?).ok()?;
    let table = content.get(offset..offset.checked_add(length)?)?;
    let (records, []) = table.as_chunks::<RELOCATION>() else { return None };

    let sections = header.sections(LittleEndian, content).ok()?;
    let symbols = sections.symbols(LittleEndian, content, object::elf::SHT_DYNSYM).ok()?;
    let mut relocations: Vec<_> =
        records.iter().map(|record| Relocation::read(record).bound(symbols.symbols())).collect();
    // Stable, so that the others keep the order that the linker gave them.
    relocations.sort_by_key(|relocation| match relocation.kind {
        kind if kind == R_X86_64_RELATIVE.0 => (0, relocation.place),
        _ => (1, 0),
    });
    let relative = relocations.iter().filter(|relocation| relocation.kind == R_X86_64_RELATIVE.0).count();
    let mut bytes = Vec::with_capacity(length);
    relocations.iter().for_each(|relocation| relocation.put(&mut bytes));

    let entry = |tag: object::elf::DynamicTag, value: u64| {
        entries.get(&tag.0).map(|&(offset, _)| (offset + ENTRY / 2, value.to_le_bytes().to_vec()))
    };
    let counts = [entry(DT_RELASZ, length as u64)?, entry(DT_PLTRELSZ, 0)?, entry(DT_RELACOUNT, relative as u64)?];
    let changes: Vec<_> = counts.into_iter().chain([(offset, bytes)]).collect();
    changes.iter().all(|(offset, bytes)| offset + bytes.len() <= content.len()).then_some(changes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::process::Command;

    /// A library with every kind of reference that is bound or must not be: to a function and a variable of its own, by call and
    /// by pointer; to a weak function; to another library.
    const SOURCE: &str = r#"
        #include <stdlib.h>
        int value = 40;
        int *pointer = &value;
        int one(void) { return 1; }
        int (*function)(void) = one;
        __attribute__((weak)) int weak(void) { return 1; }
        int (*weak_function)(void) = weak;
        int sum(void) { return *pointer + function() + one() + (getenv("=") ? 0 : 40); }
        int weak_sum(void) { return weak() + weak_function(); }
    "#;

    const LOADER: &str = r#"
        #include <dlfcn.h>
        #include <stdio.h>
        int main(int count, char **arguments) {
            void *library = dlopen(arguments[1], RTLD_NOW);
            if (!library) { puts(dlerror()); return 1; }
            int (*sum)(void) = dlsym(library, "sum"), (*weak_sum)(void) = dlsym(library, "weak_sum");
            int *value = dlsym(library, "value");
            printf("%d ", sum());
            *value = 50;
            printf("%d %d\n", sum(), weak_sum());
            return 0;
        }
    "#;

    fn compile(folder: &Path, source: &str, name: &str, flags: &[&str]) -> std::path::PathBuf {
        let (input, output) = (folder.join(format!("{name}.c")), folder.join(name));
        std::fs::write(&input, source).unwrap();
        assert!(Command::new("cc").args(flags).arg("-o").arg(&output).arg(&input).status().unwrap().success());
        output
    }

    fn relocations(path: &Path) -> String {
        let output = Command::new("readelf").args(["--wide", "--relocs"]).arg(path).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn own_symbols_are_bound_and_the_library_does_the_same() {
        let folder = tempfile::tempdir().unwrap();
        // Linkers that relocate without a table of calls are not what is tested here, so lazy binding is asked for.
        let library = compile(folder.path(), SOURCE, "library.so", &["-shared", "-fPIC", "-O1", "-Wl,-z,lazy"]);
        let loader = compile(folder.path(), LOADER, "loader", &["-ldl"]);
        let run = |path: &Path| {
            let output = Command::new(&loader).arg(path).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        let bound = folder.path().join("bound.so");
        std::fs::write(&bound, bind_to_itself(std::fs::read(&library).unwrap())).unwrap();
        assert_eq!((run(&library), run(&bound)), ("82 92 2\n".to_owned(), "82 92 2\n".to_owned()));

        let (before, after) = (relocations(&library), relocations(&bound));
        for own in [" value ", " one "] {
            assert!(before.contains(own) && !after.contains(own), "{after}");
        }
        for foreign in [" weak ", " getenv"] {
            assert!(after.contains(foreign), "{after}");
        }
    }

    #[test]
    fn damaged_files_are_survived() {
        let folder = tempfile::tempdir().unwrap();
        let library = std::fs::read(compile(folder.path(), SOURCE, "library.so", &["-shared", "-fPIC"])).unwrap();
        for length in (0..library.len()).step_by(31) {
            bind_to_itself(library[..length].to_vec());
        }
        for position in 0..library.len() {
            let mut damaged = library.clone();
            damaged[position] ^= 0xff;
            bind_to_itself(damaged);
        }
    }
}
