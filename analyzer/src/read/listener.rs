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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Options;
    use crate::read::memory::Work;
    use crate::testing;
    use crate::walk::additions::Nothing;
    use crate::walk::walk_with;
    use std::num::NonZeroUsize;
    use std::sync::Mutex;

    #[test]
    fn every_module_is_heard_of_once() {
        #[derive(Default)]
        struct Heard(Mutex<Vec<String>>);
        impl Listener for Heard {
            fn found(&self, module: Sighting<'_>) {
                self.0.lock().unwrap().push(module.name.to_owned());
            }
        }
        let files =
            [("one/main.py", "import p.q"), ("one/p/__init__.py", "from . import r"), ("one/p/q.py", "import p")];
        let (_folder, project) = testing::project(&[&files[..], &[("one/p/r.py", "")]].concat());
        let heard = Heard::default();
        let work = Work { listener: &heard, ..Work::alone(NonZeroUsize::MIN) };
        let graph = walk_with(&project, &[], &Options::default(), &mut Nothing, work).unwrap();
        let mut heard = heard.0.into_inner().unwrap();
        heard.sort();
        assert_eq!(heard, graph.modules.into_keys().collect::<Vec<_>>());
    }
}
