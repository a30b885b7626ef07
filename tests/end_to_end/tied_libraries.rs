//! Shared libraries that use one another without saying so.

use crate::interpreters;
use crate::rpack::{build_in, clean, run, text};
use std::fs;
use std::process::Command;

/// What is compiled, with the arguments for the linker: `libhigh.so` uses a variable of `liblow.so`, and only the module says that
/// it needs both.
const SOURCES: [(&str, &str, &[&str]); 3] = [
    ("liblow.so", "int low = 40;\n", &[]),
    ("libhigh.so", "extern int low;\nint high(void) { return low + 2; }\n", &[]),
    (
        "asks.so",
        "#include <Python.h>\n\
        extern int low;\n\
        int high(void);\n\
        static PyModuleDef module = {PyModuleDef_HEAD_INIT, \"asks\", 0, -1};\n\
        PyMODINIT_FUNC PyInit_asks(void) {\n\
        PyObject *made = PyModule_Create(&module);\n\
        PyModule_AddIntConstant(made, \"ANSWER\", high() * 1000 + low);\n\
        return made; }\n",
        &["libhigh.so", "liblow.so", "-Wl,-rpath,$ORIGIN"],
    ),
];

#[test]
fn libraries_that_load_only_together_are_loaded_together() {
    let folder = tempfile::tempdir().unwrap();
    let python = interpreters::any();
    let asked = run(Command::new(python).args(["-c", "import sysconfig; print(sysconfig.get_path('include'))"]));
    for (name, source, arguments) in SOURCES {
        fs::write(folder.path().join("source.c"), source).unwrap();
        let mut compiler = Command::new("cc");
        compiler
            .current_dir(folder.path())
            .args(["-shared", "-fPIC", "source.c", "-o", name, &format!("-Wl,-soname,{name}")])
            .args(arguments);
        let output = run(compiler.arg("-I").arg(text(&asked.stdout).trim()));
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    fs::remove_file(folder.path().join("source.c")).unwrap();
    fs::write(folder.path().join("main.py"), "import asks\nprint(asks.ANSWER)\n").unwrap();
    let mut plain = Command::new(python);
    assert_eq!(text(&run(plain.current_dir(folder.path()).arg("main.py")).stdout), "42040\n");
    let built = build_in(folder.path(), &["main.py", "--output", "packed"]);
    assert!(built.status.success() && built.stderr.starts_with(b"Packed"), "{}", text(&built.stderr));
    for (name, _, _) in SOURCES {
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    for place in ["store", "per-run", "memory"] {
        let mut packed = Command::new(folder.path().join("packed"));
        clean(&mut packed);
        let output = run(packed.env("RPACK_UNPACK", place));
        assert_eq!((text(&output.stdout), text(&output.stderr)), ("42040\n".to_owned(), String::new()), "{place}");
    }
}
