//! What the texts in a module name: modules, packages, groups of entry points, files.

use super::Extractor;
use crate::graph::EdgeKind;
use crate::name_forms;
use crate::name_forms::top_of;
use crate::project::Origin;
use crate::read::outline::{Target, absolute, start};
use crate::read::{code_texts, configuration_texts, dynamic};
use ruff_python_ast::{CmpOp, Expr, ExprCall, ExprFString, InterpolatedStringElement};
use ruff_text_size::TextSize;
use std::collections::BTreeSet;

impl<'a> Extractor<'a> {
    /// What a text names, wherever it stands.
    pub(super) fn text(&mut self, text: &str, offset: TextSize) {
        self.note_text(text);
        self.note_run(text, offset);
        self.reference(text, offset);
    }

    /// A text that is configuration is a literal in another language: its words say what those of a dictionary say.
    pub(super) fn configuration(&mut self, text: &str, offset: TextSize) {
        if self.identity.origin != Origin::Program {
            return;
        }
        let words = configuration_texts::words_in(text);
        for word in &words {
            self.note_text(word);
            self.reference(word, offset);
        }
        self.table_of(&words.iter().map(String::as_str).collect::<Vec<_>>(), offset);
    }

    /// The same of a text into which values are put, of which nothing is known.
    pub(super) fn formatted_configuration(&mut self, text: &ExprFString) {
        let parts = text.value.elements().map(|element| match element {
            InterpolatedStringElement::Literal(literal) => &*literal.value,
            InterpolatedStringElement::Interpolation(_) => "{}",
        });
        self.configuration(&parts.collect::<String>(), start(text));
    }

    /// A text that refers to a module, to what lies in a package, or to a group of entry points.
    pub(super) fn reference(&mut self, text: &str, offset: TextSize) {
        if self.identity.origin == Origin::StandardLibrary {
            return;
        }
        if self.identity.surroundings.groups.contains(text) {
            self.add(Target::Group(text.to_owned()), offset, EdgeKind::EntryPoint);
        }
        for name in code_texts::imports_in(text, self.identity.origin) {
            self.add(Target::Code(name.to_owned()), offset, EdgeKind::Lazy);
        }
        if self.identity.origin == Origin::Program {
            for name in code_texts::imports_in_examples(text) {
                let located = self.located(Target::Code(name.to_owned()), offset, EdgeKind::Lazy);
                self.result.examples.push(located);
            }
        }
        // A library names modules of its own; the configuration of a program names any.
        let identity = self.identity;
        let may_name = |name: &str| identity.origin == Origin::Program || top_of(name) == top_of(identity.name);
        if self.identity.origin == Origin::Library
            && let Some(name) = name_forms::referred_name(text).filter(|name| !may_name(name))
        {
            let located = self.located(Target::Standard(name.to_owned()), offset, EdgeKind::Dynamic);
            self.result.library_texts.push(located);
            self.add(Target::Required(name.to_owned()), offset, EdgeKind::Dynamic);
        }
        let target = if let Some(name) = name_forms::referred_name(text).filter(|name| may_name(name)) {
            Target::Package(name.to_owned())
        } else if let Some((package, last)) = name_forms::referred_package(text).filter(|(name, _)| may_name(name)) {
            Target::Submodules(package.to_owned(), last.to_owned())
        } else if let Some((package, last)) = name_forms::own_start(text, self.identity.name) {
            let target = Target::Submodules(package.to_owned(), last.to_owned());
            let located = self.located(target, offset, EdgeKind::Dynamic);
            self.result.library_texts.push(located);
            return;
        } else if let Some((level, name)) = name_forms::relative_name(text)
            && !self.identity.package.is_empty()
        {
            let name = absolute(self.identity.package, level, name);
            let located = self.located(Target::Guess(name), offset, EdgeKind::Dynamic);
            self.result.library_texts.push(located);
            return;
        } else {
            return;
        };
        self.add(target, offset, EdgeKind::Dynamic);
    }

    /// Notes a function that looks for something by its name: `if entry_point.name == backend`. Where that is one of several conditions,
    /// all may be taken.
    pub(super) fn note_chosen_name(&mut self, test: &Expr) {
        let Expr::Compare(comparison) = test else { return };
        let is_name = |side: &Expr| matches!(side, Expr::Attribute(attribute) if attribute.attr.as_str() == "name");
        let mut sides = comparison.comparators.iter().chain([&*comparison.left]);
        if *comparison.ops == [CmpOp::Eq]
            && sides.any(is_name)
            && let Some(function) = self.function
        {
            self.result.compares_names.insert(function.to_owned());
        }
    }

    /// Notes the names of modules around this one that stand together in a literal: a table of
    /// plugins, the names that a package imports when they are asked for.
    pub(super) fn table(&mut self, expression: &'a Expr) {
        let mut words = Vec::new();
        dynamic::collect_words(expression, &mut words);
        self.table_of(&words, start(expression));
    }

    fn table_of(&mut self, words: &[&str], offset: TextSize) {
        const FEWEST: usize = 2;
        let is_program = self.identity.origin == Origin::Program;
        if self.identity.surroundings.packages.is_empty() && !is_program {
            return;
        }
        for (package, submodules) in &self.identity.surroundings.packages {
            let is_module = |word: &&&str| submodules.contains(top_of(word));
            let named: BTreeSet<&str> = words.iter().filter(is_module).copied().collect();
            let tables = if named.len() >= FEWEST { &mut self.result.outline.tables } else { &mut self.result.lone };
            tables.extend(named.into_iter().map(|name| format!("{package}.{name}")));
        }
        // `INSTALLED_APPS = ["django.contrib.admin", "rest_framework"]`
        if is_program && words.iter().any(|word| name_forms::referred_name(word).is_some()) {
            for word in words.iter().filter(|word| !word.contains('.') && name_forms::is_dotted_name(word)) {
                self.add(Target::Package((*word).to_owned()), offset, EdgeKind::Dynamic);
            }
        }
        if self.identity.package.is_empty() {
            return;
        }
        // Relative names in a table are names of modules wherever they are made use of.
        for (level, name) in words.iter().filter_map(|word| name_forms::relative_name(word)) {
            let name = absolute(self.identity.package, level, name);
            self.add(Target::Guess(name), offset, EdgeKind::Dynamic);
        }
    }

    /// The words in a list that is a setting of the program may be packages: `INSTALLED_APPS += ["debug_toolbar"]`.
    pub(super) fn setting(&mut self, name: &str, value: &'a Expr) {
        match value {
            Expr::BinOp(sum) => {
                self.setting(name, &sum.left);
                self.setting(name, &sum.right);
            }
            Expr::List(_) | Expr::Tuple(_) => self.part_of_setting(name, value),
            // A text by itself is a value like any other.
            _ => {}
        }
    }

    /// The same of what is added to such a list: `INSTALLED_APPS.append("debug_toolbar")`.
    pub(super) fn part_of_setting(&mut self, name: &str, value: &'a Expr) {
        let is_setting = name.bytes().all(|byte| byte == b'_' || byte.is_ascii_uppercase());
        if self.identity.origin != Origin::Program || !is_setting {
            return;
        }
        let mut words = Vec::new();
        dynamic::collect_words(value, &mut words);
        for word in words.into_iter().filter(|word| !word.contains('.') && name_forms::is_dotted_name(word)) {
            self.add(Target::Package(word.to_owned()), start(value), EdgeKind::Dynamic);
        }
    }

    /// Keeps the words in a dotted name of the program: `msgspec.yaml.decode` says `yaml` too.
    pub(super) fn note_parts(&mut self, dotted: &str) {
        if self.identity.origin == Origin::Program {
            self.result.outline.words.extend(dotted.split('.').skip(1).map(str::to_owned));
        }
    }

    /// Keeps a text of the program that may name a file beside it.
    pub(super) fn note_text(&mut self, text: &str) {
        const LONGEST: usize = 200;
        if self.identity.origin == Origin::Program && !text.is_empty() && text.len() <= LONGEST && !text.contains('\n')
        {
            self.result.outline.handles_sources |= text.ends_with(".py");
            self.result.outline.texts.push(text.to_owned());
        }
        if self.identity.origin != Origin::StandardLibrary
            && let Some(start) = name_forms::name_start(text)
        {
            self.result.outline.name_starts.insert(start.to_owned());
        }
        // `re.compile(r"^(?P<name>[a-z]+)(\.py)?$")`
        if self.identity.origin == Origin::Library && text.contains("\\.py") {
            self.listing.sees_sources = true;
            self.result.matches_sources = true;
        }
        let is_of_sources = name_forms::is_source_name(text) || name_forms::is_folder_of_libraries(text);
        if self.identity.origin == Origin::Library && text.len() <= LONGEST && is_of_sources {
            self.listing.sees_sources |= text.ends_with(".py");
            self.result.outline.source_texts.push(text.to_owned());
        }
    }

    /// Takes notice of what a call says of files: names of them, folders, that it lists one.
    pub(super) fn note_files(&mut self, call: &'a ExprCall) {
        let name = match &*call.func {
            Expr::Attribute(method) => Some(method.attr.as_str()),
            // `from os import listdir`
            function @ Expr::Name(_) if self.conditions.starts_with_import(function) => match function {
                Expr::Name(name) => Some(name.id.as_str()),
                _ => None,
            },
            _ => None,
        };
        if let Some(name) = name {
            let matches_names = matches!(name, "glob" | "iglob" | "rglob");
            let is_of_files = self.conditions.dotted(&call.func).as_deref() != Some("ast.walk");
            let lists = matches!(name, "listdir" | "scandir" | "walk" | "iterdir") && is_of_files;
            self.listing.lists |= lists || matches_names;
            let is_for_all =
                |pattern: &Expr| matches!(pattern, Expr::StringLiteral(text) if text.value.to_str().ends_with('*'));
            self.result.lists_all |= lists || (matches_names && call.arguments.args.first().is_some_and(is_for_all));
        }
        // `register_plugins(linter, __path__[0])`
        if call.arguments.args.iter().any(|argument| self.conditions.is_own_path(argument))
            && self.conditions.dotted(&call.func).is_some_and(|function| !function.starts_with("pkgutil."))
        {
            self.result.outline.shares_own_path = true;
        }
        // `pkg_resources_path("nikola", "plugins")`
        if self.identity.origin == Origin::Library
            && let [package, name] = &*call.arguments.args
            && let (Some(package), Some(name)) = (self.conditions.text(package), self.conditions.text(name))
            && let Some((own, submodules)) = self.identity.surroundings.packages.iter().find(|(own, _)| own == package)
            && submodules.contains(name)
        {
            self.result.outline.own_folders.push(format!("{own}.{name}"));
        }
        if names_a_path(&call.func) {
            if self.identity.origin == Origin::Program {
                call.arguments.args.iter().for_each(|path| self.note_pattern(path, Use::Path));
            }
            if let [folder, between @ .., last] = &*call.arguments.args
                && let Some(last) = self.conditions.text(last).map(str::to_owned)
            {
                // `os.path.join(os.path.dirname(__file__), "..", "module_utils")`
                let is_up = |part: &&Expr| matches!(part, Expr::StringLiteral(text) if text.value.to_str() == "..");
                self.note_own_folder(folder, between.iter().filter(is_up).count(), &last);
            }
        }
    }

    /// `Path(__file__).parent / "models"`: a package beside the module, as a folder, or beside one of the packages above.
    pub(super) fn note_own_folder(&mut self, folder: &Expr, up: usize, name: &str) {
        if self.identity.origin == Origin::Library
            && let Some((package, submodules)) = self.identity.surroundings.packages.get(up)
            && submodules.contains(name)
            && self.conditions.is_from_own_file(folder)
        {
            self.result.outline.own_folders.push(format!("{package}.{name}"));
        }
    }

    /// A text that is given to a function by a keyword and is the name of a module beside this one:
    /// `lex(lextab="unit_lextab")`, or of something in one: `add_a_reader(path="xlsxr.XLSXBook")`. A single word says too little.
    pub(super) fn note_sibling(&mut self, argument: &Expr) {
        if let Expr::StringLiteral(text) = argument
            && self.identity.origin == Origin::Library
            && let Some((package, submodules)) = self.identity.surroundings.packages.first()
            && let text = text.value.to_str()
            && let Some((first, _)) = text.split_once('.')
            && submodules.contains(first)
            && name_forms::is_dotted_name(text)
        {
            self.add(Target::Guess(format!("{package}.{text}")), start(argument), EdgeKind::Dynamic);
        }
        if let Expr::StringLiteral(text) = argument
            && self.identity.origin == Origin::Library
            && let Some((package, submodules)) = self.identity.surroundings.packages.first()
            && let text = text.value.to_str()
            && text.trim_matches('_').contains('_')
            && submodules.contains(text)
        {
            self.add(Target::Guess(format!("{package}.{text}")), start(argument), EdgeKind::Dynamic);
            // Tables that parsers are made from are looked for as files too.
            self.result.outline.source_texts.push(format!("{text}.py"));
        }
    }

    /// What a function, or the module outside of functions, lists: sources beside it, as a plugin
    /// system does, or sources somewhere.
    pub(super) fn finish_listing(&mut self) {
        let Listing { lists, sees_sources, names_own_file, imports_computed } = std::mem::take(&mut self.listing);
        self.result.outline.lists_folders |= lists;
        self.result.names_own_file |= names_own_file;
        // `__import__(max(names_in(os.listdir(os.path.dirname(__file__)))), level=1)`, of `lupa`; or `import_module(item)` for all that
        // lies in a folder which another module of the library names, of `glances`.
        self.result.matches_sources |= lists && imports_computed && self.identity.origin == Origin::Library;
        if lists && (sees_sources || imports_computed) && names_own_file && !self.identity.package.is_empty() {
            self.result.outline.own_folders.push(self.identity.package.to_owned());
        }
    }

    /// Keeps a pattern for names of files, which a computed text of the program is.
    pub(super) fn note_pattern(&mut self, expression: &Expr, from: Use) {
        if self.identity.origin != Origin::StandardLibrary
            && let Some(pattern) = dynamic::pattern(expression)
            && (from == Use::Path || dynamic::is_telling(&pattern))
        {
            self.note_text(&pattern);
        }
    }
}

/// What a computed text is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Unknown,
    Path,
}

/// What is seen in one function of how it looks for files.
#[derive(Debug, Default)]
pub(super) struct Listing {
    lists: bool,
    sees_sources: bool,
    pub(super) names_own_file: bool,
    pub(super) imports_computed: bool,
}

/// Whether a function takes paths: `os.path.join`, `Path`, `folder.joinpath`, `open`.
fn names_a_path(function: &Expr) -> bool {
    let name = match function {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return false,
    };
    matches!(name, "join" | "joinpath" | "open" | "Path" | "with_name")
}
