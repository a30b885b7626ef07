use crate::distribution::{Distribution, normalized};
use crate::requirement::required_names;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// Which installed distribution a file belongs to, and which distributions a distribution builds
/// on.
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

    /// A distribution with all that it requires, directly or not. Extras count: an extension module
    /// may import what is there only by request, as long as it is there.
    pub(crate) fn with_required(&self, distribution: usize) -> BTreeSet<usize> {
        let mut closure = BTreeSet::from([distribution]);
        let mut waiting = vec![distribution];
        while let Some(index) = waiting.pop() {
            let Some(distribution) = self.distributions.get(index) else { continue };
            for name in required_names(distribution) {
                if let Some(&required) = self.by_name.get(&name)
                    && closure.insert(required)
                {
                    waiting.push(required);
                }
            }
        }
        closure
    }
}
