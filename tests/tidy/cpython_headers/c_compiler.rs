//! Structures as the C compiler lays them out.

use super::c_structure::{Field, Structure};
use super::include_folders::Headers;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// Prints size, and for each field offset and type. A type that the runtime does not expect has no word.
const PROGRAM: &str = r#"
#include <Python.h>
#include <stddef.h>
#include <stdio.h>

#define KIND(field) _Generic((field), \
    int: "int", unsigned int: "int", unsigned long: "long", const char *: "string", wchar_t *: "wide string", PyWideStringList: "list", \
    const unsigned char *: "address", PyObject *(*)(void): "address", default: "something else")
#define FIELD(name) printf(#name " %zu %s\n", offsetof(STRUCTURE, name), KIND(((STRUCTURE *)0)->name));

int main(void) {
    printf("size %zu\n", sizeof(STRUCTURE));
    FIELDS
    return 0;
}
"#;

/// Asks the C compiler where the C structure `name` of these headers has the fields of `structure`.
pub fn lay_out(headers: &Headers, name: &str, structure: &Structure) -> Structure {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let program = compile(headers, name, structure, folder.path());
    let output = Command::new(program).output().expect("what was compiled can be run");
    let answer = String::from_utf8(output.stdout).expect("it prints ASCII");
    let mut lines = answer.lines();
    let size = lines.next().and_then(|line| line.strip_prefix("size ")).expect("the size comes first");
    let field = |line: &str| {
        let mut words = line.splitn(3, ' ');
        let mut next = || words.next().expect("a line has three words");
        let (name, offset, kind) = (next(), next(), next());
        Field::new(name, offset.parse().expect("an offset is a number"), kind)
    };
    Structure { size: size.parse().expect("a size is a number"), fields: lines.map(field).collect() }
}

fn compile(headers: &Headers, name: &str, structure: &Structure, folder: &Path) -> std::path::PathBuf {
    let fields = structure.fields.iter().fold(String::new(), |mut fields, field| {
        write!(fields, "FIELD({})", field.name).expect("memory can be written");
        fields
    });
    let source = folder.join("structure.c");
    let program = folder.join("structure");
    std::fs::write(&source, PROGRAM).expect("a temporary file can be written");
    let mut compiler = Command::new("cc");
    compiler.arg("-I").arg(&headers.folder).arg(format!("-DSTRUCTURE={name}")).arg(format!("-DFIELDS={fields}"));
    let output = compiler.arg(&source).arg("-o").arg(&program).output().expect("the C compiler `cc` runs");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{headers}: their `{name}` lacks fields that the runtime uses:\n{messages}");
    program
}
