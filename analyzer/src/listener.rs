//! Who hears of modules while the graph still grows, and can begin with what has to be done to them.

use crate::graph::ModuleKind;
use std::path::Path;

/// Hears of modules as they are found. What it hears depends on nothing but the program; when it hears it, nothing depends on.
pub trait Listener: Sync {
    /// A module was found. It is nearly certain that it will be in the graph.
    fn found(&self, module: Sighting<'_>);
}

/// A module that was found, and has not been read.
#[derive(Debug, Clone, Copy)]
pub struct Sighting<'a> {
    /// Dotted name.
    pub name: &'a str,
    /// What it is.
    pub kind: &'a ModuleKind,
    /// Its file, where it has one.
    pub path: &'a Path,
    /// Whether it can have submodules.
    pub is_package: bool,
}

/// Hears nothing.
pub struct Nobody;

impl Listener for Nobody {
    fn found(&self, _module: Sighting<'_>) {}
}
