//! What flags ask for beyond imports: files of packages, metadata of distributions.

use super::growing::{Growing, Importer};
use crate::graph::{AskedFiles, FilesAsked, Options};
use crate::project::distribution::normalized;
use std::collections::BTreeSet;

/// What flags and modules ask for besides modules.
#[derive(Default)]
pub(crate) struct AskedFor {
    /// Files of packages that flags ask for.
    pub(crate) files: Vec<AskedFiles>,
    /// Normalized names of distributions whose metadata is asked for.
    pub(crate) metadata: BTreeSet<String>,
    /// Distributions that flags ask for, and that are not installed.
    pub(crate) missing_distributions: Vec<String>,
}

/// Notes the files and the metadata that flags ask for.
pub(crate) fn add(growing: &mut Growing<'_>, options: &Options, importer: Importer) {
    let data = options.collect_data.iter().map(|package| (package, FilesAsked::Data));
    let libraries = options.collect_binaries.iter().map(|package| (package, FilesAsked::Libraries));
    let all = options.collect_all.iter().flat_map(|package| FilesAsked::ALL.map(|what| (package, what)));
    for (package, what) in data.chain(libraries).chain(all) {
        match growing.look_up(package) {
            // A module that is no package has no folder, so it has no files either.
            Some(found) => growing.asked.files.extend(found.submodule_path.map(|folders| AskedFiles {
                package: package.clone(),
                folders,
                what,
            })),
            None if growing.is_excluded(package) => {}
            None => growing.note_missing(package.clone(), importer),
        }
    }
    for name in &options.copy_metadata {
        copy_metadata(growing, name, Reach::Alone);
    }
    for name in &options.recursive_copy_metadata {
        copy_metadata(growing, name, Reach::WithRequired);
    }
}

/// How far a request for metadata goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The distribution.
    Alone,
    /// The distribution and all that it requires.
    WithRequired,
}

fn copy_metadata(growing: &mut Growing<'_>, name: &str, reach: Reach) {
    let owners = growing.owners;
    let Some(distribution) = owners.by_name(&normalized(name)) else {
        growing.asked.missing_distributions.push(name.to_owned());
        return;
    };
    let project = growing.project;
    let all = match reach {
        Reach::Alone => [distribution].into(),
        Reach::WithRequired => growing.wanted.with_all_required(project, distribution),
    };
    let found = all.into_iter().filter_map(|index| owners.distribution(index));
    growing.asked.metadata.extend(found.map(|distribution| normalized(&distribution.name)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use crate::walk::walk;

    const FILES: [(&str, &str); 9] = [
        ("one/main.py", ""),
        ("two/p/__init__.py", ""),
        ("two/p/__main__.py", "if __name__ == '__main__':\n    import started"),
        ("two/p/q/__init__.py", ""),
        ("two/single.py", ""),
        ("two/started.py", ""),
        ("two/a-1.dist-info/METADATA", "Name: A\nVersion: 1\nRequires-Dist: b\nRequires-Dist: c; extra == 'x'\n"),
        ("two/b-1.dist-info/METADATA", "Name: b\nVersion: 1\n"),
        ("two/c-1.dist-info/METADATA", "Name: c\nVersion: 1\n"),
    ];

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn files_are_asked_for_without_including_the_package() {
        let (folder, project) = testing::project(&FILES);
        let options = Options {
            collect_data: names(&["p.q", "single", "absent"]),
            collect_binaries: names(&["p"]),
            ..Options::default()
        };
        let graph = walk(&project, &options).unwrap();
        assert!(!graph.modules.contains_key("p"));
        let asked: Vec<_> = graph.asked.iter().map(|asked| (asked.package.as_str(), asked.what)).collect();
        assert_eq!(asked, [("p.q", FilesAsked::Data), ("p", FilesAsked::Libraries)]);
        assert_eq!(graph.asked[1].folders, [folder.path().join("two/p").canonicalize().unwrap()]);
        let missing: Vec<_> = graph.missing.iter().map(|missing| missing.name.as_str()).collect();
        assert_eq!(missing, ["absent"]);
    }

    #[test]
    fn all_of_a_package_is_its_program_too() {
        let (_folder, project) = testing::project(&FILES);
        for options in [
            Options { collect_all: names(&["p"]), ..Options::default() },
            Options { collect_submodules: names(&["p"]), ..Options::default() },
        ] {
            let graph = walk(&project, &options).unwrap();
            for name in ["p", "p.q", "p.__main__", "started"] {
                assert!(graph.modules.contains_key(name), "{name} is not there with {options:?}");
            }
            assert_eq!(graph.asked.len(), 2 * options.collect_all.len());
        }
    }

    #[test]
    fn metadata_comes_alone_or_with_what_is_required() {
        let (_folder, project) = testing::project(&FILES);
        let copied = |options: Options| {
            let graph = walk(&project, &options).unwrap();
            let copied: Vec<_> = graph.distributions.into_iter().map(|found| found.name).collect();
            (copied, graph.missing_distributions)
        };
        let alone = Options { copy_metadata: names(&["a", "nobody"]), ..Options::default() };
        assert_eq!(copied(alone), (names(&["A"]), names(&["nobody"])));
        let required = Options { recursive_copy_metadata: names(&["A"]), ..Options::default() };
        assert_eq!(copied(required), (names(&["A", "b"]), Vec::new()));
    }
}
