//! Finds every module and shared library that a Python program needs, without running any of the
//! program.
//!
//! The passes, in their order, each borrowing what the one before it returned:
//! [`Program::locate`] → [`Interpreter::probe`] → [`Project::new`] → [`walk`] → [`resolve`].
//!
//! The rooms, each using those below it: `walk`; `finder` and `read`; `libraries`, `graph` and `rules`; `project`.

#![forbid(unsafe_code)]

mod error;
mod finder;
mod graph;
mod libraries;
mod name_forms;
mod project;
mod read;
mod rules;
mod source;
#[cfg(test)]
mod testing;
mod walk;

pub use error::Error;
pub use finder::zip_file;
pub use graph::{
    AskedFiles, Consulted, Edge, EdgeKind, FilesAsked, Missing, Module, ModuleGraph, ModuleKind, Options, OwnFile,
    Warning,
};
pub use libraries::{Library, NativeNeeds, find_library, resolve};
pub use project::declaration::Declaration;
pub use project::distribution::{Distribution, Offer, installed, normalized};
pub use project::interpreter::{EditableModule, Interpreter, Version};
pub use project::program::{EntryPoint, Program, Scope};
pub use project::requirement::{Unmet, unmet};
pub use project::script_block::{ScriptBlock, find as script_block};
pub use project::{Origin, Project};
pub use read::listener::{Listener, Nobody, Sighting};
pub use read::memory::{Memory, NoMemory, Work};
pub use walk::additions::{Addition, Additions, Included, Preparation, RuntimeHook};
pub use walk::own_sources::{Findings, OwnSource, OwnSources};
pub use walk::{walk, walk_with};
