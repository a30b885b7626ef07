//! Programs that are an application which was installed: all that they do is to call the function behind one of its commands.
//!
//! Such a program gets work that nobody has seen when it is packed: configuration that names modules of the application, and code of
//! its user's that imports them. So all modules of the application go in, as they do where its own folder is packed.

use super::growing::{Growing, Importer};
use crate::graph::EdgeKind;
use crate::name_forms::{is_dotted_name, top_of};
use crate::project::Origin;
use crate::project::distribution::{Distribution, scripts};
use crate::read::code_texts;
use crate::read::outline::{Outline, Target};
use crate::rules;
use std::fs;
use std::path::Path;

/// Includes what belongs to the application that the program is, if it is one. The program must have been followed to its end.
pub(crate) fn follow(growing: &mut Growing<'_>) {
    if std::mem::replace(&mut growing.knows_application, true) {
        return;
    }
    let Some(owner) = application(growing) else { return };
    let Some(distribution) = growing.owners.distribution(owner) else { return };
    let importer = Importer { node: Some(0), line: 0, kind: EdgeKind::Dynamic };
    for file in &distribution.files {
        let below = growing.project.search_path.iter().filter_map(|folder| file.strip_prefix(folder).ok());
        let Some(inside) = below.min_by_key(|inside| inside.as_os_str().len()).map(Path::to_owned) else { continue };
        match module_name(&inside).filter(|_| is_in_packages(file, &inside)) {
            Some(name) if !rules::is_for_tests(&name) => growing.guess(&name, importer),
            Some(_) => {}
            None => follow_template(growing, owner, file, importer),
        }
    }
}

/// The distribution that the program only starts.
fn application(growing: &mut Growing<'_>) -> Option<usize> {
    if growing.nodes.iter().filter(|node| node.found.origin == Origin::Program).count() != 1 {
        return None;
    }
    let entry: Outline = postcard::from_bytes(growing.own_outlines.get(&0)?).ok()?;
    let mut started = None;
    for import in entry.imports {
        let (module, names) = match import.target {
            Target::Module(module) => (module, Vec::new()),
            Target::Members { module, names } => (module, names),
            Target::Star(_) => return None,
            _ => continue,
        };
        let found = growing.look_up(&module)?;
        if found.origin == Origin::StandardLibrary {
            continue;
        }
        let owner = growing.owners.of_file(&found.path)?;
        if *started.get_or_insert(owner) != owner {
            return None;
        }
        let is_script = |distribution: &Distribution| {
            let scripts = scripts(distribution);
            names.iter().any(|name| scripts.iter().any(|script| script.0 == module && top_of(&script.1) == name))
        };
        if !growing.owners.distribution(owner).is_some_and(is_script) {
            return None;
        }
    }
    started
}

/// The module that a file is by its place.
fn module_name(inside: &Path) -> Option<String> {
    let text = inside.to_str()?;
    let stem = match text.strip_suffix(".py") {
        Some(stem) => stem,
        None => text.strip_suffix(".so").map(|stem| stem.split('.').next().unwrap_or(stem))?,
    };
    let name = stem.strip_suffix("/__init__").unwrap_or(stem).replace('/', ".");
    (is_dotted_name(&name) && !name.ends_with("__main__")).then_some(name)
}

/// Whether all folders below a package around a file are packages too. Those in the template of a project are not.
fn is_in_packages(file: &Path, inside: &Path) -> bool {
    let depth = inside.components().count();
    let folders = file.ancestors().skip(1).take(depth.saturating_sub(1));
    let packages: Vec<bool> = folders.map(|folder| folder.join("__init__.py").exists()).collect();
    // From the innermost folder outwards: once one is a package, none inside of it may be something else.
    !packages.windows(2).any(|pair| !pair[0] && pair[1])
}

/// Includes what a source imports that the application writes for its user.
fn follow_template(growing: &mut Growing<'_>, owner: usize, file: &Path, importer: Importer) {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let is_source = name.ends_with(".py") || [".py.", ".py-", ".py_"].iter().any(|part| name.contains(part));
    if !is_source {
        return;
    }
    let Ok(source) = fs::read_to_string(file) else { return };
    for name in code_texts::imports_in(&source, Origin::Program) {
        let Some(found) = growing.look_up(name) else { continue };
        let project = growing.project;
        let is_needed = match found.origin {
            Origin::StandardLibrary => true,
            Origin::Program => false,
            Origin::Library => {
                let to = growing.owners.of_file(&found.path);
                to.is_some_and(|to| to == owner || growing.wanted.requires(project, owner, to))
            }
        };
        if is_needed {
            growing.guess(name, importer);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::Options;
    use crate::testing;
    use crate::walk::walk;

    /// What goes in of a library with a command, besides the module of the command.
    fn found(main: &str, beside: &str) -> Vec<String> {
        let record = "app/__init__.py,,\napp/cli.py,,\napp/extra/__init__.py,,\napp/extra/a.py,,\napp/tests/__init__.py,,\n\
                      app/template/env.py,,\napp/template/settings.py-tpl,,\napp/__main__.py,,\n";
        let (_folder, project) = testing::project(&[
            ("one/main.py", main),
            ("one/beside.py", beside),
            ("two/app/__init__.py", ""),
            ("two/app/__main__.py", ""),
            ("two/app/cli.py", "def main(): ..."),
            ("two/app/extra/__init__.py", ""),
            ("two/app/extra/a.py", ""),
            ("two/app/tests/__init__.py", ""),
            ("two/app/template/env.py", "import app.extra.a\nfrom needed import x"),
            ("two/app/template/settings.py-tpl", "{{ x }}\nimport b"),
            ("two/app-1.dist-info/METADATA", "Name: app\nVersion: 1\nRequires-Dist: needed\n"),
            ("two/app-1.dist-info/RECORD", record),
            ("two/app-1.dist-info/entry_points.txt", "[console_scripts]\napp = app.cli:main\n"),
            ("two/needed.py", ""),
            ("two/needed-1.dist-info/METADATA", "Name: needed\nVersion: 1\n"),
            ("two/needed-1.dist-info/RECORD", "needed.py,,\n"),
            ("two/b.py", ""),
        ]);
        let names = walk(&project, &Options::default()).unwrap().modules.into_keys();
        let of_library =
            names.filter(|name| !matches!(name.as_str(), "app" | "app.cli" | "__main__" | "sys" | "zipimport"));
        of_library.collect()
    }

    #[test]
    fn all_of_an_application_goes_in() {
        let all = ["app.extra", "app.extra.a", "needed"];
        assert_eq!(found("import sys\nfrom app.cli import main\nsys.exit(main())", ""), all);
    }

    #[test]
    fn a_program_that_uses_a_library_is_no_application() {
        assert!(found("from app.cli import other\nother()", "").is_empty());
        assert!(found("from app.cli import main\nimport b\nmain()", "").iter().all(|name| name == "b"));
        assert_eq!(found("import beside\nfrom app.cli import main\nmain()", "import b"), ["b", "beside"]);
    }
}
