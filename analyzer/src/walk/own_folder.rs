mod starts;

pub(crate) use starts::is_ending;

use super::growing::{Growing, Importer};
use super::own_listing::Tests;
use super::own_sources::Asked;
use super::{data_names, follow_import, own_listing, zipped};
use crate::graph::{EdgeKind, ModuleKind, OwnFile};
use crate::name_forms::{is_dotted_name, top_of};
use crate::project::Origin;
use crate::project::program::EntryPoint;
use crate::read::code_texts;
use crate::read::outline::{Import, Outline, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What is known of the program's own folder.
#[derive(Debug, Default)]
pub(crate) struct OwnFolder {
    /// Texts of the program, and their parts between slashes.
    texts: BTreeSet<String>,
    /// Names that were looked for among them.
    pub(crate) asked: Asked,
    /// Texts that have not been looked at as names of packages.
    pub(crate) new_texts: Vec<String>,
    /// Values in the program's files of configuration that are one word each.
    configured: BTreeSet<String>,
    /// Whether some module of the program handles source files, or something shows them.
    handles_sources: bool,
    /// Whether some module of the program uses `sys.path`.
    edits_path: bool,
    /// Whether some module of the program lists files in folders.
    lists_folders: bool,
    /// Whether some module of the program uses `pytest` or `unittest`.
    runs_tests: bool,
    /// Whether some module of the program uses `doctest`.
    runs_examples: bool,
    /// Imports in examples, by the module that these stand in.
    pub(crate) examples: Vec<(usize, Import)>,
    /// Whether some module of the program uses `zipimport`.
    opens_zips: bool,
    /// Top-level modules in the zip files and eggs of the program.
    zipped: BTreeSet<String>,
    /// Whether some module of the program imports by a name that it computes.
    computes_names: bool,
    /// Files and folders that have been gone through.
    visited: BTreeSet<PathBuf>,
    /// Sources that files of data name by their paths.
    named_sources: BTreeSet<PathBuf>,
    /// Sources that lie there, in the order in which they were found.
    sources: Vec<Source>,
    /// The files that go in, by their place inside.
    files: BTreeMap<String, PathBuf>,
}

#[derive(Debug, Clone)]
struct Source {
    path: PathBuf,
    inside: String,
    /// Whether only its path leads to it: no import does, and it lies in no package.
    by_path: bool,
}

impl OwnFolder {
    /// Takes notice of what a module of the program says about files.
    pub(crate) fn note(&mut self, outline: &Outline) {
        self.handles_sources |= outline.handles_sources || outline.shows_sources || outline.lists_own_folder;
        self.lists_folders |= outline.lists_folders;
        self.edits_path |= outline.edits_path;
        for import in &outline.imports {
            if let Target::Module(name) | Target::Members { module: name, .. } = &import.target {
                self.opens_zips |= name == "zipimport";
                self.runs_examples |= name == "doctest";
                self.runs_tests |= matches!(top_of(name), "pytest" | "unittest");
                // `call_command("test", "shop")` looks for files.
                let tests = name == "django.core.management" && outline.texts.iter().any(|text| text == "test");
                self.runs_tests |= tests;
                self.handles_sources |= tests;
            }
        }
        // `pytest.main(["--doctest-modules"])`
        self.runs_examples |= self.runs_tests && outline.texts.iter().any(|text| text.starts_with("--doctest-"));
        self.computes_names |= !outline.computed_imports.is_empty();
        for text in &outline.texts {
            self.new_texts.push(text.clone());
            self.texts.insert(text.clone());
            self.texts.extend(text.split(['/', '\\']).filter(|part| !part.is_empty()).map(str::to_owned));
        }
    }

    /// Whether a text of the program is this name, or has it between slashes.
    pub(crate) fn names(&self, name: &str) -> bool {
        self.asked.note(name);
        self.texts.contains(name)
    }

    /// Takes notice of a library that shows the sources of what it is given.
    pub(crate) fn show_sources(&mut self) {
        self.handles_sources = true;
    }

    /// Adds a file that was found elsewhere.
    pub(crate) fn add_file(&mut self, inside: String, path: PathBuf) {
        self.files.insert(inside, path);
    }

    /// Whether a module of this name lies in a zip file of the program.
    pub(crate) fn has_zipped(&self, name: &str) -> bool {
        self.zipped.contains(top_of(name))
    }

    /// What was gone through, with all that lies in it.
    pub(crate) fn taken(&self) -> Vec<PathBuf> {
        self.visited.iter().cloned().collect()
    }

    /// The files that go in. Sources are modules, and files too where the program handles sources
    /// or nothing but a path leads to them.
    pub(crate) fn into_files(mut self) -> Vec<OwnFile> {
        for source in &self.sources {
            if source.by_path || self.handles_sources || self.named_sources.contains(&source.path) {
                self.files.insert(source.inside.clone(), source.path.clone());
            }
        }
        self.files.into_iter().map(|(inside, path)| OwnFile { path, inside }).collect()
    }
}

/// Adds the sources of all that the program imports from its own folder, for those who look at them.
pub(crate) fn add_sources(growing: &mut Growing<'_>) {
    if !growing.own.handles_sources {
        return;
    }
    let sources: Vec<PathBuf> = growing
        .nodes
        .iter()
        .filter(|node| node.found.origin == Origin::Program && node.found.kind == ModuleKind::Source)
        .map(|node| node.found.path.clone())
        .collect();
    for path in sources {
        if let Some(inside) = place_inside(growing, &path) {
            growing.own.files.insert(inside, path);
        }
    }
}

/// Other names of a module that is not found under its own: where the program edits `sys.path`, the
/// folders that its texts name may be on it, and the finder for folders of the bundle serves what
/// lies there under both names.
pub(crate) fn names_on_edited_path(growing: &Growing<'_>, name: &str) -> Vec<String> {
    if !growing.own.edits_path {
        return Vec::new();
    }
    let inner = |folder: &Path| -> Vec<(String, PathBuf)> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let named = entries.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())));
        let mut named: Vec<_> =
            named.filter(|(name, path)| growing.own.names(name) && is_dotted_name(name) && path.is_dir()).collect();
        named.sort();
        named
    };
    let mut names = Vec::new();
    for (first, path) in inner(&growing.project.program.root) {
        names.push(format!("{first}.{name}"));
        names.extend(inner(&path).into_iter().map(|(second, _)| format!("{first}.{second}.{name}")));
    }
    names
}

/// Takes what lies in the program's folder into the graph: all of it where the user named the
/// folder; where the user named a script, what the program imports from there and what its texts
/// name.
pub(crate) fn follow(growing: &mut Growing<'_>) {
    if growing.own.runs_examples {
        for (index, import) in std::mem::take(&mut growing.own.examples) {
            follow_import(growing, index, import);
        }
    }
    // What a file of configuration says may name a module beside it.
    let mut configured = usize::MAX;
    while configured != growing.own.configured.len() {
        configured = growing.own.configured.len();
        take_starts(growing);
    }
}

fn take_starts(growing: &mut Growing<'_>) {
    let root = growing.project.program.root.clone();
    for start in starts::starts(growing) {
        if !growing.own.visited.insert(start.clone()) {
            continue;
        }
        let tests = if growing.own.runs_tests { Tests::Run } else { Tests::Leave };
        let (texts, asked) = (growing.own.texts.clone(), growing.own.asked.clone());
        let configures = configures_library(growing, &root);
        let is_named = move |name: &str| {
            asked.note(name);
            texts.contains(name) || (configures && name == DECLARATION)
        };
        for path in own_listing::files(&start, &root, growing.left_out, tests, is_named) {
            take(growing, path);
        }
    }
}

const DECLARATION: &str = "pyproject.toml";

/// Whether the project's declaration has a table of a library in the program, which may look for it there: `[tool.kedro]`.
fn configures_library(growing: &Growing<'_>, root: &Path) -> bool {
    let declaration = fs::read_to_string(root.join(DECLARATION)).unwrap_or_default();
    let tables = declaration.lines().filter_map(|line| line.trim().strip_prefix("[tool."));
    let mut tools = tables.filter_map(|table| table.split(['.', ']']).next());
    let is_library = |node: &usize| growing.nodes.get(*node).is_some_and(|node| node.found.origin == Origin::Library);
    tools.any(|tool| growing.by_name.get(&tool.replace('-', "_")).is_some_and(is_library))
}

fn take(growing: &mut Growing<'_>, path: PathBuf) {
    let Some(inside) = place_inside(growing, &path) else { return };
    if path.extension().is_some_and(|extension| extension == "py") {
        take_source(growing, path, inside);
        return;
    }
    if is_extension_module(growing, &path) {
        return;
    }
    let importer = Importer { node: Some(0), line: 0, kind: EdgeKind::Dynamic };
    for name in data_names::names_in(&path) {
        growing.guess_reference(&name, importer);
    }
    let values = data_names::values_in(&path);
    growing.own.new_texts.extend(values.iter().cloned());
    growing.own.configured.extend(values);
    take_named_sources(growing, &path);
    if growing.own.runs_examples && is_document(&path) {
        let text = fs::read(&path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        for name in code_texts::imports_in_examples(&text) {
            growing.guess(name, importer);
        }
    }
    if (growing.own.edits_path || growing.own.opens_zips) && zipped::may_have_modules(&path) {
        let modules = zipped::follow(growing, &path);
        growing.own.zipped.extend(modules);
    }
    growing.own.files.insert(inside, path);
}

/// Takes the sources that a file of data names by their paths, from where it lies or from the root: `Library  steps/Shop.py` for Robot Framework,
/// `hooks: [hooks/names.py]` for MkDocs. Who reads that looks for files.
fn take_named_sources(growing: &mut Growing<'_>, data: &Path) {
    let root = growing.project.program.root.clone();
    let starts = data.parent().into_iter().chain([root.as_path()]);
    let named = data_names::sources_in(data);
    let paths: BTreeSet<PathBuf> = starts.flat_map(|start| named.iter().map(|name| start.join(name))).collect();
    for path in paths.into_iter().filter(|path| path.is_file()) {
        if growing.own.named_sources.insert(path.clone()) && growing.own.visited.insert(path.clone()) {
            take(growing, path);
        }
    }
}

/// Whether a file may hold examples besides its text, for `doctest.testfile`.
fn is_document(path: &Path) -> bool {
    path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| matches!(ending, "md" | "rst" | "txt"))
}

/// The place of a file below the innermost import root of the program.
fn place_inside(growing: &Growing<'_>, path: &Path) -> Option<String> {
    let program = &growing.project.program;
    let roots = program.search_path.iter().chain([&program.root]);
    let innermost = roots.filter(|root| path.starts_with(root)).max_by_key(|root| root.as_os_str().len())?;
    let parts: Option<Vec<&str>> = path.strip_prefix(innermost).ok()?.iter().map(|part| part.to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

/// A source is a module, whether or not anything names it: plugins are found by looking.
fn take_source(growing: &mut Growing<'_>, path: PathBuf, inside: String) {
    if matches!(&growing.entry, EntryPoint::Script(entry) if *entry == path) {
        growing.own.sources.push(Source { path, inside, by_path: false });
        return;
    }
    let in_package = path.parent().is_some_and(|folder| folder.join("__init__.py").is_file());
    let at_a_root = !inside.contains('/');
    let Some(name) = module_name(&inside) else {
        if growing.own.edits_path {
            let modules = zipped::follow_unpacked(growing, &inside, &path);
            growing.own.zipped.extend(modules);
        }
        growing.own.files.insert(inside, path);
        return;
    };
    let is_reached = growing.by_name.get(&name).and_then(|&node| growing.nodes.get(node));
    let is_reached = is_reached.is_some_and(|node| node.found.path == path);
    if !is_reached {
        if !in_package && is_program_of_its_own(growing, &path) {
            return;
        }
        let importer = Importer { node: None, line: 0, kind: EdgeKind::Folder };
        // Another module may stand before it on the search path; then only its path leads to it.
        if growing.look_up(&name).is_some_and(|found| found.path == path) {
            let _ = growing.include(&name, importer);
        }
    }
    growing.own.sources.push(Source { path, inside, by_path: !(is_reached || in_package || at_a_root) });
}

/// The module that a source becomes. Its name need not be an identifier: Django imports
/// `migrations.0001_initial`.
fn module_name(inside: &str) -> Option<String> {
    let stem = inside.strip_suffix(".py")?;
    let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
    (!stem.contains('.') && stem != "__init__").then(|| stem.replace('/', "."))
}

/// Whether a source that nothing reaches is a program beside this one, which is run and not
/// imported.
fn is_program_of_its_own(growing: &Growing<'_>, path: &Path) -> bool {
    let is_named = |name: Option<&std::ffi::OsStr>| {
        name.and_then(|name| name.to_str()).is_some_and(|name| growing.own.names(name))
    };
    if growing.own.computes_names || is_named(path.file_name()) || is_named(path.file_stem()) {
        return false;
    }
    starts::is_program(path)
}

/// Extension modules are collected as modules, where they are imported.
fn is_extension_module(growing: &Growing<'_>, path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let suffixes = &growing.project.interpreter.extension_suffixes;
    suffixes.iter().any(|suffix| suffix.matches('.').count() > 1 && name.ends_with(suffix.as_str()))
}

#[cfg(test)]
mod tests {
    use crate::graph::Options;
    use crate::project::program::Scope;
    use crate::testing;
    use crate::walk::walk;
    use std::fs;

    fn found(scope: Scope, files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        let (_folder, mut project) = testing::project(files);
        project.program.scope = scope;
        let graph = walk(&project, &Options::default()).unwrap();
        let modules = graph.modules.into_keys().filter(|name| name != "zipimport").collect();
        (modules, graph.own_files.into_iter().map(|file| file.inside).collect())
    }

    #[test]
    fn a_library_finds_its_table_in_the_declaration() {
        let files = |import: &'static str| {
            let declaration = "[project]\nname = 'x'\n[tool.helper.deep]\na = 1\n[tool.other]\n";
            let files = [
                ("one/main.py", import),
                ("one/pyproject.toml", declaration),
                ("two/helper.py", ""),
                ("two/lib.py", ""),
            ];
            found(Scope::Folder, &files).1
        };
        assert_eq!(files("import helper"), ["pyproject.toml"]);
        assert!(files("import lib").is_empty());
    }

    #[test]
    fn a_folder_goes_in_as_it_lies() {
        let (modules, files) = found(
            Scope::Folder,
            &[
                ("one/main.py", "import app"),
                ("one/app/__init__.py", ""),
                ("one/app/plugin.py", "import helper"),
                ("one/app/0001_first.py", ""),
                ("one/app/templates/a.html", ""),
                ("one/other.py", "if __name__ == '__main__':\n    pass"),
                ("one/settings.json", ""),
                ("two/helper.py", ""),
            ],
        );
        assert_eq!(modules, ["__main__", "app", "app.0001_first", "app.plugin", "helper"]);
        assert_eq!(files, ["app/templates/a.html", "settings.json"]);
    }

    #[test]
    fn of_a_script_goes_in_what_it_names() {
        let (modules, files) = found(
            Scope::Script,
            &[
                ("one/main.py", "import app\nopen(here / 'data/x.txt'); here.glob('*.sql'); f'{here}/{x}.css'"),
                ("one/app/__init__.py", ""),
                ("one/app/a.txt", ""),
                ("one/app/unnamed.py", ""),
                ("one/data/x.txt", ""),
                ("one/data/y.txt", ""),
                ("one/schema.sql", ""),
                ("one/other/z.txt", ""),
                ("one/other.py", ""),
                ("one/secret.txt", ""),
            ],
        );
        assert_eq!(modules, ["__main__", "app", "app.unnamed"]);
        assert_eq!(files, ["app/a.txt", "data/x.txt", "data/y.txt", "schema.sql"]);
    }

    #[test]
    fn a_module_beside_a_script_is_named_by_a_word() {
        let beside =
            [("one/settings.py", ""), ("one/conftest.py", ""), ("one/tool.py", "if __name__ == '__main__': ...")];
        let found = |main| found(Scope::Script, &[&beside[..], &[("one/main.py", main)]].concat()).0;
        assert_eq!(
            found("environ['DJANGO_SETTINGS_MODULE'] = 'settings'; 'conftest', 'tool'"),
            ["__main__", "settings"]
        );
        assert_eq!(found("'the settings'"), ["__main__"]);
        assert_eq!(found("for name in ['tool']: __import__(name)"), ["__main__", "tool"]);
        let configured = [&beside[..], &[("one/app.ini", "[a]\nplugin = settings\n")]].concat();
        let found = |main| super::tests::found(Scope::Script, &[&configured[..], &[("one/main.py", main)]].concat()).0;
        assert_eq!(found("__import__(read('app.ini'))"), ["__main__", "settings"]);
        assert_eq!(found("read('app.ini')"), ["__main__"]);
    }

    #[test]
    fn files_of_data_name_sources_by_their_paths() {
        let files = [
            ("one/main.py", "open('suite.robot')"),
            ("one/suite.robot", "Library    Steps.py\nLibrary    more/Shop.py\nLibrary    ../out.py\n"),
            ("one/Steps.py", "import helper"),
            ("one/more/Shop.py", ""),
            ("one/other.py", ""),
            ("two/helper.py", ""),
        ];
        for scope in [Scope::Script, Scope::Folder] {
            let (modules, files) = found(scope, &files);
            assert!(modules.contains(&"helper".to_owned()));
            assert_eq!(files, ["Steps.py", "more/Shop.py", "suite.robot"]);
        }
    }

    #[test]
    fn computed_names_of_files_are_patterns() {
        let main = "open(here / f'{x}.txt'), f'text_{language}.dat', f'{x}.log', os.path.join(here, '%s.bin' % x)";
        let names = ["a.txt", "text_de.dat", "b.log", "c.bin", "d.bak"].map(|name| format!("one/{name}"));
        let mut files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
        files.push(("one/main.py", main));
        assert_eq!(found(Scope::Script, &files).1, ["a.txt", "c.bin", "text_de.dat"]);
    }

    #[test]
    fn endings_choose_where_a_folder_is_listed() {
        let data = [("one/a.sql", ""), ("one/b.txt", ""), ("one/c.py", "")];
        let found = |main| found(Scope::Script, &[&data[..], &[("one/main.py", main)]].concat()).1;
        assert_eq!(found("[x for x in here.iterdir() if x.suffix == '.sql']"), ["a.sql"]);
        assert!(found("x.suffix == '.sql'").is_empty());
    }

    #[test]
    fn hidden_files_go_in_that_are_named() {
        let data = [("one/.rc", ""), ("one/.other", ""), ("one/.config/a.ini", ""), ("one/.git/config", "")];
        for scope in [Scope::Script, Scope::Folder] {
            let main = "open(here / '.rc'); open(here / '.config/a.ini'); skipped = ['.git']";
            assert_eq!(found(scope, &[&data[..], &[("one/main.py", main)]].concat()).1, [".config/a.ini", ".rc"]);
        }
    }

    #[test]
    fn what_modules_in_a_zip_file_import_goes_in() {
        let folder = |main: &str| {
            let (folder, project) = testing::project(&[
                ("one/main.py", main),
                ("two/colorsys.py", ""),
                ("two/wave.py", ""),
                ("two/other.py", ""),
            ]);
            fs::write(folder.path().join("one/libs.zip"), include_bytes!("../finder/zip_file/three_files.zip"))
                .unwrap();
            let graph = walk(&project, &Options::default()).unwrap();
            (graph.modules.into_keys().filter(|name| name.len() > 3).collect::<Vec<_>>(), graph.missing.len())
        };
        let main = "import sys\nsys.path.append(here('libs.zip'))\nimport one, p";
        assert_eq!(folder(main), (["__main__", "colorsys", "wave", "zipimport"].map(str::to_owned).to_vec(), 0));
        let (modules, missing) = folder("import one, p; here('libs.zip')");
        assert_eq!((modules.len(), missing), (2, 2));
    }

    #[test]
    fn words_are_modules_of_the_standard_library_for_who_imports_what_it_computes() {
        let (modules, _) = found(
            Scope::Script,
            &[
                ("one/main.py", "for x in 'json asyncio'.split(): __import__(x)\nprint('the typing')"),
                ("two/json.py", ""),
                ("two/asyncio.py", ""),
                ("two/typing.py", ""),
            ],
        );
        assert_eq!(modules, ["__main__", "asyncio", "json"]);
    }

    #[test]
    fn who_shows_sources_has_them_as_files() {
        let module = ("one/rules.py", "");
        for main in [
            "import rules, inspect\ninspect.getsource(rules)",
            "import rules\nopen(__file__)",
            "import rules, lib",
            "import rules, traceback\ntraceback.format_exc()",
            "import rules\nframe.f_globals['__loader__'].get_source('rules')",
            "import rules\nclass Loader(SourceFileLoader):\n    def source_to_code(self, data, path): ...",
        ] {
            let files = [("one/main.py", main), module, ("two/lib.py", "import inspect\ninspect.getsource(x)")];
            assert_eq!(found(Scope::Script, &files).1, ["main.py", "rules.py"], "{main}");
        }
        assert!(found(Scope::Script, &[("one/main.py", "import rules"), module]).1.is_empty());
    }

    #[test]
    fn who_lists_its_own_folder_finds_its_sources() {
        let module = ("one/parts/a.py", "");
        let initializer = ("one/parts/__init__.py", "");
        for (main, lists) in [
            ("os.listdir(Path(__file__).parent / 'parts')", true),
            ("from importlib import resources\nresources.files('parts').iterdir()", true),
            ("Path(__file__).parent.glob('*')", true),
            ("Path(__file__).parent.glob('*.txt')", false),
            ("os.listdir('parts')", false),
        ] {
            let (_, files) = found(Scope::Folder, &[("one/main.py", main), module, initializer]);
            assert_eq!(!files.is_empty(), lists, "{main}");
        }
    }

    #[test]
    fn examples_import_where_they_are_run() {
        let library = [("two/in_text.py", ""), ("two/in_guide.py", ""), ("one/guide.rst", ">>> import in_guide\n")];
        let text = "\"\"\"\n    >>> import in_text; in_text.x\n\"\"\"";
        let found = |main: &str| found(Scope::Folder, &[&library[..], &[("one/main.py", main)]].concat()).0;
        assert_eq!(found(&format!("{text}\nimport doctest")), ["__main__", "in_guide", "in_text"]);
        assert_eq!(found(text), ["__main__"]);
        let by_pytest = |argument: &str| found(&format!("{text}\nimport pytest\npytest.main(['{argument}'])"));
        assert_eq!(by_pytest("--doctest-modules"), ["__main__", "in_guide", "in_text"]);
        assert_eq!(by_pytest("-q"), ["__main__"]);
    }

    #[test]
    fn folders_are_searched_that_a_program_puts_on_its_path() {
        let vendored = [("one/vendor/v/__init__.py", ""), ("one/vendor/v/w.py", ""), ("one/deep/er/x.py", "")];
        let main = "import sys\nsys.path.insert(0, here('vendor'))\nsys.path.append(here('deep', 'er'))\n";
        fn with<'a>(vendored: &[(&'a str, &'a str)], main: &'a str) -> Vec<(&'a str, &'a str)> {
            [vendored, &[("one/main.py", main)]].concat()
        }
        let found_there = format!("{main}from v import w\nimport x");
        let (modules, _) = found(Scope::Script, &with(&vendored, &found_there));
        assert_eq!(modules, ["__main__", "deep", "deep.er", "deep.er.x", "sys", "vendor", "vendor.v", "vendor.v.w"]);
        for (main, certain) in [("import v", true), (&format!("{main}import absent"), false)] {
            let (_folder, project) = testing::project(&with(&vendored, main));
            assert_eq!(walk(&project, &Options::default()).unwrap().missing[0].certain, certain);
        }
    }

    #[test]
    fn sources_are_files_where_the_program_handles_sources() {
        let plugin = ("one/plugins/late.py", "import helper");
        let files = [("one/main.py", "for path in here.glob('plugins/*.py'): ..."), plugin, ("two/helper.py", "")];
        let (modules, files) = found(Scope::Folder, &files);
        assert_eq!(modules, ["__main__", "helper", "plugins", "plugins.late"]);
        assert_eq!(files, ["main.py", "plugins/late.py"]);
        // In a folder that is no package nothing but a path need lead to it.
        let (_, files) = found(Scope::Folder, &[("one/main.py", ""), plugin]);
        assert_eq!(files, ["plugins/late.py"]);
    }

    #[test]
    fn configuration_names_modules() {
        let (modules, _) = found(
            Scope::Folder,
            &[
                ("one/main.py", ""),
                ("one/log.yaml", "handlers:\n  x:\n    class: lib.handlers.Special\n    address: example.org\n"),
                ("two/lib/__init__.py", ""),
                ("two/lib/handlers.py", ""),
            ],
        );
        assert_eq!(modules, ["__main__", "lib", "lib.handlers"]);
    }
}
