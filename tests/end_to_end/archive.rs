//! The payload as other tools see it.

use crate::rpack::{example, run, text};
use std::collections::BTreeSet;
use std::process::Command;

#[test]
fn unzip_lists_the_executable_without_complaint() {
    let output = run(Command::new("unzip").args(["-l"]).arg(example("simple_plugin")));
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
    let listing = text(&output.stdout);
    for member in ["grpc/aio/__init__.pyc", "grpc/_cython/_credentials/roots.pem", "main.pyc", ".rpack/index"] {
        assert!(listing.contains(member), "{member} is not listed:\n{listing}");
    }
    assert!(listing.contains("grpc/_cython/cygrpc.cpython-3"), "the gRPC extension is not listed:\n{listing}");
}

#[test]
fn every_member_has_its_recorded_size_and_checksum() {
    let file = std::fs::File::open(example("simple_plugin")).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    assert!(archive.len() > 200);
    let mut names = BTreeSet::new();
    for number in 0..archive.len() {
        let mut member = archive.by_index(number).unwrap();
        let name = member.name().unwrap().into_owned();
        assert!(!name.starts_with('/') && !name.contains(".."), "{name}");
        // Reading to the end checks size and CRC-32.
        std::io::copy(&mut member, &mut std::io::sink()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(names.insert(name.clone()), "{name} is there twice");
    }
}

#[test]
fn the_executable_holds_no_path_of_the_build_machine() {
    let file = std::fs::File::open(example("simple_plugin")).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let home = format!("{}/", std::env::var("HOME").unwrap());
    let foreign = [crate::rpack::repository().display().to_string(), home, crate::rpack::cache().display().to_string()];
    for number in 0..archive.len() {
        let mut member = archive.by_index(number).unwrap();
        let name = member.name().unwrap().into_owned();
        // CPython's own build records its prefix in one module; a program that asks for it shall get it.
        let is_checked = name.ends_with(".pyc") || name.contains(".dist-info/");
        if !is_checked || name.contains("_sysconfigdata") {
            continue;
        }
        let mut content = Vec::new();
        std::io::copy(&mut member, &mut content).unwrap();
        for path in foreign.iter().filter(|path| path.len() > 2) {
            let found = content.windows(path.len()).any(|window| window == path.as_bytes());
            assert!(!found, "{name} contains {path}");
        }
    }
}

#[test]
fn the_executable_is_smaller_than_14_mb() {
    let size = std::fs::metadata(example("simple_plugin")).unwrap().len();
    assert!(size <= 14_000_000, "simple_plugin has {size} bytes");
}
