use super::dynamic;
use crate::project::interpreter::Interpreter;
use ruff_python_ast::{BoolOp, CmpOp, Expr, ExprCompare, ExprSubscript, Number, UnaryOp};
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

/// What is known, before a module runs, of the conditions in it: platform, version, type checking.
///
/// A condition is true, false or unknown (Kleene's logic). Only names whose value is the same in
/// every run of the packed program count; everything else is unknown, and both of its branches are
/// followed.
pub(crate) struct Conditions<'a> {
    interpreter: &'a Interpreter,
    role: Role,
    /// Local name to the dotted name that an import bound to it.
    aliases: HashMap<String, String>,
    /// `WINDOWS = sys.platform == "win32"`, as long as it is assigned once.
    constants: HashMap<String, Value>,
    assigned: HashSet<String>,
    /// `NAME = "text"`, as long as it is assigned once. It names what is imported, and decides nothing.
    texts: HashMap<String, String>,
    /// What the texts start with that were assigned to names: `name = f"backends.{kind}"`.
    starts: HashMap<String, String>,
    /// Names of paths that start from the module's own file: `work_path = os.path.dirname(__file__)`.
    own_places: HashSet<String>,
}

/// What `__name__` is while the module runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// `"__main__"`.
    Entry,
    /// Its own name.
    Imported,
    /// One of them, and in another process the other: the module starts an interpreter that runs it.
    Both,
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Boolean(bool),
    Integer(i64),
    Text(String),
    Tuple(Vec<Value>),
}

impl<'a> Conditions<'a> {
    pub(crate) fn new(interpreter: &'a Interpreter, role: Role) -> Self {
        Conditions {
            interpreter,
            role,
            aliases: HashMap::new(),
            constants: HashMap::new(),
            assigned: HashSet::new(),
            texts: HashMap::new(),
            starts: HashMap::new(),
            own_places: HashSet::new(),
        }
    }

    /// The version of the interpreter.
    pub(crate) fn version(&self) -> (u8, u8) {
        (self.interpreter.version.major, self.interpreter.version.minor)
    }

    /// Whether the standard library has a top-level module of this name.
    pub(crate) fn is_standard(&self, name: &str) -> bool {
        self.interpreter.stdlib_modules.contains(name)
    }

    /// Notes that an import binds `local` to the module or attribute `dotted`.
    pub(crate) fn bind(&mut self, local: &str, dotted: String) {
        self.aliases.insert(local.to_owned(), dotted);
    }

    /// Notes `name = value` at the top level of the module.
    pub(crate) fn assign(&mut self, name: &str, value: &Expr) {
        let first = self.assigned.insert(name.to_owned());
        self.texts.remove(name);
        if let Expr::StringLiteral(text) = value
            && first
        {
            self.texts.insert(name.to_owned(), text.value.to_str().to_owned());
        }
        if dynamic::is_from_own_file(value) {
            self.own_places.insert(name.to_owned());
        } else {
            self.own_places.remove(name);
        }
        // A plain literal is a switch that someone may flip from outside (`_false = 0` in
        // `xml.sax`), no fact.
        let folded = if value.is_literal_expr() { None } else { self.value(value) };
        match folded {
            Some(folded) if first => {
                self.constants.insert(name.to_owned(), folded);
            }
            _ => {
                self.constants.remove(name);
            }
        }
    }

    /// Notes that `name` is bound in a way that is not followed.
    pub(crate) fn forget(&mut self, name: &str) {
        self.assigned.insert(name.to_owned());
        self.constants.remove(name);
        self.texts.remove(name);
    }

    /// Notes what the text that is assigned to a name starts with.
    pub(crate) fn note_start(&mut self, name: &str, start: Option<String>) {
        match start {
            Some(start) => self.starts.insert(name.to_owned(), start),
            None => self.starts.remove(name),
        };
    }

    /// What the text starts with that was last assigned to a name.
    pub(crate) fn start(&self, expression: &Expr) -> Option<&str> {
        match expression {
            Expr::Name(name) => self.starts.get(name.id.as_str()).map(String::as_str),
            _ => None,
        }
    }

    /// Whether a path starts from the module's own file, as it is written or by a name that was assigned to such a path.
    pub(crate) fn is_from_own_file(&self, path: &Expr) -> bool {
        let is_name = matches!(path, Expr::Name(name) if self.own_places.contains(name.id.as_str()));
        is_name || dynamic::is_from_own_file(path)
    }

    /// The text that an expression is: a literal, or a name that one was assigned to.
    pub(crate) fn text<'b>(&'b self, expression: &'b Expr) -> Option<&'b str> {
        match expression {
            Expr::StringLiteral(text) => Some(text.value.to_str()),
            Expr::Name(name) => self.texts.get(name.id.as_str()).map(String::as_str),
            _ => None,
        }
    }

    /// The truth of a condition, `None` where it is unknown.
    pub(crate) fn truth(&self, condition: &Expr) -> Option<bool> {
        match condition {
            Expr::BoolOp(operation) => {
                let absorbing = operation.op == BoolOp::Or;
                let mut known = Some(!absorbing);
                for value in &operation.values {
                    match self.truth(value) {
                        Some(truth) if truth == absorbing => return Some(absorbing),
                        Some(_) => {}
                        None => known = None,
                    }
                }
                known
            }
            Expr::UnaryOp(operation) if operation.op == UnaryOp::Not => {
                self.truth(&operation.operand).map(|truth| !truth)
            }
            other => self.value(other).map(|value| match value {
                Value::Boolean(value) => value,
                Value::Integer(value) => value != 0,
                Value::Text(value) => !value.is_empty(),
                Value::Tuple(value) => !value.is_empty(),
            }),
        }
    }

    /// The dotted name of `a.b.c`, with what an import bound to `a` in its place.
    pub(crate) fn dotted(&self, expression: &Expr) -> Option<String> {
        let (root, attributes) = name_parts(expression)?;
        let mut dotted = self.aliases.get(root).map_or(root, String::as_str).to_owned();
        for attribute in attributes.iter().rev() {
            dotted.push('.');
            dotted.push_str(attribute);
        }
        Some(dotted)
    }

    /// Whether an import bound something to this dotted name.
    pub(crate) fn is_import(&self, dotted: &str) -> bool {
        self.aliases.values().any(|bound| bound == dotted)
    }

    /// Whether an expression is the `__path__` of the package, or the folder in it.
    pub(crate) fn is_own_path(&self, expression: &Expr) -> bool {
        match expression {
            Expr::Name(name) => name.id.as_str() == "__path__",
            Expr::Subscript(subscript) => self.is_own_path(&subscript.value),
            _ => false,
        }
    }

    /// Whether an import bound the name that `expression` starts with.
    pub(crate) fn starts_with_import(&self, expression: &Expr) -> bool {
        name_parts(expression).is_some_and(|(root, _)| self.aliases.contains_key(root))
    }

    fn value(&self, expression: &Expr) -> Option<Value> {
        match expression {
            Expr::BooleanLiteral(literal) => Some(Value::Boolean(literal.value)),
            Expr::NoneLiteral(_) => Some(Value::Boolean(false)),
            Expr::StringLiteral(literal) => Some(Value::Text(literal.value.to_str().to_owned())),
            Expr::NumberLiteral(literal) => match &literal.value {
                Number::Int(number) => number.as_i64().map(Value::Integer),
                Number::Float(_) | Number::Complex { .. } => None,
            },
            Expr::Tuple(tuple) => self.values(&tuple.elts).map(Value::Tuple),
            Expr::List(list) => self.values(&list.elts).map(Value::Tuple),
            Expr::Set(set) => self.values(&set.elts).map(Value::Tuple),
            Expr::Name(name) if name.id.as_str() == "TYPE_CHECKING" => Some(Value::Boolean(false)),
            Expr::Name(name) if self.constants.contains_key(name.id.as_str()) => {
                self.constants.get(name.id.as_str()).cloned()
            }
            Expr::Name(_) | Expr::Attribute(_) => self.known_name(&self.dotted(expression)?),
            Expr::Subscript(subscript) => self.item(subscript),
            Expr::Compare(compare) => self.comparison(compare).map(Value::Boolean),
            Expr::Call(call) => self.call(&call.func, &call.arguments.args),
            Expr::BoolOp(_) | Expr::UnaryOp(_) => self.truth_of_operator(expression),
            _ => None,
        }
    }

    fn truth_of_operator(&self, expression: &Expr) -> Option<Value> {
        match expression {
            Expr::UnaryOp(operation) if operation.op != UnaryOp::Not => None,
            _ => self.truth(expression).map(Value::Boolean),
        }
    }

    fn values(&self, expressions: &[Expr]) -> Option<Vec<Value>> {
        expressions.iter().map(|expression| self.value(expression)).collect()
    }

    fn known_name(&self, dotted: &str) -> Option<Value> {
        let version = self.interpreter.version;
        let integer = |value: u8| Value::Integer(i64::from(value));
        Some(match dotted {
            "sys.platform" => Value::Text(self.interpreter.platform.clone()),
            "os.name" => Value::Text(self.interpreter.os_name.clone()),
            "sys.implementation.name" => Value::Text("cpython".to_owned()),
            "sys.version_info" => Value::Tuple(vec![
                integer(version.major),
                integer(version.minor),
                integer(version.micro),
                Value::Text("final".to_owned()),
                Value::Integer(0),
            ]),
            "sys.version_info.major" => integer(version.major),
            "sys.version_info.minor" => integer(version.minor),
            "sys.version_info.micro" => integer(version.micro),
            "sys.hexversion" => Value::Integer(
                i64::from(version.major) << 24 | i64::from(version.minor) << 16 | i64::from(version.micro) << 8 | 0xf0,
            ),
            "typing.TYPE_CHECKING" | "typing_extensions.TYPE_CHECKING" => Value::Boolean(false),
            "__debug__" => Value::Boolean(true),
            // Constants of `six`, which is often the only way in which old packages ask for the
            // version.
            "six.PY2" => Value::Boolean(false),
            "six.PY3" => Value::Boolean(true),
            _ => return None,
        })
    }

    fn comparison(&self, compare: &ExprCompare) -> Option<bool> {
        let ([operator], [right]) = (&*compare.ops, &*compare.comparators) else { return None };
        if let Expr::Name(name) = &*compare.left
            && name.id.as_str() == "__name__"
        {
            let equal = matches!(right, Expr::StringLiteral(text) if text.value.to_str() == "__main__");
            return match operator {
                _ if self.role == Role::Both => None,
                CmpOp::Eq if equal => Some(self.role == Role::Entry),
                CmpOp::NotEq if equal => Some(self.role != Role::Entry),
                _ => None,
            };
        }
        let (left, right) = (self.value(&compare.left)?, self.value(right)?);
        match operator {
            CmpOp::In => contains(&right, &left),
            CmpOp::NotIn => contains(&right, &left).map(|found| !found),
            CmpOp::Eq | CmpOp::Is => Some(order(&left, &right)? == Ordering::Equal),
            CmpOp::NotEq | CmpOp::IsNot => Some(order(&left, &right)? != Ordering::Equal),
            CmpOp::Lt => Some(order(&left, &right)?.is_lt()),
            CmpOp::LtE => Some(order(&left, &right)?.is_le()),
            CmpOp::Gt => Some(order(&left, &right)?.is_gt()),
            CmpOp::GtE => Some(order(&left, &right)?.is_ge()),
        }
    }

    /// `sys.version_info[0]`, `sys.version_info[:2]`, `sys.platform[:3]`.
    fn item(&self, subscript: &ExprSubscript) -> Option<Value> {
        let value = self.value(&subscript.value)?;
        let index = |expression: &Expr| match self.value(expression)? {
            Value::Integer(index) => usize::try_from(index).ok(),
            _ => None,
        };
        if let Expr::Slice(slice) = &*subscript.slice {
            if slice.step.is_some() {
                return None;
            }
            let start = slice.lower.as_deref().map_or(Some(0), index)?;
            let end = slice.upper.as_deref().map_or(Some(usize::MAX), index)?;
            let length = end.saturating_sub(start);
            return match value {
                Value::Tuple(items) => Some(Value::Tuple(items.into_iter().skip(start).take(length).collect())),
                Value::Text(text) => Some(Value::Text(text.chars().skip(start).take(length).collect())),
                _ => None,
            };
        }
        let position = index(&subscript.slice)?;
        match value {
            Value::Tuple(items) => items.into_iter().nth(position),
            Value::Text(text) => text.chars().nth(position).map(|character| Value::Text(character.to_string())),
            _ => None,
        }
    }

    fn call(&self, function: &Expr, arguments: &[Expr]) -> Option<Value> {
        if let Some(dotted) = self.dotted(function) {
            match (dotted.as_str(), arguments) {
                ("platform.system", []) => return self.marker("platform_system"),
                ("platform.machine", []) => return self.marker("platform_machine"),
                ("platform.python_implementation", []) => return self.marker("platform_python_implementation"),
                _ => {}
            }
        }
        let Expr::Attribute(method) = function else { return None };
        let Value::Text(text) = self.value(&method.value)? else { return None };
        match (method.attr.as_str(), arguments) {
            ("lower", []) => Some(Value::Text(text.to_lowercase())),
            ("upper", []) => Some(Value::Text(text.to_uppercase())),
            ("startswith", [prefix]) => {
                let prefixes = match self.value(prefix)? {
                    Value::Tuple(prefixes) => prefixes,
                    prefix => vec![prefix],
                };
                let matches =
                    |prefix: &Value| matches!(prefix, Value::Text(prefix) if text.starts_with(prefix.as_str()));
                Some(Value::Boolean(prefixes.iter().any(matches)))
            }
            _ => None,
        }
    }

    fn marker(&self, name: &str) -> Option<Value> {
        self.interpreter.markers.get(name).filter(|value| !value.is_empty()).cloned().map(Value::Text)
    }
}

/// The name that `a.b.c` starts with, and its attributes, the last one first. `None` for a chain of
/// attributes longer than names of modules are: every expression of it is looked at again by
/// itself.
fn name_parts(expression: &Expr) -> Option<(&str, Vec<&str>)> {
    const LONGEST: usize = 32;
    let mut attributes = Vec::new();
    let mut expression = expression;
    while attributes.len() <= LONGEST {
        match expression {
            Expr::Name(name) => return Some((name.id.as_str(), attributes)),
            Expr::Attribute(attribute) => {
                attributes.push(attribute.attr.as_str());
                expression = &attribute.value;
            }
            _ => return None,
        }
    }
    None
}

fn contains(container: &Value, item: &Value) -> Option<bool> {
    match (container, item) {
        (Value::Tuple(items), _) => Some(items.contains(item)),
        (Value::Text(text), Value::Text(part)) => Some(text.contains(part.as_str())),
        _ => None,
    }
}

/// Python's order of tuples: the first items that differ decide, then the lengths.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => Some(left.cmp(right)),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Boolean(left), Value::Boolean(right)) => Some(left.cmp(right)),
        (Value::Tuple(left), Value::Tuple(right)) => {
            for (left, right) in left.iter().zip(right) {
                match order(left, right)? {
                    Ordering::Equal => {}
                    decided => return Some(decided),
                }
            }
            Some(left.len().cmp(&right.len()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use ruff_python_parser::parse_expression;

    fn truth(condition: &str) -> Option<bool> {
        let interpreter = testing::interpreter();
        let mut conditions = Conditions::new(&interpreter, Role::Imported);
        for module in ["sys", "os", "platform", "typing"] {
            conditions.bind(module, module.to_owned());
        }
        conditions.bind("t", "typing".to_owned());
        conditions.bind("version", "sys.version_info".to_owned());
        let windows = parse_expression("sys.platform == 'win32'").unwrap();
        conditions.assign("WINDOWS", windows.expr());
        conditions.assign("SWITCH", parse_expression("0").unwrap().expr());
        conditions.assign("TWICE", windows.expr());
        conditions.assign("TWICE", windows.expr());
        conditions.truth(parse_expression(condition).unwrap().expr())
    }

    #[test]
    fn conditions_that_are_true() {
        for condition in [
            "sys.platform == 'linux'",
            "sys.platform.startswith('lin')",
            "sys.platform.startswith(('win', 'lin'))",
            "sys.platform != 'win32'",
            "sys.platform in ('linux', 'darwin')",
            "sys.platform[:3] == 'lin'",
            "os.name == 'posix'",
            "platform.system() == 'Linux'",
            "platform.system().lower() == 'linux'",
            "sys.version_info >= (3, 8)",
            "sys.version_info >= (3, 11)",
            "sys.version_info > (3, 11)",
            "sys.version_info[:2] == (3, 11)",
            "sys.version_info[0] >= 3",
            "sys.version_info.major == 3",
            "version >= (3,)",
            "sys.hexversion >= 0x030b0000",
            "sys.implementation.name == 'cpython'",
            "not t.TYPE_CHECKING",
            "True or unknown",
            "unknown or os.name == 'posix'",
            "not WINDOWS",
            "__debug__",
            "__name__ != '__main__'",
        ] {
            assert_eq!(truth(condition), Some(true), "{condition}");
        }
    }

    #[test]
    fn conditions_that_are_false() {
        for condition in [
            "TYPE_CHECKING",
            "typing.TYPE_CHECKING",
            "t.TYPE_CHECKING or WINDOWS",
            "sys.platform == 'win32' and unknown",
            "sys.version_info < (3, 10)",
            "sys.version_info >= (3, 11, 8)",
            "0",
            "None",
            "__name__ == '__main__'",
        ] {
            assert_eq!(truth(condition), Some(false), "{condition}");
        }
    }

    #[test]
    fn everything_else_is_unknown() {
        for condition in [
            "unknown",
            "unknown and os.name == 'posix'",
            "SWITCH",
            "TWICE",
            "sys.platform == unknown",
            "3 < sys.version_info < 4",
            "sys.version_info >= 3",
            "sys.version_info[-1] == 0",
            "sys.version_info[99] == 0",
            "sys.maxsize > 2**32",
            "-1",
            "f()",
        ] {
            assert_eq!(truth(condition), None, "{condition}");
        }
    }

    #[test]
    fn the_entry_is_main() {
        let interpreter = testing::interpreter();
        let conditions = Conditions::new(&interpreter, Role::Entry);
        let condition = parse_expression("__name__ == '__main__'").unwrap();
        assert_eq!(conditions.truth(condition.expr()), Some(true));
        let conditions = Conditions::new(&interpreter, Role::Both);
        assert_eq!(conditions.truth(condition.expr()), None);
    }
}
