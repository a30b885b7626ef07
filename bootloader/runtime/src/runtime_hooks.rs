//! Runtime hooks (`--runtime-hook`): scripts that run before the program, in the order in which they were given.
//!
//! They run in the namespace of `__main__`, one after the other, and what they define is there for the program, as with
//! PyInstaller. They also run in the processes that `multiprocessing` starts anew.

use crate::main_module::evaluate;
use crate::program::Program;
use crate::unmarshal;
use pyo3::prelude::*;
use pyo3::types::PyString;
use rpack_format::Module;
use rpack_format::index::RUNTIME_HOOK_PREFIX;

/// Runs all of them. Afterwards `__main__` has no file, until it gets one.
pub fn run(py: Python<'_>, program: &'static Program) -> PyResult<()> {
    let main = py.import("__main__")?;
    for hook in hooks(program) {
        program.trace(|| format!("running the runtime hook {}", hook.path));
        let file_name = PyString::new(py, &program.absolute(hook.path)).into_any();
        let code = unmarshal::code(program, &hook, &file_name)?;
        main.setattr("__file__", &file_name)?;
        evaluate(py, &code, &main.dict())?;
        // A hook may have removed it.
        let _ = main.delattr("__file__");
    }
    Ok(())
}

fn hooks(program: &Program) -> impl Iterator<Item = Module<'static>> {
    (0..).map_while(|number| program.index.find_module(&format!("{RUNTIME_HOOK_PREFIX}{number}")))
}
