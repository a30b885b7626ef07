//! Bytecode made ahead: while the program is analyzed, which keeps little more than one core busy, what was found is compiled
//! on the others.
//!
//! It waits in the build cache, where [`super::compile`] finds it. Nothing else depends on it: a module that is not in the graph in the end,
//! or whose code has to hold columns, was compiled in vain; what cannot be compiled is told when its turn comes.

use super::worker::Workers;
use super::{Compiler, compiled};
use crate::cache::Cache;
use crate::collection::{Content, source_path};
use rpack_analyzer::{Listener, ModuleKind, Nobody, Sighting};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;

/// Analyzes, and compiles what the listener hears of, on all cores but one.
pub fn ahead<T>(compiler: &Compiler, cache: &Cache, jobs: NonZeroUsize, analyze: impl FnOnce(&dyn Listener) -> T) -> T {
    // Without a cache there is no place to wait in.
    let threads = if cache.keeps() { jobs.get() - 1 } else { 0 };
    let compile = |next: &dyn Fn() -> Option<Waiting>| {
        let mut workers = Workers::default();
        while let Some(Waiting { path, file }) = next() {
            // What is wrong with it is told when it is compiled for good.
            let _ = compiled(&path, &Content::File(file), compiler.columns, compiler, cache, &mut workers);
        }
        compiler.give_back(workers.started);
    };
    beside(threads, compile, analyze)
}

/// Analyzes, while each of the threads does the work on what the listener hears of. What is left when the analysis is over is not begun.
fn beside<T>(
    threads: usize,
    work: impl Fn(&dyn Fn() -> Option<Waiting>) + Sync,
    analyze: impl FnOnce(&dyn Listener) -> T,
) -> T {
    if threads == 0 {
        return analyze(&Nobody);
    }
    let (sender, receiver) = mpsc::channel();
    let (receiver, over) = (Mutex::new(receiver), AtomicBool::new(false));
    let next = || {
        let receiver = receiver.lock().expect("no thread panics while it waits");
        receiver.recv().ok().filter(|_| !over.load(Ordering::Relaxed))
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| work(&next));
        }
        let ears = Ears { sender };
        let analyzed = analyze(&ears);
        over.store(true, Ordering::Relaxed);
        // Beyond this point nothing is heard: who waits goes on, and ends.
        drop(ears);
        analyzed
    })
}

/// A source that waits to be compiled.
#[derive(Debug, PartialEq, Eq)]
struct Waiting {
    /// Its path inside the bundle.
    path: String,
    file: PathBuf,
}

/// Hears of modules for as long as it lives.
struct Ears {
    sender: mpsc::Sender<Waiting>,
}

impl Listener for Ears {
    fn found(&self, Sighting { name, kind, path, is_package }: Sighting<'_>) {
        if *kind == ModuleKind::Source && !path.as_os_str().is_empty() {
            let waiting = Waiting { path: source_path(name, path, is_package), file: path.to_owned() };
            // Who compiles ends later than who tells.
            let _ = self.sender.send(waiting);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::sync::mpsc::Sender;

    fn sighting<'a>(kind: &'a ModuleKind, path: &'a str) -> Sighting<'a> {
        Sighting { name: "p.q", kind, path: Path::new(path), is_package: true }
    }

    #[test]
    fn sources_are_worked_on_while_the_analysis_goes_on() {
        let (sender, done) = mpsc::channel();
        let sender: Mutex<Sender<Waiting>> = Mutex::new(sender);
        let work = |next: &dyn Fn() -> Option<Waiting>| {
            while let Some(waiting) = next() {
                sender.lock().unwrap().send(waiting).unwrap();
            }
        };
        let analyzed = beside(2, work, |listener| {
            listener.found(sighting(&ModuleKind::Extension, "/lib/p/q.so"));
            listener.found(sighting(&ModuleKind::Source, ""));
            listener.found(sighting(&ModuleKind::Source, "/lib/p/q/__init__.py"));
            done.recv().unwrap()
        });
        let expected = Waiting { path: "p/q/__init__.py".to_owned(), file: "/lib/p/q/__init__.py".into() };
        assert_eq!(analyzed, expected);
        assert!(done.try_recv().is_err());
    }

    #[test]
    fn one_core_only_analyzes() {
        let heard = |listener: &dyn Listener| listener.found(sighting(&ModuleKind::Source, "/lib/p.py"));
        beside(0, |_| panic!("there is no core for it"), heard);
    }
}
