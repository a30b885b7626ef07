mod bindings;
mod calls;
mod commands;
mod decorators;
mod guards;
mod importers;
mod links;
mod texts;

use self::commands::Commands;
use self::importers::{Callable, Importers};
use self::texts::{Listing, Use};
use super::condition::{Conditions, Role};
use super::dynamic;
use super::outline::{Identity, Outline, Target, absolute, start};
use crate::graph::EdgeKind;
use crate::name_forms::top_of;
use crate::project::Origin;
use crate::project::interpreter::Interpreter;
use crate::rules;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Expr, ExprContext, ExprList, ExprTuple, InterpolatedStringElement, Operator, Stmt, StmtFunctionDef, StmtIf,
    StmtImport, StmtImportFrom,
};
use ruff_text_size::TextSize;
use std::collections::BTreeSet;

/// What stands in the body of a module, with offsets for lines.
#[derive(Default)]
pub(crate) struct Extracted {
    /// What goes into the outline as it is.
    pub(crate) outline: Outline,
    pub(crate) imports: Vec<Located>,
    /// Imports in functions and classes that few programs use, with the name of the function or
    /// class.
    pub(crate) dormant: Vec<(String, Vec<Located>)>,
    pub(crate) computed_imports: Vec<TextSize>,
    pub(crate) attribute_uses: Vec<(String, TextSize)>,
    pub(crate) asks_files: bool,
    /// Functions that compare the attribute `name` of something.
    pub(crate) compares_names: BTreeSet<String>,
    pub(crate) parses: bool,
    /// Whether it asks where modules lie of which the names are not known.
    pub(crate) looks_for_any: bool,
    /// `spec.origin`
    pub(crate) names_origin: bool,
    pub(crate) commands: Commands,
    /// Modules that an interpreter is started with, if one is.
    pub(crate) runs: Vec<Located>,
    pub(crate) importers: Importers,
    /// Modules that examples in its texts import.
    pub(crate) examples: Vec<Located>,
    /// Texts that name modules if the module imports what is asked for.
    pub(crate) library_texts: Vec<Located>,
    /// The one module around this one that a literal names, which is a table if something takes the place of the module.
    lone: Vec<String>,
    takes_own_place: bool,
    /// Whether it lists folders without saying what it looks for.
    pub(crate) lists_all: bool,
    pub(crate) names_own_file: bool,
    /// Whether it has a pattern for names of sources.
    pub(crate) matches_sources: bool,
}

/// An import and where it stands.
pub(crate) struct Located {
    pub(crate) target: Target,
    pub(crate) offset: TextSize,
    pub(crate) kind: EdgeKind,
    /// The function that it stands in, without those inside of it.
    pub(crate) within: Option<String>,
    /// Whether it stands in a branch there.
    pub(crate) in_branch: bool,
    /// Modules in whose place it is: where all of them are there, it does not happen.
    pub(crate) substitute_for: Vec<String>,
}

/// Collects the imports of a module, leaving out what cannot run on the target: branches that
/// `condition.rs` decides, and what follows a `raise` or `return` inside a branch that is taken.
pub(crate) fn extract(body: &[Stmt], identity: Identity<'_>, interpreter: &Interpreter) -> Extracted {
    let mut extractor = Extractor {
        identity,
        conditions: Conditions::new(interpreter, identity.role),
        surroundings: Surroundings::default(),
        function: None,
        callable: None,
        substitute_for: Vec::new(),
        listing: Listing::default(),
        result: Extracted::default(),
    };
    extractor.block(body);
    extractor.finish_listing();
    let mut result = extractor.result;
    if let Some((package, submodules)) = identity.surroundings.packages.first()
        && package == identity.name
    {
        result.outline.shadowed = bindings::shadowed(body, package, submodules);
    }
    if result.takes_own_place {
        result.outline.has_module_getattr = true;
        result.outline.tables.append(&mut result.lone);
    }
    result
}

struct Extractor<'a> {
    identity: Identity<'a>,
    conditions: Conditions<'a>,
    surroundings: Surroundings,
    /// The outermost function around.
    function: Option<&'a str>,
    /// The innermost function around.
    callable: Option<Callable<'a>>,
    /// Modules in whose place the imports here are.
    substitute_for: Vec<String>,
    /// How the innermost function looks for files.
    listing: Listing,
    result: Extracted,
}

/// What stands around a statement, as far as it decides whether a failing import matters.
#[derive(Debug, Clone, Copy, Default)]
struct Surroundings {
    in_function: bool,
    in_branch: bool,
    /// Inside `try` with a handler that catches `ImportError`, or inside that handler.
    guarded: bool,
}

/// Whether the statement after this one can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Continues,
    Stops,
}

impl<'a> Extractor<'a> {
    fn kind(&self) -> EdgeKind {
        match self.surroundings {
            Surroundings { guarded: true, in_function: true, .. } => EdgeKind::OptionalLazy,
            Surroundings { guarded: true, .. } => EdgeKind::Optional,
            Surroundings { in_function: true, .. } => EdgeKind::Lazy,
            Surroundings { in_branch: true, .. } => EdgeKind::Conditional,
            _ => EdgeKind::TopLevel,
        }
    }

    fn add(&mut self, target: Target, offset: TextSize, kind: EdgeKind) {
        let located = self.located(target, offset, kind);
        self.result.imports.push(located);
    }

    fn located(&self, target: Target, offset: TextSize, kind: EdgeKind) -> Located {
        let within = self.function.map(str::to_owned);
        let in_branch = self.surroundings.in_branch;
        Located { target, offset, kind, within, in_branch, substitute_for: self.substitute_for.clone() }
    }

    /// Walks statements in different surroundings.
    fn within(&mut self, change: impl FnOnce(&mut Surroundings), body: &'a [Stmt]) -> Flow {
        let outside = self.surroundings;
        change(&mut self.surroundings);
        let flow = self.block(body);
        self.surroundings = outside;
        flow
    }

    fn block(&mut self, body: &'a [Stmt]) -> Flow {
        for statement in body {
            if self.statement(statement) == Flow::Stops {
                return Flow::Stops;
            }
        }
        Flow::Continues
    }

    fn statement(&mut self, statement: &'a Stmt) -> Flow {
        match statement {
            Stmt::Import(import) => self.import(import),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::If(statement) => return self.branches(statement),
            Stmt::Try(statement) => return self.attempt(statement),
            Stmt::With(statement) => self.context(statement),
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => {
                if class.type_params.is_some() {
                    self.needs_typing(start(class));
                }
                self.decorators(class.name.as_str(), &class.decorator_list);
                if let Some(arguments) = &class.arguments {
                    self.visit_arguments(arguments);
                }
                self.conditions.forget(class.name.as_str());
                self.perhaps_dormant(class.name.as_str(), |extractor| {
                    extractor.block(&class.body);
                });
            }
            Stmt::TypeAlias(alias) => {
                self.needs_typing(start(alias));
                visitor::walk_stmt(self, statement);
            }
            Stmt::For(statement) => {
                self.visit_expr(&statement.iter);
                self.visit_expr(&statement.target);
                self.within(|around| around.in_branch = true, &statement.body);
                self.within(|around| around.in_branch = true, &statement.orelse);
            }
            Stmt::While(statement) => {
                self.visit_expr(&statement.test);
                match self.conditions.truth(&statement.test) {
                    Some(true) => {
                        self.block(&statement.body);
                    }
                    Some(false) => {
                        self.block(&statement.orelse);
                    }
                    None => {
                        self.within(|around| around.in_branch = true, &statement.body);
                        self.within(|around| around.in_branch = true, &statement.orelse);
                    }
                }
            }
            Stmt::Match(statement) => {
                self.visit_expr(&statement.subject);
                for case in &statement.cases {
                    if let Some(guard) = &case.guard {
                        self.visit_expr(guard);
                    }
                    self.within(|around| around.in_branch = true, &case.body);
                }
            }
            Stmt::Assert(assertion) => {
                visitor::walk_stmt(self, statement);
                if self.conditions.truth(&assertion.test) == Some(false) {
                    return Flow::Stops;
                }
            }
            Stmt::Assign(assignment) => {
                self.note_chosen_name(&assignment.value);
                self.visit_expr(&assignment.value);
                if let [Expr::Name(name)] = &*assignment.targets {
                    let start = dynamic::start_of(&assignment.value, &self.conditions, self.identity);
                    self.conditions.note_start(name.id.as_str(), start);
                }
                self.result.outline.makes_modules |=
                    assignment.targets.iter().any(|target| dynamic::is_other_module(target, &self.conditions));
                self.result.takes_own_place |=
                    assignment.targets.iter().any(|target| dynamic::is_own_module(target, &self.conditions));
                match &*assignment.targets {
                    [Expr::Name(name)] if !self.surroundings.in_function => {
                        self.conditions.assign(name.id.as_str(), &assignment.value);
                        self.exports(name.id.as_str(), &assignment.value);
                        self.setting(name.id.as_str(), &assignment.value);
                    }
                    targets => targets.iter().for_each(|target| self.visit_expr(target)),
                }
            }
            Stmt::AnnAssign(assignment) => {
                visitor::walk_stmt(self, statement);
                if let (Expr::Name(name), Some(value)) = (&*assignment.target, &assignment.value) {
                    let start = dynamic::start_of(value, &self.conditions, self.identity);
                    self.conditions.note_start(name.id.as_str(), start);
                    self.exports(name.id.as_str(), value);
                }
            }
            Stmt::AugAssign(assignment) => {
                visitor::walk_stmt(self, statement);
                if let Expr::Name(name) = &*assignment.target {
                    self.exports(name.id.as_str(), &assignment.value);
                    self.setting(name.id.as_str(), &assignment.value);
                }
            }
            Stmt::Expr(expression) => {
                // A text that stands by itself is documentation, and no configuration of anything.
                match &*expression.value {
                    Expr::StringLiteral(text) if self.identity.origin != Origin::StandardLibrary => {
                        self.text(text.value.to_str(), start(text));
                    }
                    value => self.visit_expr(value),
                }
                if let Expr::Call(call) = &*expression.value
                    && let Some(function) = self.conditions.dotted(&call.func)
                {
                    if matches!(function.as_str(), "__all__.extend" | "__all__.append")
                        && let [argument] = &*call.arguments.args
                    {
                        self.exports("__all__", argument);
                    }
                    if let Some((name, "append" | "extend" | "insert")) = function.split_once('.')
                        && let Some(argument) = call.arguments.args.last()
                    {
                        self.part_of_setting(name, argument);
                    }
                    if matches!(function.as_str(), "sys.exit" | "os._exit") {
                        return Flow::Stops;
                    }
                }
            }
            Stmt::Return(_) | Stmt::Raise(_) | Stmt::Break(_) | Stmt::Continue(_) => {
                visitor::walk_stmt(self, statement);
                return Flow::Stops;
            }
            _ => visitor::walk_stmt(self, statement),
        }
        Flow::Continues
    }

    fn import(&mut self, import: &'a StmtImport) {
        for alias in &import.names {
            let name = alias.name.as_str();
            // PEP 810: a lazy import fails when the name is used.
            let kind = if import.is_lazy { EdgeKind::Lazy } else { self.kind() };
            self.add(Target::Module(name.to_owned()), start(alias), kind);
            let top = top_of(name);
            if self.identity.origin == Origin::Program {
                self.result.outline.words.extend(name.split('.').skip(1).map(str::to_owned));
            }
            match &alias.asname {
                Some(local) => self.conditions.bind(local.as_str(), name.to_owned()),
                None => self.conditions.bind(top, top.to_owned()),
            }
        }
    }

    fn import_from(&mut self, import: &'a StmtImportFrom) {
        let module = import.module.as_ref().map_or("", |module| module.as_str());
        let module = absolute(self.identity.package, import.level, module);
        let kind = if import.is_lazy { EdgeKind::Lazy } else { self.kind() };
        if import.names.iter().any(|alias| alias.name.as_str() == "*") {
            self.add(Target::Star(module), start(import), kind);
            return;
        }
        if self.identity.origin == Origin::Program {
            // `from sqlalchemy.ext.asyncio import AsyncSession` says which part of a library is used.
            let parts = module.split('.').skip(1).chain(import.names.iter().map(|alias| alias.name.as_str()));
            self.result.outline.words.extend(parts.map(str::to_owned));
        }
        let mut names = Vec::with_capacity(import.names.len());
        for alias in &import.names {
            let name = alias.name.as_str();
            names.push(name.to_owned());
            let local = alias.asname.as_ref().map_or(name, |local| local.as_str());
            self.conditions.bind(local, format!("{module}.{name}"));
        }
        self.add(Target::Members { module, names }, start(import), kind);
    }

    fn branches(&mut self, statement: &'a StmtIf) -> Flow {
        let clauses = std::iter::once((Some(&*statement.test), &statement.body[..]))
            .chain(statement.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &clause.body[..])));
        let mut undecided_before = false;
        let mut every_branch_stops = true;
        for (test, body) in clauses {
            let truth = match test {
                Some(test) => {
                    self.note_chosen_name(test);
                    self.visit_expr(test);
                    self.conditions.truth(test)
                }
                None => Some(true),
            };
            if truth == Some(false) {
                continue;
            }
            let certain = truth == Some(true) && !undecided_before;
            let flow = if certain { self.block(body) } else { self.within(|around| around.in_branch = true, body) };
            every_branch_stops &= flow == Flow::Stops;
            if truth == Some(true) {
                return if every_branch_stops { Flow::Stops } else { Flow::Continues };
            }
            undecided_before = true;
        }
        Flow::Continues
    }

    fn function(&mut self, function: &'a StmtFunctionDef) {
        self.decorators(function.name.as_str(), &function.decorator_list);
        if function.type_params.is_some() {
            self.needs_typing(start(function));
        }
        self.visit_parameters(&function.parameters);
        if let Some(returns) = &function.returns {
            self.visit_annotation(returns);
        }
        let name = function.name.as_str();
        self.conditions.forget(name);
        if name == "__getattr__" && !self.surroundings.in_function {
            self.result.outline.has_module_getattr = true;
        }
        // A loader that compiles sources its own way.
        self.result.outline.shows_sources |=
            name == "source_to_code" && self.identity.origin != Origin::StandardLibrary;
        let body = |around: &mut Surroundings| {
            *around = Surroundings { in_function: true, in_branch: false, guarded: false };
        };
        let outside = (self.function, std::mem::take(&mut self.listing));
        self.function = outside.0.or(Some(name));
        let callable = self.callable.replace(Callable::new(function));
        self.perhaps_dormant(name, |extractor| {
            extractor.within(body, &function.body);
        });
        self.finish_listing();
        (self.function, self.listing) = outside;
        self.callable = callable;
    }

    /// Walks the body of a function or class, and sets its imports aside if few programs use it.
    fn perhaps_dormant(&mut self, name: &str, walk: impl FnOnce(&mut Self)) {
        let is_dormant = self.identity.origin == Origin::StandardLibrary
            && self.identity.role == Role::Imported
            && !self.surroundings.in_function
            && rules::is_dormant(self.identity.name, name);
        if !is_dormant {
            return walk(self);
        }
        let outside = std::mem::take(&mut self.result.imports);
        walk(self);
        let inside = std::mem::replace(&mut self.result.imports, outside);
        if !inside.is_empty() {
            self.result.dormant.push((name.to_owned(), inside));
        }
    }

    /// PEP 695: type parameters and type aliases are made by `_typing`, whose C code imports
    /// `typing` by name.
    fn needs_typing(&mut self, offset: TextSize) {
        self.add(Target::Module("typing".to_owned()), offset, EdgeKind::Rule);
    }

    fn exports(&mut self, name: &str, value: &'a Expr) {
        if name != "__all__" {
            return;
        }
        match value {
            Expr::StringLiteral(text) => self.result.outline.exports.push(text.value.to_str().to_owned()),
            Expr::List(list) => list.elts.iter().for_each(|item| self.exports(name, item)),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|item| self.exports(name, item)),
            Expr::BinOp(sum) => {
                self.exports(name, &sum.left);
                self.exports(name, &sum.right);
            }
            _ => {}
        }
    }
}

impl<'a> Visitor<'a> for Extractor<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.statement(statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Call(call) => {
                if self.identity.origin == Origin::Program {
                    self.note_pattern(expression, Use::Unknown);
                    let names = call.arguments.keywords.iter().filter_map(|keyword| keyword.arg.as_ref());
                    self.result.outline.words.extend(names.map(|name| name.as_str().to_owned()));
                }
                self.result.outline.executes |= matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "exec");
                self.note_files(call);
                self.note_named_call(call);
                self.note_given_package(call);
                self.note_same_files(call);
                self.note_command(&call.arguments.args);
                call.arguments.keywords.iter().for_each(|keyword| self.note_sibling(&keyword.value));
                self.call(call);
                visitor::walk_expr(self, expression);
            }
            Expr::Compare(comparison) => {
                self.note_count_of_names(comparison);
                visitor::walk_expr(self, expression);
            }
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.visit_parameters(parameters);
                }
                let outside = self.surroundings;
                self.surroundings = Surroundings { in_function: true, in_branch: false, guarded: false };
                self.visit_expr(&lambda.body);
                self.surroundings = outside;
            }
            Expr::If(choice) => self.choice(choice),
            Expr::BoolOp(operation) => self.chain(operation),
            Expr::Name(name) => {
                if matches!(name.ctx, ExprContext::Store | ExprContext::Del) {
                    self.conditions.forget(name.id.as_str());
                    // `__getattr__, __dir__, __all__ = lazy_loader.attach(...)`.
                    self.result.outline.has_module_getattr |=
                        name.id.as_str() == "__getattr__" && !self.surroundings.in_function;
                    if name.id.as_str() == "__path__" {
                        self.result.outline.edits_import_system = true;
                    }
                }
                self.listing.names_own_file |= matches!(name.id.as_str(), "__file__" | "__path__");
            }
            Expr::Attribute(attribute) => {
                if self.identity.origin == Origin::Program {
                    self.result.outline.words.insert(attribute.attr.as_str().to_owned());
                    self.result.names_origin |= attribute.attr.as_str() == "origin";
                }
                if let Some(dotted) = self.conditions.dotted(expression) {
                    self.result.commands.names_executable |= dotted == "sys.executable";
                    self.result.outline.knows_source_names |= dotted == "importlib.machinery.SOURCE_SUFFIXES";
                    self.result.commands.names_arguments |= dotted == "sys.argv";
                    let extends_own_path =
                        matches!(dotted.as_str(), "__path__.append" | "__path__.extend" | "__path__.insert");
                    self.result.outline.shares_own_path |= extends_own_path;
                    let finders = ["sys.meta_path", "sys.path_hooks"];
                    let edited = dotted.strip_suffix(".append").or_else(|| dotted.strip_suffix(".insert"));
                    self.result.outline.adds_finders |= edited.is_some_and(|list| finders.contains(&list));
                    self.result.outline.edits_import_system |= extends_own_path
                        || self.result.outline.adds_finders
                        || dotted == "sys.modules"
                        || finders.contains(&dotted.as_str());
                    self.result.outline.edits_path |= dotted.starts_with("sys.path.") || dotted == "site.addsitedir";
                    if let Some(package) = dotted.strip_suffix(".__all__").filter(|_| self.surroundings.in_function)
                        && self.conditions.starts_with_import(&attribute.value)
                    {
                        // Who asks at run time what a package offers imports it by name: `distutils.command.__all__`.
                        self.add(Target::Star(package.to_owned()), start(expression), EdgeKind::OptionalLazy);
                    }
                    let counts =
                        self.identity.origin != Origin::StandardLibrary || rules::may_wake(attribute.attr.as_str());
                    if counts && self.conditions.starts_with_import(&attribute.value) {
                        self.note_parts(&dotted);
                        self.result.attribute_uses.push((dotted, start(expression)));
                        // The parts of this name say nothing more.
                        return;
                    }
                }
                visitor::walk_expr(self, expression);
            }
            Expr::StringLiteral(text) if self.identity.origin != Origin::StandardLibrary => {
                self.text(text.value.to_str(), start(expression));
                self.configuration(text.value.to_str(), start(expression));
            }
            Expr::List(_) | Expr::Tuple(_) | Expr::Set(_) | Expr::Dict(_) => {
                if let Expr::List(ExprList { elts, .. }) | Expr::Tuple(ExprTuple { elts, .. }) = expression {
                    self.note_command(elts);
                }
                self.table(expression);
                visitor::walk_expr(self, expression);
            }
            Expr::FString(text) => {
                self.note_pattern(expression, Use::Unknown);
                self.formatted_configuration(text);
                for (position, element) in text.value.elements().enumerate() {
                    if let InterpolatedStringElement::Literal(literal) = element {
                        self.note_text(&literal.value);
                        self.note_command_line(&literal.value, start(expression));
                        if position == 0 {
                            self.reference(&format!("{}{{", literal.value), start(expression));
                        }
                    }
                }
                visitor::walk_expr(self, expression);
            }
            Expr::BinOp(operation) => {
                if self.identity.origin == Origin::Program {
                    self.note_pattern(expression, Use::Unknown);
                    if operation.op == Operator::Div {
                        self.note_pattern(&operation.right, Use::Path);
                    }
                }
                if operation.op == Operator::Div
                    && let Expr::StringLiteral(name) = &*operation.right
                {
                    self.note_own_folder(&operation.left, 0, name.value.to_str());
                }
                visitor::walk_expr(self, expression);
            }
            _ => visitor::walk_expr(self, expression),
        }
    }
}

#[cfg(test)]
mod tests;
