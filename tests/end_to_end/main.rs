//! End-to-end tests: the built `rpack` packs real programs, and what it made is run where it has to work.
//!
//! They need what README.md asks for, and Linux namespaces (`unshare`) to hide Python. Every environment and executable is
//! made once and shared.

mod archive;
mod bad_input;
mod build_cache;
mod damage;
mod environment;
mod examples;
mod face;
mod faults;
mod flags;
mod guide;
mod hooks;
mod hooks_contributed;
mod hooks_watched;
mod hostile_places;
mod identity;
mod interpreter_mode;
mod interpreters;
mod layouts;
mod libraries;
mod linked_in;
mod making;
mod messages;
mod naming;
mod nuitka;
mod nuitka_faults;
mod nuitka_flags;
mod one_folder;
mod packages;
mod process;
mod processes;
mod programs;
mod python_options;
mod reflection;
mod refused_calls;
mod reproducibility;
mod rpack;
mod rules;
mod run_folders;
mod runtime_hooks;
mod settings;
mod store;
mod store_upkeep;
mod tied_libraries;
mod twins;
mod without_python;
mod workflows;
mod zipped;
