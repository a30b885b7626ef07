//! What was found in files before, and need not be looked for again.

use super::listener::{Listener, Nobody};
use super::outline::Identity;
use crate::project::interpreter::Interpreter;
use std::num::NonZeroUsize;
use std::path::Path;

/// Remembers what was found in files.
pub trait Memory: Sync {
    /// What was found in the file, as it is now, as the answer to a question.
    fn recall(&self, file: &Path, question: &[u8]) -> Option<Vec<u8>>;

    /// Keeps what was found in a file's content as the answer to a question.
    fn keep(&self, content: &[u8], question: &[u8], finding: &[u8]);
}

/// How the analysis goes about its work. Nothing of this changes what it finds.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// What is remembered of other times.
    pub memory: &'a dyn Memory,
    /// How many files to read at the same time.
    pub threads: NonZeroUsize,
    /// Who hears of modules as they are found.
    pub listener: &'a dyn Listener,
}

impl Work<'_> {
    /// Remembers nothing and tells nobody.
    pub fn alone(threads: NonZeroUsize) -> Self {
        Work { memory: &NoMemory, threads, listener: &Nobody }
    }
}

/// Remembers nothing.
pub struct NoMemory;

impl Memory for NoMemory {
    fn recall(&self, _file: &Path, _question: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn keep(&self, _content: &[u8], _question: &[u8], _finding: &[u8]) {}
}

/// The facts of an interpreter on which findings in sources depend. More than is asked today, so that a new question is not
/// answered from before it was asked.
pub(crate) fn facts(interpreter: &Interpreter) -> Vec<u8> {
    let Interpreter { full_version, platform, os_name, machine, markers, abi_flags, multiarch, .. } = interpreter;
    postcard::to_stdvec(&(full_version, platform, os_name, machine, markers, abi_flags, multiarch)).unwrap_or_default()
}

/// The question that an outline answers: what is in this source, if it is this module of this interpreter?
pub(crate) fn question(identity: &Identity<'_>, facts: &[u8]) -> Vec<u8> {
    let Identity { name, package, role, origin, surroundings } = identity;
    let packages: Vec<_> = surroundings.packages.iter().map(|(package, names)| (package, &**names)).collect();
    let place = (name, package, format!("{role:?} {origin:?}"), packages, &*surroundings.groups);
    let mut question = postcard::to_stdvec(&place).unwrap_or_default();
    question.extend_from_slice(facts);
    question
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Options;
    use crate::testing;
    use crate::walk::additions::Nothing;
    use crate::walk::walk_with;
    use std::collections::HashMap;
    use std::fs;
    use std::sync::Mutex;

    /// Remembers by content, as the packer does, and counts what it was given.
    #[derive(Default)]
    struct Notes {
        findings: Mutex<HashMap<Vec<u8>, Vec<u8>>>,
    }

    impl Notes {
        fn count(&self) -> usize {
            self.findings.lock().unwrap().len()
        }
    }

    impl Memory for Notes {
        fn recall(&self, file: &Path, question: &[u8]) -> Option<Vec<u8>> {
            let content = fs::read(file).ok()?;
            self.findings.lock().unwrap().get(&[&content, question].concat()).cloned()
        }

        fn keep(&self, content: &[u8], question: &[u8], finding: &[u8]) {
            self.findings.lock().unwrap().insert([content, question].concat(), finding.to_vec());
        }
    }

    #[test]
    fn what_is_remembered_is_what_was_found() {
        let (folder, project) = testing::project(&[
            ("one/main.py", "import ext.core, lazy\nfrom p import q\nif x:\n    import absent\n"),
            ("one/p/__init__.py", "def __getattr__(name): ...\n__all__ = ['q']\n"),
            ("one/p/q.py", "from . import r\n"),
            ("one/p/r.py", "x = 1\n"),
            ("two/ext/__init__.py", ""),
            ("two/ext/core.abi3.so", "\0ext.helper\0"),
            ("two/ext/core.py", "import ext.beside"),
            ("two/ext/helper.py", ""),
            ("two/ext/beside.py", ""),
            ("two/lazy/__init__.py", "import lazy_loader\nlazy_loader.attach_stub(__name__, __file__)\n"),
            ("two/lazy/__init__.pyi", "from . import part\n"),
            ("two/lazy/part.py", ""),
        ]);
        let notes = Notes::default();
        let work = Work { memory: &notes, ..Work::alone(NonZeroUsize::MIN) };
        let graph = || format!("{:?}", walk_with(&project, &[], &Options::default(), &mut Nothing, work).unwrap());
        let first = graph();
        let found = notes.count();
        assert!(found >= 8, "{found}");
        assert_eq!(graph(), first);
        assert_eq!(notes.count(), found);
        let work = Work::alone(NonZeroUsize::MIN);
        let plain = walk_with(&project, &[], &Options::default(), &mut Nothing, work).unwrap();
        assert_eq!(format!("{plain:?}"), first);
        fs::write(folder.path().join("one/p/q.py"), "from . import s\n").unwrap();
        assert_ne!(graph(), first);
        assert_eq!(notes.count(), found + 1);
    }
}
