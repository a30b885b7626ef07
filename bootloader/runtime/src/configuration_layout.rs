//! Where the fields of `PyConfig` lie (PEP 587).
//!
//! The structure is not part of the stable ABI, and grew with each minor version up to 3.13; within a minor version it is
//! fixed. From 3.14 on nothing of this is used, because PEP 741 offers the same by name. A test compares the table with
//! `offsetof` in the headers of the interpreters that it finds.

/// Offsets in bytes into `PyConfig`, on 64-bit Linux.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Minor version of CPython.
    pub minor: u16,
    /// Size of the structure.
    pub size: usize,
    /// `int`: take nothing from the environment, and search no folder of the user's.
    pub isolated: usize,
    /// `int`: whether `hash_seed` is given.
    pub use_hash_seed: usize,
    /// `unsigned long`: the seed of hashes.
    pub hash_seed: usize,
    /// `int`: whether the arguments are those of `python`.
    pub parse_argv: usize,
    /// `PyWideStringList`: `sys._xoptions`, as `NAME` or `NAME=VALUE`.
    pub xoptions: usize,
    /// `PyWideStringList`: `sys.warnoptions`.
    pub warnoptions: usize,
    /// `int`: import `site` at start-up.
    pub site_import: usize,
    /// `int`: how often `-O` was given.
    pub optimization_level: usize,
    /// `int`: write `.pyc` files.
    pub write_bytecode: usize,
    /// `int`: how often `-v` was given.
    pub verbose: usize,
    /// `int`: buffer stdout and stderr.
    pub buffered_stdio: usize,
    /// `wchar_t *`: what the program was started as.
    pub program_name: usize,
    /// `wchar_t *`: where Python is installed. While it is given, nothing is searched for around the executable.
    pub home: usize,
    /// `int`: whether `module_search_paths` is given.
    pub module_search_paths_set: usize,
    /// `PyWideStringList`: `sys.path`.
    pub module_search_paths: usize,
    /// `wchar_t *`: `sys.executable`.
    pub executable: usize,
    /// `wchar_t *`: `sys._base_executable`.
    pub base_executable: usize,
    /// `wchar_t *`: `sys.prefix`.
    pub prefix: usize,
    /// `wchar_t *`: `sys.base_prefix`.
    pub base_prefix: usize,
    /// `wchar_t *`: `sys.exec_prefix`.
    pub exec_prefix: usize,
    /// `wchar_t *`: `sys.base_exec_prefix`.
    pub base_exec_prefix: usize,
    /// `wchar_t *`: where frozen modules of the standard library say that their files are; new in 3.11.
    pub stdlib_dir: Option<usize>,
}

/// The minor versions whose `PyConfig` is used.
pub const LAYOUTS: [Layout; 4] = [
    Layout {
        minor: 10,
        size: 392,
        isolated: 4,
        use_hash_seed: 20,
        hash_seed: 24,
        parse_argv: 80,
        xoptions: 120,
        warnoptions: 136,
        site_import: 152,
        optimization_level: 172,
        write_bytecode: 180,
        verbose: 184,
        buffered_stdio: 200,
        program_name: 240,
        home: 256,
        module_search_paths_set: 272,
        module_search_paths: 280,
        executable: 296,
        base_executable: 304,
        prefix: 312,
        base_prefix: 320,
        exec_prefix: 328,
        base_exec_prefix: 336,
        stdlib_dir: None,
    },
    Layout {
        minor: 11,
        size: 424,
        isolated: 4,
        use_hash_seed: 20,
        hash_seed: 24,
        parse_argv: 96,
        xoptions: 136,
        warnoptions: 152,
        site_import: 168,
        optimization_level: 188,
        write_bytecode: 196,
        verbose: 200,
        buffered_stdio: 216,
        program_name: 264,
        home: 280,
        module_search_paths_set: 296,
        module_search_paths: 304,
        executable: 328,
        base_executable: 336,
        prefix: 344,
        base_prefix: 352,
        exec_prefix: 360,
        base_exec_prefix: 368,
        stdlib_dir: Some(320),
    },
    Layout {
        minor: 12,
        size: 432,
        isolated: 4,
        use_hash_seed: 20,
        hash_seed: 24,
        parse_argv: 104,
        xoptions: 144,
        warnoptions: 160,
        site_import: 176,
        optimization_level: 196,
        write_bytecode: 204,
        verbose: 208,
        buffered_stdio: 224,
        program_name: 272,
        home: 288,
        module_search_paths_set: 304,
        module_search_paths: 312,
        executable: 336,
        base_executable: 344,
        prefix: 352,
        base_prefix: 360,
        exec_prefix: 368,
        base_exec_prefix: 376,
        stdlib_dir: Some(328),
    },
    Layout {
        minor: 13,
        size: 448,
        isolated: 4,
        use_hash_seed: 20,
        hash_seed: 24,
        parse_argv: 104,
        xoptions: 144,
        warnoptions: 160,
        site_import: 176,
        optimization_level: 196,
        write_bytecode: 204,
        verbose: 208,
        buffered_stdio: 224,
        program_name: 280,
        home: 296,
        module_search_paths_set: 312,
        module_search_paths: 320,
        executable: 344,
        base_executable: 352,
        prefix: 360,
        base_prefix: 368,
        exec_prefix: 376,
        base_exec_prefix: 384,
        stdlib_dir: Some(336),
    },
];
