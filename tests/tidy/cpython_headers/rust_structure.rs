//! Structures as rpack-runtime describes them with `#[repr(C)]`, read from its source: the library itself has Python's symbols
//! and cannot be linked into a test.

use super::c_structure::{Field, Structure};

/// Reads `struct NAME { … }` from source and lays it out as C does on a 64-bit system.
pub fn read(source: &str, name: &str) -> Structure {
    let start = format!("struct {name} {{");
    let body =
        source.split_once(&start).unwrap_or_else(|| panic!("rpack-runtime does not say `{start}` where it did")).1;
    let lines = body.lines().map(str::trim).take_while(|line| *line != "}");
    let declared = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    let mut structure = Structure { size: 0, fields: Vec::new() };
    let mut widest = 1;
    for line in declared {
        let (name, of_type) = line.trim_end_matches(',').split_once(": ").expect("a field is a name and a type");
        let (kind, size, alignment) = lay_out(of_type);
        let offset = structure.size.next_multiple_of(alignment);
        structure.fields.push(Field::new(name, offset, kind));
        structure.size = offset + size;
        widest = widest.max(alignment);
    }
    structure.size = structure.size.next_multiple_of(widest);
    structure
}

/// Word, size and alignment of a type that the runtime uses.
fn lay_out(of_type: &str) -> (&'static str, usize, usize) {
    match of_type {
        "c_int" => ("int", 4, 4),
        "[c_int; 16]" => ("ints", 64, 4),
        "*const c_char" => ("string", 8, 8),
        "*const u8" => ("address", 8, 8),
        _ => panic!("no size is known for `{of_type}`"),
    }
}
