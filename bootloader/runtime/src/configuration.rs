//! Initialization of the interpreter: without `site`, and without reading a file; for the program, isolated from the user's
//! environment.
//!
//! Up to CPython 3.13 through `PyConfig` (PEP 587), whose fields are found by [`Layout`]; from 3.14 through
//! `PyInitConfig` (PEP 741), whose fields have names.

mod by_layout;
mod by_name;

use crate::configuration_layout::{LAYOUTS, Layout};
use crate::locale;
use crate::program::Program;
use rpack_format::PythonOption;
use std::ffi::{CStr, CString, c_char, c_int, c_void};

/// What the interpreter is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// To run the program, which decides what its arguments mean.
    Program,
    /// To be a `python` that has the program's modules; arguments and environment are those of `python`.
    Interpreter,
}

/// Chooses locale, encodings and the allocators of memory. What libpython keeps from here on is freed as it was allocated, also
/// where the allocators are those of `-X dev`.
pub fn preinitialize(program: &Program, role: Role) -> Result<(), String> {
    match role {
        Role::Program => preinitialize_program(program),
        Role::Interpreter => preinitialize_interpreter(program),
    }
}

/// Starts the interpreter. This thread becomes its main thread and holds its lock afterwards. Where the arguments ask an
/// interpreter for something that needs none, such as its version, the process ends here.
pub fn initialize(program: &Program, role: Role) -> Result<(), String> {
    let (major, minor) = program.index.header().python;
    match layout(minor) {
        Some(layout) if major == 3 => by_layout::initialize(program, layout, role),
        _ if major == 3 && minor > newest_layout() => by_name::initialize(program, role),
        _ => Err(format!("CPython {major}.{minor} is not supported")),
    }
}

fn layout(minor: u16) -> Option<&'static Layout> {
    LAYOUTS.iter().find(|layout| layout.minor == minor)
}

fn newest_layout() -> u16 {
    LAYOUTS.iter().map(|layout| layout.minor).max().unwrap_or_default()
}

/// `PyPreConfig`, which has had these fields on every system but Windows since 3.8.
#[repr(C)]
#[derive(Default)]
struct PreConfig {
    config_init: c_int,
    parse_argv: c_int,
    isolated: c_int,
    use_environment: c_int,
    configure_locale: c_int,
    coerce_c_locale: c_int,
    coerce_c_locale_warn: c_int,
    utf8_mode: c_int,
    dev_mode: c_int,
    allocator: c_int,
    // Room for fields of versions that are still to come.
    reserved: [c_int; 16],
}

/// `PyStatus`.
#[repr(C)]
pub struct Status {
    kind: c_int,
    function: *const c_char,
    message: *const c_char,
    exit_code: c_int,
}

impl Status {
    /// The error that the status stands for. Where it asks for the end of the process, CPython has printed what there is to say.
    pub fn check(&self) -> Result<(), String> {
        match self.kind {
            0 => Ok(()),
            2 => std::process::exit(self.exit_code),
            _ if self.message.is_null() => Err(format!("Python ended with status {} while starting", self.exit_code)),
            _ => {
                // SAFETY: an error status points to a C string that is never freed.
                let message = unsafe { CStr::from_ptr(self.message) };
                Err(format!("Python cannot start: {}", message.to_string_lossy()))
            }
        }
    }
}

/// Chooses locale and encodings as `python` does: the user's locale, and UTF-8 where that is the C locale (PEP 540).
fn preinitialize_program(program: &Program) -> Result<(), String> {
    type Preinitialize = unsafe extern "C" fn(*const PreConfig) -> Status;
    // SAFETY: the type is that of the function in CPython's headers.
    let preinitialize: Preinitialize = unsafe { function(c"Py_PreInitialize")? };
    let mut config = new_pre_config(c"PyPreConfig_InitIsolatedConfig")?;
    // The locale is set already, and would be lost if it were taken from the environment again.
    let is_coerced = locale::set() == locale::Locale::Coerced;
    config.configure_locale = (!is_coerced).into();
    config.utf8_mode = if is_coerced { 1 } else { -1 };
    for option in program.index.header().python_options() {
        match option {
            PythonOption::Implementation("utf8" | "utf8=1") => config.utf8_mode = 1,
            PythonOption::Implementation("utf8=0") => config.utf8_mode = 0,
            PythonOption::Implementation("dev") => config.dev_mode = 1,
            _ => {}
        }
    }
    // SAFETY: the configuration was initialized by its own function.
    let status = unsafe { preinitialize(&config) };
    status.check()
}

/// Chooses locale and encodings by the arguments and the environment, with CPython's own code for both.
fn preinitialize_interpreter(program: &Program) -> Result<(), String> {
    type Preinitialize = unsafe extern "C" fn(*const PreConfig, isize, *const *const c_char) -> Status;
    // SAFETY: the type is that of the function in CPython's headers.
    let preinitialize: Preinitialize = unsafe { function(c"Py_PreInitializeFromBytesArgs")? };
    let config = new_pre_config(c"PyPreConfig_InitPythonConfig")?;
    let (count, arguments) = program.arguments();
    // SAFETY: the configuration was initialized by its own function, count and vector are those of `main`.
    let status = unsafe { preinitialize(&config, count as isize, arguments) };
    status.check()
}

fn new_pre_config(initializer: &CStr) -> Result<PreConfig, String> {
    type Init = unsafe extern "C" fn(*mut PreConfig);
    // SAFETY: the type is that of both functions in CPython's headers.
    let init: Init = unsafe { function(initializer)? };
    let mut config = PreConfig::default();
    // SAFETY: the structure has at least the size that the function fills.
    unsafe { init(&mut config) };
    Ok(config)
}

/// An option's text as C takes it.
fn c_string(text: &str) -> Result<CString, String> {
    CString::new(text).map_err(|error| error.to_string())
}

/// A function of libpython that the stable ABI does not have.
///
/// # Safety
///
/// `F` must be the type of the function called `name`.
pub unsafe fn function<F>(name: &CStr) -> Result<F, String> {
    assert_eq!(size_of::<F>(), size_of::<*mut c_void>());
    // SAFETY: the handle is the predefined one for all global symbols.
    let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    if address.is_null() {
        return Err(format!("this libpython has no `{}`", name.to_string_lossy()));
    }
    // SAFETY: a function pointer has the size of an address, and the caller knows its type.
    Ok(unsafe { std::mem::transmute_copy(&address) })
}
