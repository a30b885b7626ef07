use crate::project::Project;
use crate::project::declaration::Declaration;
use crate::project::interpreter::{Interpreter, Version};
use crate::project::program::{EntryPoint, Program, Scope};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// An interpreter for tests that run none: CPython 3.11.7 on Linux, x86_64.
pub(crate) fn interpreter() -> Interpreter {
    let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<BTreeSet<_>>();
    let markers = [
        ("implementation_name", "cpython"),
        ("implementation_version", "3.11.7"),
        ("os_name", "posix"),
        ("platform_machine", "x86_64"),
        ("platform_python_implementation", "CPython"),
        ("platform_release", "6.1.0"),
        ("platform_system", "Linux"),
        ("platform_version", "#1 SMP"),
        ("python_full_version", "3.11.7"),
        ("python_version", "3.11"),
        ("sys_platform", "linux"),
    ];
    Interpreter {
        executable: "/python/bin/python3".into(),
        binary: "/python/bin/python3".into(),
        version: Version { major: 3, minor: 11, micro: 7 },
        full_version: "3.11.7".to_owned(),
        prefix: "/python".into(),
        base_prefix: "/python".into(),
        stdlib: "/python/lib/python3.11".into(),
        extension_folder: "/python/lib/python3.11/lib-dynload".into(),
        search_path: Vec::<PathBuf>::new(),
        editable: Vec::new(),
        read: Vec::new(),
        extension_suffixes: [".cpython-311-x86_64-linux-gnu.so", ".abi3.so", ".so"].map(str::to_owned).to_vec(),
        builtin_modules: set(&["builtins", "sys", "time", "posix", "_io"]),
        frozen_modules: set(&["zipimport"]),
        stdlib_modules: set(&["os", "sys", "json", "typing", "asyncio"]),
        libpython: None,
        uses_libpython: false,
        platform: "linux".to_owned(),
        os_name: "posix".to_owned(),
        machine: "x86_64".to_owned(),
        markers: markers.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect::<BTreeMap<_, _>>(),
        magic: vec![0xa7, 0x0d, 0x0d, 0x0a],
        cache_tag: "cpython-311".to_owned(),
        soabi: "cpython-311-x86_64-linux-gnu".to_owned(),
        multiarch: "x86_64-linux-gnu".to_owned(),
        abi_flags: String::new(),
    }
}

/// A project with these files below a temporary folder. `one` and `two` are its search path,
/// `one/main.py` its entry.
pub(crate) fn project(files: &[(&str, &str)]) -> (tempfile::TempDir, Project) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let root = folder.path().join("one");
    let program = Program {
        name: "one".to_owned(),
        root: root.clone(),
        entry: EntryPoint::Script(root.join("main.py")),
        declaration: Declaration::default(),
        search_path: vec![root],
        scope: Scope::Script,
    };
    let mut interpreter = interpreter();
    interpreter.search_path = vec![folder.path().join("two")];
    let project = Project::new(program, interpreter, &[]);
    (folder, project)
}
