//! That the runtime's ideas of CPython's structures are those of CPython's own headers.
//!
//! A wrong offset would not show as an error but as a crash, or as a setting that is silently another one, on the one version
//! that it is wrong for. So the C compiler lays out each structure, once for every version whose headers are found.

mod c_compiler;
mod c_structure;
mod include_folders;
mod rust_structure;

use self::c_compiler::lay_out;
use self::c_structure::{Field, Structure};
use self::configuration_layout::{LAYOUTS, Layout};
use self::include_folders::{Headers, found};
use crate::demand;

#[path = "../../bootloader/runtime/src/configuration_layout.rs"]
mod configuration_layout;

/// The source in which the runtime describes `PyPreConfig` and `PyStatus`.
const CONFIGURATION: &str = include_str!("../../bootloader/runtime/src/configuration.rs");

/// The source in which it describes `struct _frozen`.
const FROZEN: &str = include_str!("../../bootloader/runtime/src/frozen.rs");

#[test]
fn the_table_has_each_version_once() {
    let minors: Vec<_> = LAYOUTS.iter().map(|layout| layout.minor).collect();
    assert_eq!(minors, [10, 11, 12, 13], "the table configures CPython 3.10 to 3.13, and PEP 741 the newer ones");
}

#[test]
fn py_config_is_what_the_table_says() {
    let mut compared = 0;
    for headers in found() {
        if let Some(layout) = LAYOUTS.iter().find(|layout| layout.minor == headers.minor) {
            compare(headers, "PyConfig", &py_config(layout));
            compared += 1;
        }
    }
    assert!(
        compared > 0,
        "the headers of a CPython from 3.10 to 3.13 are needed, and only others were found: {:?}",
        found()
    );
}

#[test]
fn py_pre_config_is_what_the_runtime_says() {
    let mut structure = rust_structure::read(CONFIGURATION, "PreConfig");
    let room = structure.size;
    let reserved = structure.fields.pop().expect("it has fields");
    assert_eq!((reserved.name.as_str(), structure.fields.len()), ("reserved", 10), "{structure:?}");
    structure.rename(&[("config_init", "_config_init")]);
    for headers in found() {
        // Versions that are still to come may use the room that is left.
        structure.size = lay_out(headers, "PyPreConfig", &structure).size;
        assert!(structure.size <= room, "{headers}: `PyPreConfig` has {} bytes, and {room} are kept", structure.size);
        compare(headers, "PyPreConfig", &structure);
    }
}

#[test]
fn py_status_is_what_the_runtime_says() {
    let mut structure = rust_structure::read(CONFIGURATION, "Status");
    structure.rename(&[("kind", "_type"), ("function", "func"), ("message", "err_msg"), ("exit_code", "exitcode")]);
    found().iter().for_each(|headers| compare(headers, "PyStatus", &structure));
}

#[test]
fn frozen_modules_are_what_the_runtime_says() {
    for headers in found() {
        // The runtime has a structure for each version that changed it, and `provide` chooses in the same way.
        let name = match headers.minor {
            ..=10 => "Frozen310",
            11 | 12 => "Frozen311",
            _ => "Frozen313",
        };
        compare(headers, "struct _frozen", &rust_structure::read(FROZEN, name));
    }
}

/// Requires that the headers lay out the C structure `name` as it is expected.
fn compare(headers: &Headers, name: &str, expected: &Structure) {
    let observed = lay_out(headers, name, expected);
    let fields = observed.fields.iter().zip(&expected.fields).filter(|(observed, expected)| observed != expected);
    let fields = fields.map(|(observed, expected)| format!("`{}`: {observed}, and {expected} here", observed.name));
    let size =
        (observed.size != expected.size).then(|| format!("size: {} bytes, and {} here", observed.size, expected.size));
    let advice =
        format!("`{name}` in the headers of {headers} is another than that of rpack-runtime. Correct the latter.");
    demand(&advice, fields.chain(size).collect());
}

fn py_config(layout: &Layout) -> Structure {
    // Taken apart, so that a field which is added to the table cannot be forgotten here.
    let &Layout {
        minor: _,
        size,
        isolated,
        use_hash_seed,
        hash_seed,
        parse_argv,
        xoptions,
        warnoptions,
        site_import,
        optimization_level,
        write_bytecode,
        verbose,
        buffered_stdio,
        program_name,
        home,
        module_search_paths_set,
        module_search_paths,
        executable,
        base_executable,
        prefix,
        base_prefix,
        exec_prefix,
        base_exec_prefix,
        stdlib_dir,
    } = layout;
    let fields = [
        ("isolated", isolated, "int"),
        ("use_hash_seed", use_hash_seed, "int"),
        ("hash_seed", hash_seed, "long"),
        ("parse_argv", parse_argv, "int"),
        ("xoptions", xoptions, "list"),
        ("warnoptions", warnoptions, "list"),
        ("site_import", site_import, "int"),
        ("optimization_level", optimization_level, "int"),
        ("write_bytecode", write_bytecode, "int"),
        ("verbose", verbose, "int"),
        ("buffered_stdio", buffered_stdio, "int"),
        ("program_name", program_name, "wide string"),
        ("home", home, "wide string"),
        ("module_search_paths_set", module_search_paths_set, "int"),
        ("module_search_paths", module_search_paths, "list"),
        ("executable", executable, "wide string"),
        ("base_executable", base_executable, "wide string"),
        ("prefix", prefix, "wide string"),
        ("base_prefix", base_prefix, "wide string"),
        ("exec_prefix", exec_prefix, "wide string"),
        ("base_exec_prefix", base_exec_prefix, "wide string"),
    ];
    let fields = fields.into_iter().chain(stdlib_dir.map(|offset| ("stdlib_dir", offset, "wide string")));
    Structure { size, fields: fields.map(|(name, offset, kind)| Field::new(name, offset, kind)).collect() }
}
