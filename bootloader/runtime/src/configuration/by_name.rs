//! `PyInitConfig` of CPython 3.14 and newer (PEP 741).

use super::{Role, c_string, function};
use crate::program::Program;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use rpack_format::PythonOption;
use std::ffi::{CStr, CString, c_char, c_int, c_void};

/// Fills a `PyInitConfig` and initializes the interpreter with it.
pub fn initialize(program: &Program, role: Role) -> Result<(), String> {
    let config = Config::create()?;
    let outcome = config.fill(program, role).and_then(|()| {
        // SAFETY: the configuration is alive.
        config.check(unsafe { (config.functions.initialize)(config.pointer) })
    });
    // SAFETY: the configuration is alive and not used afterwards.
    unsafe { (config.functions.free)(config.pointer) };
    outcome?;
    match role {
        Role::Program => set_arguments(program),
        Role::Interpreter => Ok(()),
    }
}

/// Decodes the arguments anew where they are more than ASCII: the configuration takes UTF-8 and nothing else, CPython's own `main`
/// decodes arguments as it does names of files (PEP 383).
fn set_arguments(program: &Program) -> Result<(), String> {
    let arguments = program.argument_bytes();
    if arguments.iter().all(|argument| argument.to_bytes().is_ascii()) {
        return Ok(());
    }
    let set = |py: Python<'_>| {
        let sys = py.import("sys")?;
        let how = (sys.call_method0("getfilesystemencoding")?, sys.call_method0("getfilesystemencodeerrors")?);
        let decode = |argument: &&CStr| PyBytes::new(py, argument.to_bytes()).call_method1("decode", how.clone());
        let decoded = arguments.iter().map(decode).collect::<PyResult<Vec<_>>>()?;
        sys.setattr("argv", PyList::new(py, &decoded)?)?;
        sys.setattr("orig_argv", PyList::new(py, &decoded)?)
    };
    Python::attach(set).map_err(|error| format!("Python cannot start: {error}"))
}

struct Functions {
    create: unsafe extern "C" fn() -> *mut c_void,
    free: unsafe extern "C" fn(*mut c_void),
    initialize: unsafe extern "C" fn(*mut c_void) -> c_int,
    set_int: unsafe extern "C" fn(*mut c_void, *const c_char, i64) -> c_int,
    set_string: unsafe extern "C" fn(*mut c_void, *const c_char, *const c_char) -> c_int,
    set_list: unsafe extern "C" fn(*mut c_void, *const c_char, usize, *const *const c_char) -> c_int,
    error: unsafe extern "C" fn(*mut c_void, *mut *const c_char) -> c_int,
    exit_code: unsafe extern "C" fn(*mut c_void, *mut c_int) -> c_int,
}

struct Config {
    pointer: *mut c_void,
    functions: Functions,
}

impl Config {
    fn create() -> Result<Self, String> {
        let functions = Functions {
            // SAFETY: this and the types below are those of PEP 741, with `PyInitConfig *` as an untyped pointer.
            create: unsafe { function(c"PyInitConfig_Create")? },
            // SAFETY: see above.
            free: unsafe { function(c"PyInitConfig_Free")? },
            // SAFETY: see above.
            initialize: unsafe { function(c"Py_InitializeFromInitConfig")? },
            // SAFETY: see above.
            set_int: unsafe { function(c"PyInitConfig_SetInt")? },
            // SAFETY: see above.
            set_string: unsafe { function(c"PyInitConfig_SetStr")? },
            // SAFETY: see above.
            set_list: unsafe { function(c"PyInitConfig_SetStrList")? },
            // SAFETY: see above.
            error: unsafe { function(c"PyInitConfig_GetError")? },
            // SAFETY: see above.
            exit_code: unsafe { function(c"PyInitConfig_GetExitCode")? },
        };
        // SAFETY: takes nothing; the answer is null where memory is short.
        let pointer = unsafe { (functions.create)() };
        if pointer.is_null() { Err("out of memory".to_owned()) } else { Ok(Config { pointer, functions }) }
    }

    fn fill(&self, program: &Program, role: Role) -> Result<(), String> {
        self.set_int(c"install_signal_handlers", 1)?;
        self.set_int(c"site_import", 0)?;
        let decoded = program.argument_bytes().into_iter().map(|argument| c_string(&argument.to_string_lossy()));
        self.set_strings(c"argv", &decoded.collect::<Result<Vec<_>, _>>()?)?;
        for name in [c"program_name", c"executable", c"base_executable"] {
            self.set_string(name, program.executable)?;
        }
        for name in [c"prefix", c"base_prefix", c"exec_prefix", c"base_exec_prefix", c"home", c"stdlib_dir"] {
            self.set_string(name, program.bundle_path)?;
        }
        self.set_list(c"module_search_paths", 1, &program.bundle_path.as_ptr())?;
        match role {
            Role::Program => self.fill_program(program),
            Role::Interpreter => self.fill_interpreter(),
        }
    }

    /// A new configuration is isolated; the rest is as in `by_layout`.
    fn fill_program(&self, program: &Program) -> Result<(), String> {
        self.set_int(c"parse_argv", 0)?;
        self.set_int(c"write_bytecode", 0)?;
        let (mut verbose, mut warnings, mut implementation) = (0, Vec::new(), Vec::new());
        for option in program.index.header().python_options() {
            match option {
                PythonOption::Unbuffered => self.set_int(c"buffered_stdio", 0)?,
                PythonOption::Verbose => {
                    verbose += 1;
                    self.set_int(c"verbose", verbose)?;
                }
                PythonOption::Optimized(level) => self.set_int(c"optimization_level", level.into())?,
                PythonOption::Warning(filter) => warnings.push(c_string(filter)?),
                PythonOption::Implementation(option) => {
                    self.enable(option)?;
                    implementation.push(c_string(option)?);
                }
                PythonOption::HashSeed(seed) => {
                    self.set_int(c"use_hash_seed", seed.is_some().into())?;
                    self.set_int(c"hash_seed", seed.unwrap_or(0).into())?;
                }
            }
        }
        self.set_strings(c"warnoptions", &warnings)?;
        self.set_strings(c"xoptions", &implementation)
    }

    /// An isolated configuration turns off what it does not decide by itself, and `-X` turns on only what is undecided.
    fn enable(&self, option: &str) -> Result<(), String> {
        let (name, value) = option.split_once('=').unwrap_or((option, "1"));
        let field = match name {
            "dev" => c"dev_mode",
            "faulthandler" => c"faulthandler",
            "importtime" => c"import_time",
            "int_max_str_digits" => c"int_max_str_digits",
            "perf" => c"perf_profiling",
            "tracemalloc" => c"tracemalloc",
            _ => return Ok(()),
        };
        let number = value.parse().map_err(|_| format!("the option `-X {option}` needs a number"))?;
        self.set_int(field, number)?;
        if name == "dev" { self.set_int(c"faulthandler", number) } else { Ok(()) }
    }

    /// As `python` has it before it reads arguments and environment.
    fn fill_interpreter(&self) -> Result<(), String> {
        for name in [c"isolated", c"safe_path"] {
            self.set_int(name, 0)?;
        }
        for name in [c"parse_argv", c"use_environment", c"configure_c_stdio"] {
            self.set_int(name, 1)?;
        }
        Ok(())
    }

    fn set_int(&self, name: &CStr, value: i64) -> Result<(), String> {
        // SAFETY: the configuration is alive and the name a C string.
        self.check(unsafe { (self.functions.set_int)(self.pointer, name.as_ptr(), value) })
    }

    fn set_string(&self, name: &CStr, value: &CStr) -> Result<(), String> {
        // SAFETY: the configuration is alive, name and value are C strings.
        self.check(unsafe { (self.functions.set_string)(self.pointer, name.as_ptr(), value.as_ptr()) })
    }

    fn set_list(&self, name: &CStr, count: usize, values: *const *const c_char) -> Result<(), String> {
        // SAFETY: the configuration is alive, and `values` holds `count` C strings.
        self.check(unsafe { (self.functions.set_list)(self.pointer, name.as_ptr(), count, values) })
    }

    fn set_strings(&self, name: &CStr, values: &[CString]) -> Result<(), String> {
        let pointers: Vec<_> = values.iter().map(|value| value.as_ptr()).collect();
        self.set_list(name, pointers.len(), pointers.as_ptr())
    }

    fn check(&self, status: c_int) -> Result<(), String> {
        if status == 0 {
            return Ok(());
        }
        let mut exit_code = 0;
        // SAFETY: the configuration is alive, and the number may be written.
        if unsafe { (self.functions.exit_code)(self.pointer, &mut exit_code) } != 0 {
            // CPython has printed what there is to say, its version for example.
            std::process::exit(exit_code);
        }
        let mut message = std::ptr::null();
        // SAFETY: the configuration is alive; the message lives as long as it does.
        let has_message = unsafe { (self.functions.error)(self.pointer, &mut message) };
        if has_message == 0 || message.is_null() {
            return Err("Python cannot start, and gives no reason".to_owned());
        }
        // SAFETY: not null, so it is a C string.
        let message = unsafe { CStr::from_ptr(message) };
        Err(format!("Python cannot start: {}", message.to_string_lossy()))
    }
}
