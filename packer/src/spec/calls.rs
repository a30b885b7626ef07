//! The calls that a `.spec` file makes, one after the other, with the values of their arguments.

use super::NotPlain;
use super::value::{Value, of_expression};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{ExceptHandler, Expr, ExprCall, Operator, Stmt, StmtFor, StmtIf};
use ruff_python_parser::parse_module;
use ruff_source_file::LineIndex;
use ruff_text_size::Ranged;
use std::collections::HashMap;
use std::path::Path;

/// What a `.spec` file can call to say how something is packed.
const OF_SPEC: [&str; 7] = ["Analysis", "PYZ", "EXE", "COLLECT", "BUNDLE", "MERGE", "Splash"];

/// What stands for leaving things out of a list of an analysis, among the calls.
pub const FILTER: &str = "filter";

/// Whether a name is one of these functions.
pub fn is_of_spec(name: &str) -> bool {
    OF_SPEC.contains(&name)
}

/// A call, or a list of an analysis that grows.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub line: u32,
    /// `Analysis`; or `a.datas` for `a.datas += …`.
    pub name: String,
    pub arguments: Vec<Value>,
    pub keywords: Vec<(String, u32, Value)>,
}

/// Goes through the file from its start to its end, as Python would.
///
/// # Errors
///
/// Where the file is no Python, or it is not plain whether a call is made.
pub fn made(text: &str, path: &Path) -> Result<Vec<Call>, NotPlain> {
    let lines = LineIndex::from_source_text(text);
    let parsed = parse_module(text).map_err(|error| NotPlain {
        line: u32::try_from(lines.line_index(error.location.start()).get()).unwrap_or(u32::MAX),
        message: format!("Syntax error: {}", error.error),
        hint: None,
    })?;
    let folder = path.parent().unwrap_or(Path::new("/")).to_string_lossy().into_owned();
    let variables = [
        ("SPECPATH", folder),
        ("SPEC", path.to_string_lossy().into_owned()),
        ("specnm", path.file_stem().unwrap_or_default().to_string_lossy().into_owned()),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), Value::Text(value)));
    let mut walk = Walk {
        text,
        lines,
        variables: variables.into(),
        imported: HashMap::new(),
        calls: Vec::new(),
        rounds: 0,
        failed: None,
    };
    walk.run(&parsed.syntax().body);
    match walk.failed {
        Some(failed) => Err(failed),
        None => Ok(walk.calls),
    }
}

/// What is known at one point of the file.
pub struct Walk<'a> {
    text: &'a str,
    lines: LineIndex,
    variables: HashMap<String, Value>,
    /// What imported names stand for, dotted.
    imported: HashMap<String, String>,
    calls: Vec<Call>,
    /// How often loops were gone through.
    rounds: usize,
    failed: Option<NotPlain>,
}

impl Walk<'_> {
    fn run(&mut self, body: &[Stmt]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        let line = self.line(statement);
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let bound = alias.asname.as_ref().map_or_else(
                        || alias.name.split('.').next().unwrap_or_default().to_owned(),
                        |name| name.to_string(),
                    );
                    let target = if alias.asname.is_some() { alias.name.to_string() } else { bound.clone() };
                    self.imported.insert(bound, target);
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map(ToString::to_string).unwrap_or_default();
                for alias in &import.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name).to_string();
                    self.imported.insert(bound, format!("{module}.{}", alias.name));
                }
            }
            Stmt::Assign(assignment) if self.filters(&assignment.targets, &assignment.value, line) => {}
            Stmt::Assign(assignment) => {
                let value = of_expression(self, &assignment.value);
                for target in &assignment.targets {
                    self.assign(target, value.clone(), line);
                }
            }
            Stmt::AnnAssign(assignment) => {
                if let Some(value) = &assignment.value {
                    let value = of_expression(self, value);
                    self.assign(&assignment.target, value, line);
                }
            }
            Stmt::AugAssign(assignment)
                if assignment.op == Operator::Sub
                    && matches!(of_expression(self, &assignment.target), Value::Part(_)) =>
            {
                self.note_filter(&assignment.target, line);
            }
            Stmt::AugAssign(assignment) => {
                let added = of_expression(self, &assignment.value);
                match (assignment.op, &*assignment.target) {
                    (Operator::Add, target) => self.add(target, added, line),
                    (_, target) => self.assign(target, Value::Unknown { line, what: "a computed value".into() }, line),
                }
            }
            Stmt::Expr(expression) => self.expression(&expression.value, line),
            Stmt::If(choice) => self.choose(choice),
            Stmt::For(repeated) => self.repeat(repeated),
            // Nothing of what is plain fails. Only an import may, and what is assigned where something failed is not plain.
            Stmt::Try(attempt) if !attempt.body.iter().any(|statement| statement.is_import_stmt()) => {
                for body in [&attempt.body, &attempt.orelse, &attempt.finalbody] {
                    self.run(body);
                }
                for ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
                    handler.body.iter().for_each(|statement| self.forget(statement));
                }
            }
            Stmt::Pass(_) => {}
            // What is done in loops, functions and the like is not plain, so what is assigned there is not either.
            other => self.forget(other),
        }
    }

    /// Whether an assignment only leaves things out of a list of an analysis: `a.binaries = [x for x in a.binaries if …]`. That list is
    /// PyInstaller's, so there is nothing to leave out of it.
    fn filters(&mut self, targets: &[Expr], value: &Expr, line: u32) -> bool {
        let [target @ Expr::Attribute(_)] = targets else { return false };
        let Value::Part(part) = of_expression(self, target) else { return false };
        let is_filter = self.leaves_out(&part, value);
        if is_filter {
            self.note_filter(target, line);
        }
        is_filter
    }

    fn note_filter(&mut self, list: &Expr, line: u32) {
        let arguments = vec![Value::Text(self.source(list))];
        self.calls.push(Call { line, name: FILTER.to_owned(), arguments, keywords: Vec::new() });
    }

    /// Whether an expression is some of the items of this list.
    fn leaves_out(&mut self, part: &str, value: &Expr) -> bool {
        let is_part = |walk: &mut Self, list: &Expr| of_expression(walk, list) == Value::Part(part.to_owned());
        match value {
            Expr::ListComp(comprehension) => match comprehension.generators.as_slice() {
                [generator] => {
                    is_part(self, &generator.iter) && self.source(&generator.target) == self.source(&comprehension.elt)
                }
                _ => false,
            },
            Expr::BinOp(difference) => difference.op == Operator::Sub && is_part(self, &difference.left),
            Expr::Call(call) => match (&*call.arguments.args, self.dotted(&call.func).as_deref()) {
                ([list], Some("TOC" | "list" | "sorted" | "set")) => self.leaves_out(part, list),
                ([_, list], Some("filter")) => is_part(self, list),
                _ => false,
            },
            _ => false,
        }
    }

    /// A statement that is an expression: a call, whose result nobody keeps.
    fn expression(&mut self, expression: &Expr, line: u32) {
        if let Expr::Call(call) = expression
            && let Expr::Attribute(method) = &*call.func
            && let [argument] = &*call.arguments.args
        {
            let value = of_expression(self, argument);
            match method.attr.as_str() {
                "append" => return self.add(&method.value, Value::List(vec![(line, value)]), line),
                "extend" => return self.add(&method.value, value, line),
                _ => {}
            }
        }
        of_expression(self, expression);
        // Any other method may change what it is called on: `hiddenimports.remove("x")`.
        if let Expr::Call(call) = expression
            && let Expr::Attribute(method) = &*call.func
        {
            let what = format!("changed by `{}`", self.source(&call.func));
            match &*method.value {
                Expr::Name(name) if self.variables.contains_key(name.id.as_str()) => {
                    self.variables.insert(name.id.to_string(), Value::Unknown { line, what });
                }
                owner @ Expr::Attribute(_) => self.assign(owner, Value::Unknown { line, what }, line),
                _ => {}
            }
        }
    }

    fn assign(&mut self, target: &Expr, value: Value, line: u32) {
        match target {
            Expr::Name(name) => {
                self.variables.insert(name.id.to_string(), value);
            }
            Expr::Tuple(ruff_python_ast::ExprTuple { elts, .. })
            | Expr::List(ruff_python_ast::ExprList { elts, .. }) => {
                let items = value.items().filter(|items| items.len() == elts.len());
                let unknown = (line, Value::Unknown { line, what: "a computed value".to_owned() });
                let items = items.map_or_else(|| vec![unknown; elts.len()], <[_]>::to_vec);
                elts.iter().zip(items).for_each(|(target, (_, item))| self.assign(target, item, line));
            }
            Expr::Attribute(_) if matches!(of_expression(self, target), Value::Part(_)) => {
                // `a.datas = a.datas + Tree("web")`
                let own = of_expression(self, target);
                if let Value::List(items) = &value
                    && let Some(at) = items.iter().position(|(_, item)| *item == own)
                {
                    let mut others = items.clone();
                    others.remove(at);
                    return self.add(target, Value::List(others), line);
                }
                let name = self.source(target);
                let hint =
                    "Leave modules out with `--exclude-module`; what else PyInstaller would find is not in it here";
                self.fail(line, format!("`{name}` is changed in a way that only running the file would tell"), hint);
            }
            _ => {}
        }
    }

    fn add(&mut self, target: &Expr, added: Value, line: u32) {
        match (target, of_expression(self, target)) {
            (Expr::Name(name), old) => {
                self.variables.insert(name.id.to_string(), old.plus(added, line));
            }
            (_, Value::Part(part)) => {
                let name = part.split_once('.').map_or(part.as_str(), |(_, name)| name).to_owned();
                self.calls.push(Call { line, name: format!("a.{name}"), arguments: vec![added], keywords: Vec::new() });
            }
            _ => {}
        }
    }

    /// A loop over a plain list: `for package in ["one", "two"]:`.
    fn repeat(&mut self, repeated: &StmtFor) {
        let mut seen = Seen::default();
        repeated.body.iter().for_each(|statement| seen.visit_stmt(statement));
        match of_expression(self, &repeated.iter) {
            Value::List(items) if !seen.jumps && repeated.orelse.is_empty() && self.may_repeat(items.len()) => {
                for (line, item) in items {
                    self.assign(&repeated.target, item, line);
                    self.run(&repeated.body);
                }
            }
            _ => self.forget(&Stmt::For(repeated.clone())),
        }
    }

    /// Whether something may be done this often, after all that was repeated before. Loops in loops have no end otherwise.
    pub fn may_repeat(&mut self, rounds: usize) -> bool {
        const MOST: usize = 10_000;
        self.rounds = self.rounds.saturating_add(rounds);
        self.rounds <= MOST
    }

    /// Does something with variables that nothing outside sees.
    pub fn within<T>(&mut self, target: &Expr, value: Value, line: u32, act: impl FnOnce(&mut Self) -> T) -> T {
        let mut seen = Seen::default();
        seen.visit_expr(target);
        let outer: Vec<_> = seen.assigned.into_iter().map(|name| (self.variables.remove(&name), name)).collect();
        self.assign(target, value, line);
        let done = act(self);
        for (value, name) in outer {
            match value {
                Some(value) => self.variables.insert(name, value),
                None => self.variables.remove(&name),
            };
        }
        done
    }

    fn choose(&mut self, choice: &StmtIf) {
        let mut condition = of_expression(self, &choice.test);
        let mut body = &choice.body;
        let mut others = choice.elif_else_clauses.iter();
        loop {
            match condition.truth() {
                Some(true) => return self.run(body),
                Some(false) => {}
                None => return self.forget(&Stmt::If(choice.clone())),
            }
            let Some(clause) = others.next() else { return };
            body = &clause.body;
            condition = clause.test.as_ref().map_or(Value::Bool(true), |test| of_expression(self, test));
        }
    }

    /// Goes over a statement of which it is not plain whether and how often it runs.
    fn forget(&mut self, statement: &Stmt) {
        let line = self.line(statement);
        let mut seen = Seen::default();
        seen.visit_stmt(statement);
        for name in seen.assigned {
            let what = "assigned where only running the file would tell".to_owned();
            self.variables.insert(name, Value::Unknown { line, what });
        }
        for target in seen.changed {
            let line = self.line(&target);
            if matches!(of_expression(self, &target), Value::Part(_)) && self.failed.is_none() {
                let name = self.source(&target);
                let hint = "Write what is added as `add-data = [\"SRC:DEST\"]` under `[tool.rpack]` in `pyproject.toml`, and give `rpack build` the script";
                self.fail(line, format!("`{name}` is changed where only running the file would tell how"), hint);
            }
        }
        for call in seen.calls {
            let line = self.line(&call);
            if let Some(name) = self.dotted(&call.func).filter(|name| is_of_spec(name)) {
                let hint = "Give the script and flags to `rpack build` instead of the `.spec` file";
                self.fail(line, format!("`{name}` is called where only running the file would tell how"), hint);
            }
        }
    }

    fn fail(&mut self, line: u32, message: String, hint: &str) {
        self.failed.get_or_insert(NotPlain { line, message, hint: Some(hint.to_owned()) });
    }

    /// Takes a call into the list and returns what stands for its result.
    pub fn note_call(&mut self, name: &str, call: &ExprCall, arguments: Vec<Value>, line: u32) -> Value {
        let mut keywords = Vec::new();
        for keyword in &call.arguments.keywords {
            let line = self.line(keyword);
            let value = of_expression(self, &keyword.value);
            match &keyword.arg {
                Some(name) => keywords.push((name.to_string(), line, value)),
                None => self.fail(line, format!("`{name}` takes `**` of something"), "Write the arguments out"),
            }
        }
        self.calls.push(Call { line, name: name.to_owned(), arguments, keywords });
        Value::Made(self.calls.len() - 1)
    }

    /// The value of a variable.
    pub fn variable(&self, name: &str, line: u32) -> Value {
        let unknown = || Value::Unknown { line, what: format!("`{name}`") };
        self.variables.get(name).cloned().unwrap_or_else(unknown)
    }

    /// The dotted name that an expression is, with what imports made of its first part.
    pub fn dotted(&self, expression: &Expr) -> Option<String> {
        match expression {
            Expr::Name(name) if self.variables.contains_key(name.id.as_str()) => None,
            Expr::Name(name) => {
                Some(self.imported.get(name.id.as_str()).cloned().unwrap_or_else(|| name.id.to_string()))
            }
            Expr::Attribute(attribute) => Some(format!("{}.{}", self.dotted(&attribute.value)?, attribute.attr)),
            _ => None,
        }
    }

    /// The one-based line on which something begins.
    pub fn line(&self, place: &impl Ranged) -> u32 {
        u32::try_from(self.lines.line_index(place.start()).get()).unwrap_or(u32::MAX)
    }

    /// The text of an expression.
    pub fn source(&self, expression: &Expr) -> String {
        self.text.get(expression.range().to_std_range()).unwrap_or_default().to_owned()
    }

    /// A path from the folder that `rpack` runs in, as Python would be.
    pub fn absolute(&self, path: &str) -> Value {
        let path = std::path::absolute(if path.is_empty() { "." } else { path }).unwrap_or_else(|_| path.into());
        Value::Text(path.to_string_lossy().into_owned())
    }
}

/// What stands in a statement, at any depth.
#[derive(Default)]
struct Seen {
    assigned: Vec<String>,
    /// Attributes to which something is added: `a.datas += …`, `a.datas.append(…)`.
    changed: Vec<Expr>,
    calls: Vec<ExprCall>,
    /// Whether something leaves a loop, or begins its next round.
    jumps: bool,
}

impl<'a> Visitor<'a> for Seen {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.jumps |= matches!(statement, Stmt::Break(_) | Stmt::Continue(_));
        if let Stmt::AugAssign(added) = statement
            && added.op == Operator::Add
            && added.target.is_attribute_expr()
        {
            self.changed.push((*added.target).clone());
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) if name.ctx.is_store() => self.assigned.push(name.id.to_string()),
            Expr::Call(call) => {
                // `hiddenimports.append(x)` in a loop.
                if let Expr::Attribute(method) = &*call.func
                    && let Expr::Name(name) = &*method.value
                {
                    self.assigned.push(name.id.to_string());
                }
                if let Expr::Attribute(method) = &*call.func
                    && method.value.is_attribute_expr()
                    && matches!(method.attr.as_str(), "append" | "extend" | "insert")
                {
                    self.changed.push((*method.value).clone());
                }
                self.calls.push(call.clone());
            }
            _ => {}
        }
        walk_expr(self, expression);
    }
}
