//! Finds every module and shared library that a Python program needs, without running any of the
//! program.
//!
//! The passes, in their order, each borrowing what the one before it returned:
//! [`Program::locate`] → [`Interpreter::probe`] → [`Project::new`] → [`walk`] → [`resolve`].

#![forbid(unsafe_code)]

mod additions;
mod asked;
mod certainty;
mod code_texts;
mod condition;
mod cython;
mod cython_source;
mod data_names;
mod declaration;
mod distribution;
mod dynamic;
mod elf;
mod error;
mod extract;
mod finder;
mod findings;
mod graph;
mod growing;
mod importers;
mod interpreter;
mod kernels;
mod libraries;
mod library_sources;
mod listener;
mod loader_cache;
mod memory;
mod module_names;
mod name_forms;
mod native_imports;
mod native_names;
mod outline;
mod own_folder;
mod own_listing;
mod own_sources;
mod owners;
mod packages;
mod plugin_names;
mod program;
mod project;
mod read;
mod requirement;
mod requirements_file;
mod rules;
mod script_block;
mod shimmed;
mod source;
mod starts;
#[cfg(test)]
mod testing;
mod uses;
mod walk;
mod wanted;
pub mod zip_file;
mod zipped;

pub use additions::{Addition, Additions, Included, Preparation, RuntimeHook};
pub use declaration::Declaration;
pub use distribution::{Distribution, installed, normalized};
pub use error::Error;
pub use graph::{
    AskedFiles, Consulted, Edge, EdgeKind, FilesAsked, Missing, Module, ModuleGraph, ModuleKind, Options, Warning,
};
pub use interpreter::{EditableModule, Interpreter, Version};
pub use libraries::{Library, NativeNeeds, find_library, resolve};
pub use listener::{Listener, Nobody, Sighting};
pub use memory::{Memory, NoMemory, Work};
pub use own_folder::OwnFile;
pub use own_sources::{Findings, OwnSource, OwnSources};
pub use program::{EntryPoint, Program, Scope};
pub use project::{Origin, Project};
pub use requirement::{Unmet, unmet};
pub use script_block::{ScriptBlock, find as script_block};
pub use walk::{walk, walk_with};
