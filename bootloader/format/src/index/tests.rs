use super::*;
use proptest::prelude::*;

fn module<'a>(name: &'a str, path: &'a str, kind: ModuleKind, is_package: bool) -> Module<'a> {
    let file = (kind == ModuleKind::Extension).then_some(1);
    let frame = Frame { offset: 10, compressed: 20, size: 30 };
    Module { name, kind, is_package, path, frame, file, is_certain: name == "__main__" }
}

fn file(path: &str, kind: FileKind) -> File<'_> {
    let frame = Frame { offset: 1, compressed: 2, size: 3 };
    File { path, kind, executable: kind == FileKind::Native, frame, digest: [7; 32], needs: 0..0, filters: 0..0 }
}

const FILTER: Filter = Filter { kind: filter::FilterKind::Triples, start: 5, end: 9 };

fn sample() -> Vec<u8> {
    let header = Header {
        name: "sample",
        python: (3, 11),
        flags: FLAG_DEBUG,
        libpython: 2,
        runtime: 3,
        tree: [9; 16],
        options: "u\nW error",
        beside: "_internal",
    };
    let modules = [
        module("__main__", "main.py", ModuleKind::Bytecode, false),
        module("a", "a/__init__.py", ModuleKind::Bytecode, true),
        module("a.b", "a/b/__init__.py", ModuleKind::Bytecode, true),
        module("a.b.c", "a/b/c.py", ModuleKind::Bytecode, false),
        module("a.d", "a/d.so", ModuleKind::Extension, false),
        module("ab", "ab", ModuleKind::Namespace, true),
    ];
    let files = [
        (file("a/data.txt", FileKind::Data), vec![], vec![]),
        (file("a/d.so", FileKind::Native), vec![2, 0], vec![FILTER]),
        (file("lib/libpython3.11.so.1.0", FileKind::Native), vec![], vec![]),
        (file("lib/runtime.so", FileKind::Native), vec![2], vec![]),
    ];
    let mut files = files;
    files.sort_by_key(|(file, _, _)| file.path);
    encode(&header, &modules, &files)
}

#[test]
fn what_was_encoded_is_found() {
    let bytes = sample();
    let index = Index::parse(&bytes).unwrap();
    assert_eq!(index.header().name, "sample");
    assert_eq!(index.header().python, (3, 11));
    let options: Vec<_> = index.header().python_options().collect();
    assert_eq!(options, [PythonOption::Unbuffered, PythonOption::Warning("error")]);
    assert_eq!(index.header().beside, "_internal");
    let found = index.find_module("a.b.c").unwrap();
    assert_eq!((found.path, found.is_package, found.frame.size), ("a/b/c.py", false, 30));
    assert!(index.find_module("a.x").is_none());
    assert!(index.find_module("").is_none());
    let extension = index.find_file("a/d.so").unwrap();
    let extension = index.file(extension).unwrap();
    assert_eq!(index.needs(&extension).collect::<Vec<_>>(), [2, 0]);
    assert_eq!(index.filters(&extension).unwrap(), [FILTER]);
    assert!(index.find_file("a/nothing").is_none());
}

#[test]
fn submodules_are_the_direct_ones() {
    let bytes = sample();
    let index = Index::parse(&bytes).unwrap();
    let names = |package| index.submodules(package).map(|module| module.name).collect::<Vec<_>>();
    assert_eq!(names(""), ["__main__", "a", "ab"]);
    assert_eq!(names("a"), ["a.b", "a.d"]);
    assert_eq!(names("a.b"), ["a.b.c"]);
    assert_eq!(names("nothing"), [] as [&str; 0]);
}

#[test]
fn truncation_at_every_length_is_an_error() {
    let bytes = sample();
    for length in 0..bytes.len() {
        assert!(Index::parse(&bytes[..length]).is_err(), "accepted {length} bytes");
    }
}

#[test]
fn every_flipped_byte_is_survived() {
    let bytes = sample();
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut bytes = bytes.clone();
            bytes[position] ^= 1 << bit;
            read_everything(&bytes);
        }
    }
}

#[test]
fn a_path_that_leaves_the_bundle_is_refused() {
    for path in ["../x", "/etc/passwd", "a//b", "a/./b", ""] {
        let header = Header {
            name: "x",
            python: (3, 11),
            flags: 0,
            libpython: 0,
            runtime: 0,
            tree: [0; 16],
            options: "",
            beside: "",
        };
        let bytes = encode(&header, &[], &[(file(path, FileKind::Data), vec![], vec![])]);
        assert!(Index::parse(&bytes).is_err(), "accepted {path:?}");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        read_everything(&bytes);
        let behind_the_magic = [&MAGIC[..], &VERSION.to_le_bytes(), &bytes].concat();
        read_everything(&behind_the_magic);
    }
}

/// Walks whatever parses; the point is that nothing of it panics.
fn read_everything(bytes: &[u8]) {
    let Ok(index) = Index::parse(bytes) else { return };
    for number in 0..index.module_count() {
        let module = index.module(number).expect("parse checked every module");
        assert!(index.find_module(module.name).is_some());
        index.submodules(module.name).count();
        module.frame.bytes(bytes);
    }
    for file in index.files() {
        assert!(index.find_file(file.path).is_some());
        index.needs(&file).count();
        assert!(index.filters(&file).is_some());
    }
}
