//! Functions that import what they are given, and calls with names that they may be given: `inject("socketserver", ...)`.

use super::Extractor;
use crate::graph::EdgeKind;
use crate::name_forms;
use crate::name_forms::top_of;
use crate::project::Origin;
use crate::read::outline::{Target, start};
use ruff_python_ast::{Expr, ExprCall, StmtFunctionDef};
use ruff_text_size::TextSize;
use std::collections::BTreeSet;

/// What a module says of such functions.
#[derive(Debug, Default)]
pub(crate) struct Importers {
    /// Functions that import what their first argument names.
    functions: BTreeSet<String>,
    /// Functions that give their first argument to another one.
    passes: BTreeSet<(String, String)>,
    /// The imports of what the function around is given, and the function.
    pub(crate) given: Vec<(String, TextSize)>,
    /// The function, the name that it is given, and where. The program's calls with what is computed have an empty name.
    pub(crate) calls: Vec<(String, String, TextSize)>,
}

impl Importers {
    /// The functions that import what they are given, if only through another one.
    pub(crate) fn functions(&self) -> BTreeSet<String> {
        let mut functions = self.functions.clone();
        loop {
            let through = self.passes.iter().filter(|(from, to)| functions.contains(to) && !functions.contains(from));
            let through: Vec<String> = through.map(|(from, _)| from.clone()).collect();
            if through.is_empty() {
                return functions;
            }
            functions.extend(through);
        }
    }
}

/// A function, and the name of its first argument.
pub(super) struct Callable<'a> {
    name: &'a str,
    first: Option<&'a str>,
}

impl<'a> Callable<'a> {
    pub(super) fn new(function: &'a StmtFunctionDef) -> Self {
        let parameters = &function.parameters;
        let mut names = parameters.posonlyargs.iter().chain(&parameters.args).map(|one| one.parameter.name.as_str());
        let first = names.find(|name| !matches!(*name, "self" | "cls"));
        Callable { name: function.name.as_str(), first }
    }
}

impl<'a> Extractor<'a> {
    /// Takes notice of a call that imports what is computed: of an argument of the function around, perhaps.
    pub(super) fn note_importer(&mut self, call: &ExprCall) {
        if let Some(function) = self.given_on(call) {
            self.result.importers.functions.insert(function.to_owned());
            self.result.importers.given.push((function.to_owned(), start(call)));
        }
    }

    /// Takes notice of a call that gives a name to a function, which may import it.
    pub(super) fn note_named_call(&mut self, call: &'a ExprCall) {
        if self.identity.origin == Origin::StandardLibrary {
            return;
        }
        let Some(called) = last_name(&call.func).filter(|name| !is_common(name)) else { return };
        if let Some(function) = self.given_on(call) {
            self.result.importers.passes.insert((function.to_owned(), called.to_owned()));
            return;
        }
        let Some(argument) = call.arguments.args.first() else { return };
        let Some(name) = self.conditions.text(argument) else {
            if self.identity.origin == Origin::Program {
                self.result.importers.calls.push((called.to_owned(), String::new(), start(call)));
            }
            return;
        };
        let top = top_of(name);
        let is_near = || top_of(self.identity.name) == top || self.conditions.is_standard(top);
        if name_forms::is_dotted_name(name) && (self.identity.origin == Origin::Program || is_near()) {
            let function = self.conditions.dotted(&call.func).unwrap_or_else(|| called.to_owned());
            self.result.importers.calls.push((function, name.to_owned(), start(call)));
        }
    }

    /// Takes notice of a package that is given to a function which may list what lies in it: by a keyword that says so, or as the start of
    /// the names that `pkgutil` is to make.
    pub(super) fn note_given_package(&mut self, call: &'a ExprCall) {
        if self.identity.origin == Origin::StandardLibrary {
            return;
        }
        let Some(function) = self.conditions.dotted(&call.func) else { return };
        let by_keyword = call.arguments.keywords.iter().filter_map(|keyword| {
            let says_so = keyword.arg.as_ref()?.as_str().contains("package");
            self.conditions.text(&keyword.value).filter(|_| says_so)
        });
        let mut packages: Vec<String> = by_keyword.map(str::to_owned).collect();
        if matches!(function.as_str(), "pkgutil.walk_packages" | "pkgutil.iter_modules") {
            let prefix = call.arguments.find_argument_value("prefix", 1).and_then(|start| self.conditions.text(start));
            packages = prefix.and_then(|start| start.strip_suffix('.')).map(str::to_owned).into_iter().collect();
        }
        for package in packages.into_iter().filter(|package| name_forms::is_dotted_name(package)) {
            let target = Target::Listed { package, function: function.clone() };
            self.add(target, start(call), EdgeKind::Dynamic);
        }
    }

    /// The function around, if the first argument of this call is its own first one.
    fn given_on(&self, call: &ExprCall) -> Option<&'a str> {
        let callable = self.callable.as_ref()?;
        let Expr::Name(given) = call.arguments.args.first()? else { return None };
        (callable.first == Some(given.id.as_str())).then_some(callable.name)
    }
}

fn last_name(function: &Expr) -> Option<&str> {
    match function {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

/// Whether a function is one of those that are called with words everywhere.
fn is_common(name: &str) -> bool {
    const SHORTEST: usize = 4;
    name.len() < SHORTEST
        || matches!(
            name,
            "__init__"
                | "append"
                | "count"
                | "decode"
                | "encode"
                | "endswith"
                | "extend"
                | "find"
                | "format"
                | "getattr"
                | "hasattr"
                | "index"
                | "insert"
                | "isinstance"
                | "join"
                | "open"
                | "print"
                | "remove"
                | "replace"
                | "setattr"
                | "setdefault"
                | "split"
                | "startswith"
                | "strip"
                | "update"
                | "write"
        )
}
