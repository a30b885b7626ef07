//! Sources of libraries that are read as files: a library that looks for a file finds no module.

use crate::dynamic::is_source_name;
use crate::graph::ModuleKind;
use crate::growing::Growing;
use crate::outline::Outline;
use crate::project::Origin;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// Which sources of a package are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sources {
    /// `__init__.py`: whether a folder is a package.
    Initializers,
    /// All of them.
    All,
}

/// Takes notice of the sources that a module reads: those of a package that it gives to
/// `importlib.resources`, the initializers that it looks for (`"*/__init__.py"`), and files
/// beside it that its texts name (`"config.py"`).
pub(crate) fn note(growing: &mut Growing<'_>, index: usize, outline: &Outline) {
    let Some(node) = growing.nodes.get(index).filter(|node| node.found.origin == Origin::Library) else { return };
    let (name, path) = (node.name.clone(), node.found.path.clone());
    let is_package = node.found.submodule_path.is_some();
    if outline.shows_sources {
        growing.own.show_sources();
    }
    if outline.shows_sources && outline.executes {
        // It makes functions anew from their sources, its own ones too, as sanic does.
        let top = name.split('.').next().unwrap_or_default().to_owned();
        growing.read_packages.insert(top, Sources::All);
    }
    for package in &outline.read_packages {
        // A whole library is named to read its data, a package inside of it for what it holds.
        if package.contains('.') {
            growing.read_packages.insert(package.clone(), Sources::All);
        }
    }
    for text in &outline.source_texts {
        if text.ends_with("*/__init__.py") {
            let top = name.split('.').next().unwrap_or_default().to_owned();
            growing.read_packages.entry(top).or_insert(Sources::Initializers);
        }
    }
    let named: Vec<glob::Pattern> = outline
        .source_texts
        .iter()
        .filter(|text| {
            !text.contains(['/', '\\']) && !matches!(text.as_str(), "__init__.py" | "setup.py" | "*.py" | ".py")
        })
        // `"config-{}.py".format(version)`
        .filter_map(|text| glob::Pattern::new(&text.replace("{}", "*").replace("%s", "*")).ok())
        .collect();
    if named.is_empty() {
        return;
    }
    let package = if is_package { name.as_str() } else { name.rsplit_once('.').map_or("", |(package, _)| package) };
    let Some(folder) = path.parent() else { return };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let file = entry.file_name();
        let Some(file) = file.to_str().filter(|file| is_source_name(file) && *file != "__init__.py") else { continue };
        if named.iter().any(|pattern| pattern.matches(file)) && !package.is_empty() {
            growing.own.add_file(format!("{}/{file}", package.replace('.', "/")), entry.path());
        }
    }
}

/// Adds the sources of modules that are decorated by something that looks at them: `typeguard`
/// compiles what it decorates anew.
fn add_decorated(growing: &mut Growing<'_>) {
    let top = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let outlines = || growing.nodes.iter().filter_map(|node| Some((node, node.outline.as_ref()?)));
    let showing: BTreeSet<(String, &str)> = outlines()
        .flat_map(|(node, outline)| outline.defines.iter().map(move |name| (top(&node.name), name.as_str())))
        .collect();
    let is_showing = |(library, name): &(String, String)| showing.contains(&(library.clone(), name.as_str()));
    let decorated: Vec<(String, PathBuf)> = outlines()
        .filter(|(node, outline)| node.found.kind == ModuleKind::Source && outline.decorators.iter().any(is_showing))
        .map(|(node, _)| (place(&node.name, node.found.submodule_path.is_some()), node.found.path.clone()))
        .collect();
    for (inside, path) in decorated {
        growing.own.add_file(inside, path);
    }
}

/// Where the source of a module goes.
fn place(name: &str, is_package: bool) -> String {
    let folder = name.replace('.', "/");
    if is_package { format!("{folder}/__init__.py") } else { format!("{folder}.py") }
}

/// Adds the sources of the packages that are read, as files.
pub(crate) fn add_files(growing: &mut Growing<'_>) {
    add_decorated(growing);
    let read = std::mem::take(&mut growing.read_packages);
    // Who asks of a file which module it is looks for the initializers above it.
    let above = |package: &str| -> Vec<String> {
        package.match_indices('.').filter_map(|(end, _)| package.get(..end)).map(str::to_owned).collect()
    };
    for package in read.iter().filter(|(_, sources)| **sources == Sources::All).flat_map(|(package, _)| above(package))
    {
        let node = growing.by_name.get(&package).and_then(|&node| growing.nodes.get(node));
        if let Some(node) = node.filter(|node| node.found.kind == ModuleKind::Source) {
            growing.own.add_file(place(&package, true), node.found.path.clone());
        }
    }
    for (package, sources) in read {
        let below = format!("{package}.");
        for node in &growing.nodes {
            let is_read = node.name == package || node.name.starts_with(&below);
            let is_initializer = node.found.submodule_path.is_some();
            if !is_read || node.found.kind != ModuleKind::Source || !(is_initializer || sources == Sources::All) {
                continue;
            }
            let inside = place(&node.name, is_initializer);
            growing.own.add_file(inside, node.found.path.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::Options;
    use crate::testing;
    use crate::walk::walk;

    fn files(initializer: &str) -> Vec<String> {
        let (_folder, project) = testing::project(&[
            ("one/main.py", "import p.q.a"),
            ("two/p/__init__.py", initializer),
            ("two/p/config-3.py", ""),
            ("two/p/kernel.cu", ""),
            ("two/p/q/__init__.py", ""),
            ("two/p/q/a.py", ""),
        ]);
        walk(&project, &Options::default()).unwrap().own_files.into_iter().map(|file| file.inside).collect()
    }

    #[test]
    fn sources_go_in_that_a_decorator_looks_at() {
        let decorated = |name: &str| {
            let lib = format!("import guard\n@guard.{name}\nclass A: ...");
            let (_folder, project) = testing::project(&[
                ("one/main.py", "import lib"),
                ("two/lib.py", &lib),
                ("two/guard/__init__.py", "from ._check import checked"),
                ("two/guard/_check.py", "import inspect\ndef checked(f):\n    return inspect.getsource(f)"),
            ]);
            let files = walk(&project, &Options::default()).unwrap().own_files;
            files.into_iter().map(|file| file.inside).filter(|file| file == "lib.py").count()
        };
        assert_eq!(decorated("checked"), 1);
        assert_eq!(decorated("other(1)"), 0);
    }

    #[test]
    fn who_makes_functions_anew_has_its_sources() {
        let all = ["main.py", "p/__init__.py", "p/q/__init__.py", "p/q/a.py"];
        assert_eq!(files("import inspect\ndef f(x):\n    exec(inspect.getsource(x))"), all);
        assert!(files("def f(x):\n    exec(x)").is_empty());
    }

    #[test]
    fn sources_that_a_library_reads_are_files() {
        let reads = "from importlib import resources\nresources.files('p.q')";
        assert_eq!(files(reads), ["p/__init__.py", "p/q/__init__.py", "p/q/a.py"]);
        assert_eq!(files("path.glob('*/__init__.py')"), ["p/__init__.py", "p/q/__init__.py"]);
        assert_eq!(files("load('config-{}.py'.format(3))"), ["p/config-3.py"]);
        assert_eq!(files("(HERE / 'kernel.cu').read_text()"), ["p/kernel.cu"]);
        assert!(files("'setup.py', 'absent.py', '*.py'").is_empty());
    }
}
