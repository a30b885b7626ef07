//! What an expression of a `.spec` file stands for, as far as that is plain: literals, lists and their sums, variables, paths
//! that `os.path` and `pathlib` join, and the `collect_…` functions of PyInstaller that are flags too.

use super::calls::Walk;
use ruff_python_ast::{
    BoolOp, CmpOp, Expr, ExprBoolOp, ExprCall, ExprCompare, ExprDict, ExprFString, ExprIf, ExprListComp, ExprSubscript,
    ExprUnaryOp, Number, Operator, UnaryOp,
};
use serde_json::Value as Json;
use std::path::Path;

/// How long lists and texts may become. Sums of sums grow without end otherwise.
const LONGEST: usize = 1 << 20;

/// The environment variables, dotted.
const ENVIRONMENT: &str = "os.environ";

/// What an expression stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    None,
    Bool(bool),
    Number(i64),
    Text(String),
    /// A list or a tuple, each item with its line.
    List(Vec<(u32, Value)>),
    /// A dictionary.
    Mapping(Vec<(Value, Value)>),
    /// What a function of `PyInstaller.utils.hooks` would collect of a package.
    Collected(Collected, String),
    /// `Tree(root, prefix, excludes)`.
    Tree {
        root: String,
        prefix: String,
        excludes: Vec<String>,
    },
    /// What the call of this number made.
    Made(usize),
    /// A list of an analysis: `a.datas`.
    Part(String),
    /// Only running the file would tell.
    Unknown {
        line: u32,
        what: String,
    },
}

/// What is collected of a package or a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collected {
    Data,
    Libraries,
    Submodules,
    Metadata,
    MetadataWithRequired,
}

impl Value {
    /// The items of a list. A single value is no list.
    pub fn items(&self) -> Option<&[(u32, Value)]> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// Whether Python takes the value as false.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::None | Value::Bool(false) | Value::Number(0) => true,
            Value::Text(text) => text.is_empty(),
            Value::Mapping(items) => items.is_empty(),
            Value::List(items) => items.is_empty(),
            _ => false,
        }
    }

    /// What Python takes it for in a condition, if that is known.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            Value::None | Value::Number(_) | Value::Text(_) => Some(!self.is_empty()),
            Value::Made(_) => Some(true),
            _ => None,
        }
    }

    /// Whether it is a list in the tables of contents that PyInstaller's objects hold.
    fn is_table(&self) -> bool {
        matches!(self, Value::List(_) | Value::Part(_) | Value::Tree { .. })
    }

    /// What it is in JSON, for hooks; `None` where something in it is not plain.
    pub fn to_json(&self) -> Option<Json> {
        match self {
            Value::None => Some(Json::Null),
            Value::Bool(value) => Some(Json::from(*value)),
            Value::Number(value) => Some(Json::from(*value)),
            Value::Text(text) => Some(Json::from(text.as_str())),
            Value::List(items) => items.iter().map(|(_, item)| item.to_json()).collect(),
            Value::Mapping(items) => {
                let entry = |(key, value): &(Value, Value)| match key {
                    Value::Text(key) => Some((key.clone(), value.to_json()?)),
                    _ => None,
                };
                items.iter().map(entry).collect::<Option<_>>().map(Json::Object)
            }
            _ => None,
        }
    }

    /// The sum of two values.
    pub fn plus(self, other: Value, line: u32) -> Value {
        match (self, other) {
            (Value::Text(one), Value::Text(other)) if one.len() + other.len() <= LONGEST => Value::Text(one + &other),
            (Value::List(mut items), Value::List(others)) if items.len() + others.len() <= LONGEST => {
                items.extend(others);
                Value::List(items)
            }
            (unknown @ Value::Unknown { .. }, _) | (_, unknown @ Value::Unknown { .. }) => unknown,
            (Value::List(_), Value::List(_)) => Value::Unknown { line, what: "a list without end".to_owned() },
            // `a.datas + Tree("web")`
            (one, other) if one.is_table() && other.is_table() => {
                let items = |value| if let Value::List(items) = value { items } else { vec![(line, value)] };
                Value::List(items(one)).plus(Value::List(items(other)), line)
            }
            _ => Value::Unknown { line, what: "a sum".to_owned() },
        }
    }
}

/// Evaluates an expression where it is plain.
pub fn of_expression(walk: &mut Walk<'_>, expression: &Expr) -> Value {
    let line = walk.line(expression);
    let unknown = |what: &str| Value::Unknown { line, what: what.to_owned() };
    match expression {
        Expr::NoneLiteral(_) => Value::None,
        Expr::BooleanLiteral(literal) => Value::Bool(literal.value),
        Expr::StringLiteral(literal) => Value::Text(literal.value.to_str().to_owned()),
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(number) => number.as_i64().map_or_else(|| unknown("a number"), Value::Number),
            _ => unknown("a number"),
        },
        Expr::List(list) => items(walk, &list.elts),
        Expr::Tuple(tuple) => items(walk, &tuple.elts),
        Expr::Dict(dictionary) => mapping(walk, dictionary, line),
        Expr::ListComp(comprehension) => comprehended(walk, comprehension, line),
        Expr::FString(text) => formatted(walk, text, line),
        Expr::Name(name) => walk.variable(&name.id, line),
        Expr::BinOp(operation) => {
            let (left, right) = (of_expression(walk, &operation.left), of_expression(walk, &operation.right));
            match (operation.op, &left, &right) {
                (Operator::Add, ..) => left.plus(right, line),
                (Operator::Div, Value::Text(left), Value::Text(right)) => joined(&[left, right]),
                _ => unknown("a computed value"),
            }
        }
        Expr::UnaryOp(operation) => operated(walk, operation).unwrap_or_else(|| unknown("a computed value")),
        Expr::BoolOp(operation) => decided(walk, operation).unwrap_or_else(|| unknown("a condition")),
        Expr::Compare(operation) => comparison(walk, operation).unwrap_or_else(|| unknown("a condition")),
        Expr::If(choice) => chosen(walk, choice).unwrap_or_else(|| unknown("a condition")),
        Expr::Subscript(subscript) => item(walk, subscript, line),
        Expr::Attribute(attribute) => {
            attribute_value(walk, expression, attribute.attr.as_str(), &attribute.value, line)
        }
        Expr::Call(call) => call_value(walk, call, line),
        _ => unknown("a computed value"),
    }
}

/// Kept apart from the others, because what `of_expression` needs for itself it needs for each level of what nests deep.
fn operated(walk: &mut Walk<'_>, operation: &ExprUnaryOp) -> Option<Value> {
    match (operation.op, of_expression(walk, &operation.operand)) {
        (UnaryOp::Not, value) => value.truth().map(|truth| Value::Bool(!truth)),
        (UnaryOp::USub, Value::Number(value)) => Some(Value::Number(-value)),
        _ => None,
    }
}

/// The first operand that decides, as Python has it.
fn decided(walk: &mut Walk<'_>, operation: &ExprBoolOp) -> Option<Value> {
    let stops_at = operation.op == BoolOp::Or;
    let mut last = Value::Bool(!stops_at);
    for operand in &operation.values {
        last = of_expression(walk, operand);
        if last.truth()? == stops_at {
            break;
        }
    }
    Some(last)
}

fn comparison(walk: &mut Walk<'_>, comparison: &ExprCompare) -> Option<Value> {
    let ([operator], [right]) = (&*comparison.ops, &*comparison.comparators) else { return None };
    let left = of_expression(walk, &comparison.left);
    let is_in = matches!(operator, CmpOp::In | CmpOp::NotIn);
    if is_in && walk.dotted(right).as_deref() == Some(ENVIRONMENT) {
        let Value::Text(name) = left else { return None };
        return Some(Value::Bool(variable(&name).is_some() == (*operator == CmpOp::In)));
    }
    let right = of_expression(walk, right);
    compared(&left, *operator, &right).map(Value::Bool)
}

fn chosen(walk: &mut Walk<'_>, choice: &ExprIf) -> Option<Value> {
    let chosen = if of_expression(walk, &choice.test).truth()? { &choice.body } else { &choice.orelse };
    Some(of_expression(walk, chosen))
}

fn item(walk: &mut Walk<'_>, subscript: &ExprSubscript, line: u32) -> Value {
    let unknown = |what: &str| Value::Unknown { line, what: what.to_owned() };
    let key = of_expression(walk, &subscript.slice);
    if walk.dotted(&subscript.value).as_deref() == Some(ENVIRONMENT) {
        let Value::Text(name) = key else { return unknown("an item") };
        return variable(&name).unwrap_or_else(|| unknown("a variable that is not set"));
    }
    match (of_expression(walk, &subscript.value), key) {
        (Value::List(items), Value::Number(number)) => {
            let item = usize::try_from(number).ok().and_then(|number| items.get(number));
            item.map_or_else(|| unknown("an item"), |(_, item)| item.clone())
        }
        _ => unknown("an item"),
    }
}

fn mapping(walk: &mut Walk<'_>, dictionary: &ExprDict, line: u32) -> Value {
    let mut items = Vec::new();
    for item in &dictionary.items {
        let all = || Value::Unknown { line, what: "`**`".to_owned() };
        let key = item.key.as_ref().map_or_else(all, |key| of_expression(walk, key));
        items.push((key, of_expression(walk, &item.value)));
    }
    Value::Mapping(items)
}

fn formatted(walk: &mut Walk<'_>, text: &ExprFString, line: u32) -> Value {
    let unknown = || Value::Unknown { line, what: "a formatted text".to_owned() };
    let mut whole = String::new();
    for element in text.value.elements() {
        let part = match (element.as_literal(), element.as_interpolation()) {
            (Some(literal), _) => Value::Text(literal.value.to_string()),
            (_, Some(part)) if part.format_spec.is_none() && part.debug_text.is_none() => {
                of_expression(walk, &part.expression)
            }
            _ => return unknown(),
        };
        match part {
            Value::Text(text) => whole += &text,
            Value::Number(number) => whole += &number.to_string(),
            _ => return unknown(),
        }
    }
    Value::Text(whole)
}

/// `[(name, ".") for name in names if name != "x"]`, over a plain list.
fn comprehended(walk: &mut Walk<'_>, comprehension: &ExprListComp, line: u32) -> Value {
    let unknown = || Value::Unknown { line, what: "a comprehension".to_owned() };
    let [generator] = comprehension.generators.as_slice() else { return unknown() };
    let Value::List(items) = of_expression(walk, &generator.iter) else { return unknown() };
    if !walk.may_repeat(items.len()) {
        return unknown();
    }
    let mut made = Vec::new();
    for (line, item) in items {
        let kept = walk.within(&generator.target, item, line, |walk| {
            for test in &generator.ifs {
                match of_expression(walk, test).truth() {
                    Some(true) => {}
                    Some(false) => return Some(None),
                    None => return None,
                }
            }
            Some(Some(of_expression(walk, &comprehension.elt)))
        });
        match kept {
            Some(kept) => made.extend(kept.map(|value| (line, value))),
            None => return unknown(),
        }
    }
    Value::List(made)
}

fn items(walk: &mut Walk<'_>, expressions: &[Expr]) -> Value {
    let mut items = Vec::new();
    for expression in expressions {
        let line = walk.line(expression);
        match expression {
            Expr::Starred(starred) => match of_expression(walk, &starred.value) {
                Value::List(others) => items.extend(others),
                other => items.push((line, other)),
            },
            _ => items.push((line, of_expression(walk, expression))),
        }
    }
    Value::List(items)
}

fn compared(left: &Value, operator: CmpOp, right: &Value) -> Option<bool> {
    if [left, right].iter().any(|value| matches!(value, Value::Unknown { .. })) {
        return None;
    }
    match operator {
        CmpOp::Eq | CmpOp::Is => Some(left == right),
        CmpOp::NotEq | CmpOp::IsNot => Some(left != right),
        CmpOp::In => right.items().map(|items| items.iter().any(|(_, item)| item == left)),
        CmpOp::NotIn => right.items().map(|items| items.iter().all(|(_, item)| item != left)),
        _ => None,
    }
}

fn attribute_value(walk: &mut Walk<'_>, whole: &Expr, name: &str, owner: &Expr, line: u32) -> Value {
    // The executable is one for Linux, whatever the file distinguishes.
    match walk.dotted(whole).as_deref() {
        Some("sys.platform") => return Value::Text("linux".to_owned()),
        Some("os.name") => return Value::Text("posix".to_owned()),
        Some("os.sep" | "os.path.sep") => return Value::Text("/".to_owned()),
        _ => {}
    }
    match (of_expression(walk, owner), name) {
        (Value::Made(number), _) => Value::Part(format!("{number}.{name}")),
        (Value::Text(path), "parent") => Value::Text(parent(&path)),
        (Value::Text(path), "name") => Value::Text(file_name(&path)),
        (unknown @ Value::Unknown { .. }, _) => unknown,
        _ => Value::Unknown { line, what: format!("`.{name}`") },
    }
}

fn call_value(walk: &mut Walk<'_>, call: &ExprCall, line: u32) -> Value {
    let arguments: Vec<Value> = call.arguments.args.iter().map(|argument| of_expression(walk, argument)).collect();
    let texts: Option<Vec<&str>> = arguments
        .iter()
        .map(|argument| match argument {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let dotted = walk.dotted(&call.func);
    let name = dotted.as_deref().unwrap_or_default();
    // They are there without an import too.
    let name = match name.strip_prefix("PyInstaller.building.") {
        Some(name) => name.rsplit('.').next().unwrap_or_default(),
        None => name,
    };
    if let Some(collected) =
        collected(name.strip_prefix("PyInstaller.utils.hooks.").unwrap_or_default(), &texts, call, line)
    {
        return collected;
    }
    if super::calls::is_of_spec(name) {
        return walk.note_call(name, call, arguments, line);
    }
    match (name, texts.as_deref()) {
        ("os.path.join" | "pathlib.Path" | "pathlib.PurePath", Some(parts)) if !parts.is_empty() => joined(parts),
        ("os.path.abspath" | "os.path.realpath", Some([path])) => walk.absolute(path),
        ("os.path.normpath" | "os.fspath" | "str", Some([path])) => Value::Text((*path).to_owned()),
        ("os.path.dirname", Some([path])) => Value::Text(parent(path)),
        ("os.path.basename", Some([path])) => Value::Text(file_name(path)),
        ("os.getcwd" | "pathlib.Path.cwd", Some([])) => walk.absolute("."),
        ("os.environ.get" | "os.getenv", Some([name])) => variable(name).unwrap_or(Value::None),
        ("os.environ.get" | "os.getenv", Some([name, default])) => {
            variable(name).unwrap_or_else(|| Value::Text((*default).to_owned()))
        }
        ("os.path.exists", Some([path])) => Value::Bool(Path::new(path).exists()),
        ("os.path.isdir", Some([path])) => Value::Bool(Path::new(path).is_dir()),
        ("os.path.isfile", Some([path])) => Value::Bool(Path::new(path).is_file()),
        ("glob.glob" | "glob.iglob", Some([pattern])) => matched(pattern, line),
        ("platform.system", Some([])) => Value::Text("Linux".to_owned()),
        ("list" | "tuple" | "TOC", _) if arguments.len() <= 1 => {
            arguments.into_iter().next().unwrap_or(Value::List(Vec::new()))
        }
        ("Tree", _) => tree(walk, call, arguments, line),
        _ => method_value(walk, call, texts.as_deref(), line),
    }
}

/// Methods of texts and paths.
fn method_value(walk: &mut Walk<'_>, call: &ExprCall, texts: Option<&[&str]>, line: u32) -> Value {
    let shown = walk.source(&call.func);
    let unknown = Value::Unknown { line, what: format!("a call of `{shown}`") };
    let Expr::Attribute(method) = &*call.func else { return unknown };
    match (of_expression(walk, &method.value), method.attr.as_str(), texts) {
        (Value::Text(text), "startswith", Some([start])) => Value::Bool(text.starts_with(start)),
        (Value::Text(path), "exists", Some([])) => Value::Bool(Path::new(&path).exists()),
        (Value::Text(path), "is_dir", Some([])) => Value::Bool(Path::new(&path).is_dir()),
        (Value::Text(path), "is_file", Some([])) => Value::Bool(Path::new(&path).is_file()),
        (Value::Text(folder), "glob", Some([pattern])) => {
            let folder = glob::Pattern::escape(&folder);
            matched(&Path::new(&folder).join(pattern).to_string_lossy(), line)
        }
        (Value::Text(text), "resolve" | "absolute", Some([])) => walk.absolute(&text),
        (Value::Text(text), "as_posix" | "__str__", Some([])) => Value::Text(text),
        (Value::Text(text), "joinpath", Some(parts)) => {
            joined(&[text.as_str()].into_iter().chain(parts.iter().copied()).collect::<Vec<_>>())
        }
        _ => unknown,
    }
}

/// What a function of `PyInstaller.utils.hooks` gives, where it is asked for a package and nothing else.
fn collected(function: &str, texts: &Option<Vec<&str>>, call: &ExprCall, line: u32) -> Option<Value> {
    let item = |what, package: &str| Value::List(vec![(line, Value::Collected(what, package.to_owned()))]);
    let is_recursive = call.arguments.keywords.iter().any(|keyword| {
        keyword.arg.as_ref().is_some_and(|name| name == "recursive")
            && keyword.value.as_boolean_literal_expr().is_some_and(|literal| literal.value)
    });
    let known_keywords = usize::from(is_recursive);
    let what = match function {
        "collect_data_files" => &[Collected::Data][..],
        "collect_dynamic_libs" => &[Collected::Libraries],
        "collect_submodules" => &[Collected::Submodules],
        "copy_metadata" if is_recursive => &[Collected::MetadataWithRequired],
        "copy_metadata" => &[Collected::Metadata],
        "collect_all" => &[Collected::Data, Collected::Libraries, Collected::Submodules],
        _ => return None,
    };
    match texts.as_deref() {
        Some([package]) if call.arguments.keywords.len() == known_keywords => Some(match what {
            [what] => item(*what, package),
            parts => Value::List(parts.iter().map(|part| (line, item(*part, package))).collect()),
        }),
        _ => Some(Value::Unknown { line, what: format!("`{function}` with more than a package's name") }),
    }
}

fn tree(walk: &mut Walk<'_>, call: &ExprCall, arguments: Vec<Value>, line: u32) -> Value {
    let mut arguments = arguments.into_iter();
    let (mut root, mut prefix) = (arguments.next().unwrap_or(Value::None), arguments.next().unwrap_or(Value::None));
    let mut excludes = arguments.next().unwrap_or(Value::None);
    for keyword in &call.arguments.keywords {
        let value = of_expression(walk, &keyword.value);
        match keyword.arg.as_ref().map(|name| name.as_str()) {
            Some("root") => root = value,
            Some("prefix") => prefix = value,
            Some("excludes") => excludes = value,
            _ => {}
        }
    }
    let prefix = if prefix.is_empty() { Value::Text(".".to_owned()) } else { prefix };
    let excludes: Option<Vec<String>> = match excludes {
        Value::None => Some(Vec::new()),
        Value::List(items) => {
            let text = |(_, item)| if let Value::Text(text) = item { Some(text) } else { None };
            items.into_iter().map(text).collect()
        }
        _ => None,
    };
    match (root, prefix, excludes) {
        (Value::Text(root), Value::Text(prefix), Some(excludes)) => Value::Tree { root, prefix, excludes },
        _ => Value::Unknown { line, what: "a `Tree` of something computed".to_owned() },
    }
}

/// The value of an environment variable, which is what a file is told by who runs it: `os.environ.get("VERSION", "0")`.
fn variable(name: &str) -> Option<Value> {
    let is_name = !name.is_empty() && !name.contains(['=', '\0']);
    let value = if is_name { std::env::var(name).ok() } else { None };
    value.map(Value::Text)
}

/// The files and folders of this pattern, from the folder that `rpack` runs in, as Python would look for them. Python promises no order.
fn matched(pattern: &str, line: u32) -> Value {
    const MOST: usize = 100_000;
    let Ok(found) = glob::glob(pattern) else { return Value::Unknown { line, what: "an unknown pattern".to_owned() } };
    let is_hidden = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let seen = found.take(MOST).flatten().filter(|path| !is_hidden(path));
    let mut paths: Vec<String> = seen.map(|path| path.to_string_lossy().into_owned()).collect();
    paths.sort();
    Value::List(paths.into_iter().map(|path| (line, Value::Text(path))).collect())
}

fn joined(parts: &[&str]) -> Value {
    let path = parts.iter().fold(std::path::PathBuf::new(), |path, part| path.join(part));
    Value::Text(path.to_string_lossy().into_owned())
}

fn parent(path: &str) -> String {
    Path::new(path).parent().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default()
}

fn file_name(path: &str) -> String {
    Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
