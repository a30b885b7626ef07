//! The cyclic garbage collector while modules are imported.
//!
//! An import makes many objects that stay and hardly any garbage, yet every 700 of them the collector looks for some: a tenth
//! of the time that a program with many modules needs to start. So it rests while a module's body runs, and what an import
//! made counts as old at once: only a full collection looks at it again. The interpreter's own objects are never garbage.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicI32, AtomicUsize};

/// How many objects may be made between two collections while modules are imported. There is a limit because a module's body may
/// be a program that runs for days. It is a number that no program would choose, so that a threshold which a module's body
/// set is recognised and left alone.
const THRESHOLD: i32 = 100_003;

/// There are frozen objects, and nobody has counted them. Counting walks through all of them, so it is left to the first import:
/// not every program has one. What a program freezes before it is thawed with the interpreter's own objects.
const UNCOUNTED: usize = usize::MAX;

/// Takes what exists before the program runs out of the collections. In a program that imports little, these are most of
/// the objects that the collector would look at, and it looks at all of them several times when the program ends.
pub fn freeze_interpreter(py: Python<'_>) -> PyResult<()> {
    let collector = Collector::get(py)?;
    collector.freeze.bind(py).call0()?;
    collector.frozen.store(UNCOUNTED, Relaxed);
    Ok(())
}

/// Runs `body`, a module's, and lets the collector rest meanwhile.
pub fn relaxed<T>(py: Python<'_>, body: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    let collector = Collector::get(py)?;
    collector.begin(py)?;
    let outcome = body();
    collector.end(py)?;
    outcome
}

/// The collector of the one interpreter of this process.
struct Collector {
    get_threshold: Py<PyAny>,
    set_threshold: Py<PyAny>,
    get_freeze_count: Py<PyAny>,
    freeze: Py<PyAny>,
    unfreeze: Py<PyAny>,
    /// How many imports are going on, in all threads together.
    running: AtomicUsize,
    /// The threshold outside of imports.
    usual: AtomicI32,
    /// How many objects are frozen of which the program knows nothing.
    frozen: AtomicUsize,
}

impl Collector {
    fn get(py: Python<'_>) -> PyResult<&Self> {
        static COLLECTOR: PyOnceLock<Collector> = PyOnceLock::new();
        COLLECTOR.get_or_try_init(py, || {
            let gc = py.import("gc")?;
            let function = |name| Ok::<_, PyErr>(gc.getattr(name)?.unbind());
            Ok(Collector {
                get_threshold: function("get_threshold")?,
                set_threshold: function("set_threshold")?,
                get_freeze_count: function("get_freeze_count")?,
                freeze: function("freeze")?,
                unfreeze: function("unfreeze")?,
                running: AtomicUsize::new(0),
                usual: AtomicI32::new(0),
                frozen: AtomicUsize::new(0),
            })
        })
    }

    /// The interpreter's lock keeps other threads out; it may pass on only inside of the calls into Python.
    fn begin(&self, py: Python<'_>) -> PyResult<()> {
        if self.running.fetch_add(1, Relaxed) == 0 {
            if self.frozen.load(Relaxed) == UNCOUNTED {
                self.frozen.store(self.freeze_count(py)?, Relaxed);
            }
            let usual = self.threshold(py)?;
            // Zero means that the program does without the collector.
            if usual != 0 {
                self.usual.store(usual, Relaxed);
                self.set_threshold.bind(py).call1((THRESHOLD,))?;
            }
        }
        Ok(())
    }

    fn end(&self, py: Python<'_>) -> PyResult<()> {
        if self.running.fetch_sub(1, Relaxed) == 1 && self.threshold(py)? == THRESHOLD {
            self.age(py)?;
            self.set_threshold.bind(py).call1((self.usual.load(Relaxed),))?;
        }
        Ok(())
    }

    /// Makes every object an old one. Freezing all of them and taking that back does it without looking at any. A program that
    /// has frozen some itself shall keep them so.
    fn age(&self, py: Python<'_>) -> PyResult<()> {
        // Of the interpreter's own objects, some are gone by now.
        if self.freeze_count(py)? <= self.frozen.load(Relaxed) {
            self.freeze.bind(py).call0()?;
            self.unfreeze.bind(py).call0()?;
            self.frozen.store(0, Relaxed);
        }
        Ok(())
    }

    fn freeze_count(&self, py: Python<'_>) -> PyResult<usize> {
        self.get_freeze_count.bind(py).call0()?.extract()
    }

    fn threshold(&self, py: Python<'_>) -> PyResult<i32> {
        let (threshold, _, _) = self.get_threshold.bind(py).call0()?.extract::<(i32, i32, i32)>()?;
        Ok(threshold)
    }
}
