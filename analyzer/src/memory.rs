//! What was found in files before, and need not be looked for again.

use crate::interpreter::Interpreter;
use crate::outline::Identity;
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
