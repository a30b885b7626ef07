//! `distutils` as setuptools has it. Where setuptools is installed, a line of `distutils-precedence.pth` has `_distutils_hack` serve
//! `setuptools._distutils` in its place: the only one since CPython 3.12, the preferred one before.

use super::growing::{Growing, Importer};
use crate::graph::EdgeKind;
use crate::project::Origin;
use crate::rules;

/// The module that serves the other one. Where it is in the bundle, no other `distutils` is found.
const SHIM: &str = "_distutils_hack";

/// The name that a module of `distutils` really has, for an import in the program or in a library.
///
/// The program gets what plain Python gives it. A library is content with that of the standard library where there is one, or with none
/// where it can do without, so that the few that look at a version number do not bring setuptools in.
pub(crate) fn real_name(growing: &mut Growing<'_>, name: &str, from: Origin) -> Option<String> {
    let real = rules::shimmed_name(name)?;
    let is_meant = |growing: &mut Growing<'_>| match from {
        Origin::Program => true,
        Origin::Library => growing.look_up("distutils").is_none(),
        Origin::StandardLibrary => false,
    };
    (growing.by_name.contains_key(SHIM) || (is_meant(growing) && is_installed(growing))).then_some(real)
}

/// The name that a module of `distutils` really has, for an import. The shim comes in with the first that it serves.
pub(crate) fn take(growing: &mut Growing<'_>, name: &str, importer: Importer) -> Option<String> {
    let node = importer.node.and_then(|node| growing.nodes.get(node));
    let from = node.map_or(Origin::Program, |node| node.found.origin);
    let real = real_name(growing, name, from)?;
    if !growing.by_name.contains_key(SHIM) {
        if from == Origin::Library && matches!(importer.kind, EdgeKind::Optional | EdgeKind::OptionalLazy) {
            return None;
        }
        let _ = growing.include(SHIM, Importer { kind: EdgeKind::Rule, ..importer });
    }
    Some(real)
}

/// Takes in what setuptools has of the modules that were imported before the shim was known.
pub(crate) fn follow(growing: &mut Growing<'_>) {
    let Some(&shim) = growing.by_name.get(SHIM) else { return };
    let mut names: Vec<String> = growing.by_name.keys().filter_map(|name| rules::shimmed_name(name)).collect();
    names.sort();
    let importer = Importer { node: Some(shim), line: 0, kind: EdgeKind::Rule };
    for name in names {
        growing.guess(&name, importer);
    }
}

/// Whether plain Python starts with the shim.
fn is_installed(growing: &mut Growing<'_>) -> bool {
    let folder = growing.look_up(SHIM).and_then(|found| Some(found.path.parent()?.parent()?.to_owned()));
    folder.is_some_and(|folder| folder.join("distutils-precedence.pth").is_file())
        && growing.look_up("setuptools._distutils").is_some()
}

#[cfg(test)]
mod tests {
    use crate::graph::Options;
    use crate::testing;
    use crate::walk::walk;

    const HACK: (&str, &str) = ("two/_distutils_hack/__init__.py", "");
    const LINE: (&str, &str) =
        ("two/distutils-precedence.pth", "import os; __import__('_distutils_hack').add_shim()\n");

    /// The modules for a program and a library `lib`, in an environment with setuptools and `more`.
    fn modules(main: &str, lib: &str, more: &[(&str, &str)]) -> Vec<String> {
        let mut files = vec![
            ("one/main.py", main),
            ("two/lib.py", lib),
            ("two/setuptools/__init__.py", ""),
            ("two/setuptools/_distutils/__init__.py", ""),
            ("two/setuptools/_distutils/version.py", "from distutils import log"),
            ("two/setuptools/_distutils/log.py", ""),
        ];
        files.extend(more);
        let (_folder, project) = testing::project(&files);
        let names = walk(&project, &Options::default()).unwrap().modules.into_keys();
        names.filter(|name| !matches!(name.as_str(), "__main__" | "later" | "lib" | "zipimport")).collect()
    }

    #[test]
    fn setuptools_serves_what_the_standard_library_lacks() {
        let served = ["_distutils_hack", "setuptools", "setuptools._distutils", "setuptools._distutils.log"];
        let version = [&served[..], &["setuptools._distutils.version"]].concat();
        let import = "from distutils.version import LooseVersion";
        assert_eq!(modules(import, "", &[HACK, LINE]), version);
        assert_eq!(modules("import lib", import, &[HACK, LINE]), version);
        assert_eq!(modules("from distutils import log", "", &[HACK, LINE]), served);
        let tried = format!("try:\n    {import}\nexcept ImportError:\n    pass");
        assert_eq!(modules(&tried, "", &[HACK, LINE]), version);
        assert!(modules("import lib", &tried, &[HACK, LINE]).is_empty());
        assert!(modules(import, "", &[HACK]).is_empty());
        assert!(modules(import, "", &[LINE]).is_empty());
        assert!(modules("import lib", "", &[HACK, LINE]).is_empty());
    }

    #[test]
    fn a_library_is_content_with_the_standard_one() {
        let later = ("one/later.py", "import distutils.version");
        let standard = [HACK, LINE, later, ("two/distutils/__init__.py", ""), ("two/distutils/log.py", "")];
        let import = "from distutils import log";
        assert_eq!(modules("import lib", import, &standard), ["distutils", "distutils.log"]);
        let both = modules("import lib, later", import, &standard);
        let expected = ["_distutils_hack", "distutils.log", "setuptools._distutils.log"].map(str::to_owned);
        assert!(expected.iter().all(|name| both.contains(name)), "{both:?}");
    }
}
