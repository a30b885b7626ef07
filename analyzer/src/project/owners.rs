use super::distribution::{Distribution, normalized};
use std::collections::HashMap;
use std::path::Path;

/// Which installed distribution a file belongs to, and which distributions there are.
pub(crate) struct Owners<'a> {
    by_file: HashMap<&'a Path, usize>,
    editable: Vec<(&'a Path, usize)>,
    by_name: HashMap<String, usize>,
    distributions: &'a [Distribution],
}

impl<'a> Owners<'a> {
    pub(crate) fn new(distributions: &'a [Distribution]) -> Self {
        let mut by_file = HashMap::new();
        let mut editable = Vec::new();
        let mut by_name = HashMap::new();
        for (index, distribution) in distributions.iter().enumerate() {
            by_name.insert(normalized(&distribution.name), index);
            for file in &distribution.files {
                by_file.entry(file.as_path()).or_insert(index);
            }
            if let Some(root) = &distribution.editable_root {
                editable.push((root.as_path(), index));
            }
        }
        Owners { by_file, editable, by_name, distributions }
    }

    /// The distribution that a file belongs to.
    pub(crate) fn of_file(&self, path: &Path) -> Option<usize> {
        let by_root = || self.editable.iter().find(|(root, _)| path.starts_with(root)).map(|(_, index)| *index);
        self.by_file.get(path).copied().or_else(by_root)
    }

    /// The distribution of an index.
    pub(crate) fn distribution(&self, index: usize) -> Option<&'a Distribution> {
        self.distributions.get(index)
    }

    /// The distribution of a normalized name.
    pub(crate) fn by_name(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Every installed distribution.
    pub(crate) fn all(&self) -> impl Iterator<Item = (usize, &'a Distribution)> + use<'a> {
        self.distributions.iter().enumerate()
    }
}
