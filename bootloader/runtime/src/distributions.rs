//! `importlib.metadata` in a program that was not unpacked: distributions are read from the payload, without a path.

use crate::program::Program;
use crate::resources::PackedPath;
use crate::reveal;
use pyo3::prelude::*;
use std::collections::BTreeSet;

/// The distributions that a `DistributionFinder.Context` asks for. None where their metadata stands in real folders on
/// `sys.path`: CPython's own finder lists those.
pub fn find<'py>(
    py: Python<'py>,
    program: &'static Program,
    context: Option<&Bound<'py, PyAny>>,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    if program.is_unpacked() || reveal::is_revealed() {
        return Ok(Vec::new());
    }
    let mut wanted = None;
    if let Some(context) = context {
        if !context.getattr("path")?.contains(program.bundle)? {
            return Ok(Vec::new());
        }
        wanted = context.getattr("name")?.extract::<Option<String>>()?.map(|name| normalize(&name));
    }
    let class = py.import("importlib.metadata")?.getattr("PathDistribution")?;
    let found = folders(program).into_iter().filter(|folder| {
        let name = folder.rsplit_once('.').map_or(*folder, |(stem, _)| stem).split('-').next().unwrap_or_default();
        wanted.as_ref().is_none_or(|wanted| *wanted == normalize(name))
    });
    found.map(|folder| class.call1((PackedPath::new(program, folder.to_owned()),))).collect()
}

/// The metadata folders in the bundle's root; old ones are single files.
fn folders(program: &'static Program) -> BTreeSet<&'static str> {
    let roots = program.index.files().filter_map(|file| file.path.split('/').next());
    roots.filter(|name| name.ends_with(".dist-info") || name.ends_with(".egg-info")).collect()
}

/// A distribution's name as names are compared (PEP 503), with the sign that file names have.
fn normalize(name: &str) -> String {
    let words = name.split(['-', '_', '.']).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}
