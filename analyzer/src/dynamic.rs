use crate::condition::Conditions;
use crate::outline::{Identity, Target, absolute};
use crate::project::Origin;
use ruff_python_ast::{Expr, ExprCall, InterpolatedStringElement, Number, Operator};

/// What a call means to the analysis.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// It imports something whose name is known.
    Import(Target),
    /// It imports something whose name is not known.
    Computed,
    /// It changes how modules are found.
    ImportHook,
}

/// Recognizes the functions that import by a text: `importlib.import_module`, `__import__` and
/// those of the standard library that take the name of a package to read data from, under any name
/// that an import gave them.
pub(crate) fn classify(call: &ExprCall, conditions: &Conditions<'_>, identity: Identity<'_>) -> Option<Call> {
    let function = conditions.dotted(&call.func)?;
    match function.as_str() {
        "importlib.import_module" => Some(import_module(call, conditions, identity)),
        "__import__" | "builtins.__import__" | "importlib.__import__" => Some(builtin_import(call, identity)),
        "importlib.resources.files"
        | "importlib.resources.path"
        | "importlib.resources.contents"
        | "importlib.resources.is_resource"
        | "importlib.resources.open_binary"
        | "importlib.resources.open_text"
        | "importlib.resources.read_binary"
        | "importlib.resources.read_text"
        | "importlib_resources.files"
        | "pkgutil.get_data"
        | "pkg_resources.resource_filename"
        | "pkg_resources.resource_string"
        | "pkg_resources.resource_stream"
        | "runpy.run_module" => literal(argument(call, 0, "package")?).map(|name| import(name.to_owned())),
        "pkgutil.resolve_name" => {
            let name = literal(argument(call, 0, "name")?)?;
            Some(Call::Import(Target::Guess(name.split(':').next().unwrap_or(name).to_owned())))
        }
        // `sys.breakpointhook` imports it by name, in C.
        "breakpoint" => Some(import("pdb".to_owned())),
        // `site` makes `help` a `_sitebuiltins._Helper`, which imports `pydoc` when it is called.
        "help" if identity.origin == Origin::Program => Some(import("pydoc".to_owned())),
        "pkgutil.extend_path" => Some(Call::ImportHook),
        _ => None,
    }
}

/// The dotted name in a text that refers to an object, in one of the ways that configuration does:
/// `uvicorn.run("main:app")`, `{"class": "logging.handlers.RotatingFileHandler"}`.
pub(crate) fn referred_name(text: &str) -> Option<&str> {
    const LONGEST: usize = 200;
    if text.len() > LONGEST || !text.contains([':', '.']) {
        return None;
    }
    let name = match text.split_once(':') {
        Some((module, attribute)) if is_dotted_name(attribute) => module,
        Some(_) => return None,
        None => text,
    };
    is_dotted_name(name).then_some(name)
}

/// Whether a text is a dotted name of ASCII identifiers.
pub(crate) fn is_dotted_name(text: &str) -> bool {
    text.split('.').all(|part| {
        let mut bytes = part.bytes();
        bytes.next().is_some_and(|first| first == b'_' || first.is_ascii_alphabetic())
            && bytes.all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
    })
}

fn import_module(call: &ExprCall, conditions: &Conditions<'_>, identity: Identity<'_>) -> Call {
    let Some(name) = argument(call, 0, "name") else { return Call::Computed };
    let package = argument(call, 1, "package");
    if let Some(name) = literal(name) {
        let Some(rest) = name.strip_prefix('.') else { return import(name.to_owned()) };
        let Some(package) = package.and_then(|package| named_package(package, conditions, identity)) else {
            return Call::Computed;
        };
        let further = rest.len() - rest.trim_start_matches('.').len();
        let level = u32::try_from(further + 1).unwrap_or(u32::MAX).min(64);
        return import(absolute(&package, level, rest.trim_start_matches('.')));
    }
    computed(name, || package.and_then(|package| named_package(package, conditions, identity)), conditions, identity)
}

/// `__import__(name, globals, locals, fromlist, level)`.
fn builtin_import(call: &ExprCall, identity: Identity<'_>) -> Call {
    let Some(name) = argument(call, 0, "name") else { return Call::Computed };
    let level = match argument(call, 4, "level") {
        Some(Expr::NumberLiteral(number)) => match &number.value {
            Number::Int(level) => u32::from(level.as_u8().unwrap_or(0)),
            _ => 0,
        },
        _ => 0,
    };
    let Some(name) = literal(name) else {
        return match literal_start(name).as_deref().and_then(|start| start.rsplit_once('.')) {
            Some((package, _)) if is_dotted_name(package) => Call::Import(Target::Submodules(package.to_owned())),
            _ => Call::Computed,
        };
    };
    let module = absolute(identity.package, level, name);
    let from_list = match argument(call, 3, "fromlist") {
        Some(Expr::List(list)) => &list.elts[..],
        Some(Expr::Tuple(tuple)) => &tuple.elts[..],
        _ => &[],
    };
    let names: Vec<String> = from_list.iter().filter_map(literal).map(str::to_owned).collect();
    if names.is_empty() { import(module) } else { Call::Import(Target::Members { module, names }) }
}

/// A computed name that starts with a known package asks for any of its submodules:
/// `f"package.{name}"`, `"package." + name`, `f".{name}"` beside a known package.
fn computed(
    name: &Expr,
    package: impl FnOnce() -> Option<String>,
    conditions: &Conditions<'_>,
    identity: Identity<'_>,
) -> Call {
    let Some(start) = literal_start(name).or_else(|| own_name_start(name, conditions, identity)) else {
        return Call::Computed;
    };
    let Some((known, _)) = start.rsplit_once('.') else { return Call::Computed };
    let known = match known.strip_prefix('.') {
        _ if known.is_empty() => package(),
        Some(rest) => package().map(|package| absolute(&package, 1, rest)),
        None => Some(known.to_owned()),
    };
    match known {
        Some(known) if is_dotted_name(&known) => Call::Import(Target::Submodules(known)),
        _ => Call::Computed,
    }
}

/// The literal text that an expression starts with.
fn literal_start(expression: &Expr) -> Option<String> {
    match expression {
        Expr::FString(text) => match text.value.elements().next()? {
            InterpolatedStringElement::Literal(literal) => Some(literal.value.to_string()),
            InterpolatedStringElement::Interpolation(_) => None,
        },
        Expr::BinOp(operation) if operation.op == Operator::Add => match literal(&operation.left) {
            Some(text) => Some(text.to_owned()),
            None => literal_start(&operation.left),
        },
        Expr::BinOp(operation) if operation.op == Operator::Mod => {
            literal(&operation.left)?.split('%').next().map(str::to_owned)
        }
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(method) if method.attr.as_str() == "format" => {
                literal(&method.value)?.split('{').next().map(str::to_owned)
            }
            _ => None,
        },
        _ => None,
    }
}

/// `f"{__name__}.{name}"` and `__name__ + "." + name`.
fn own_name_start(expression: &Expr, conditions: &Conditions<'_>, identity: Identity<'_>) -> Option<String> {
    match expression {
        Expr::FString(text) => {
            let mut elements = text.value.elements();
            let (first, second) = (elements.next()?, elements.next()?);
            match (first, second) {
                (InterpolatedStringElement::Interpolation(own), InterpolatedStringElement::Literal(rest))
                    if rest.value.starts_with('.') =>
                {
                    Some(format!("{}{}", named_package(&own.expression, conditions, identity)?, rest.value))
                }
                _ => None,
            }
        }
        Expr::BinOp(operation) if operation.op == Operator::Add => {
            if let Some(rest) = literal(&operation.right).filter(|rest| rest.starts_with('.')) {
                return Some(format!("{}{rest}", named_package(&operation.left, conditions, identity)?));
            }
            own_name_start(&operation.left, conditions, identity)
        }
        _ => None,
    }
}

/// The package that `__package__`, `__name__`, `__spec__.parent` or a literal stands for.
fn named_package(expression: &Expr, conditions: &Conditions<'_>, identity: Identity<'_>) -> Option<String> {
    if let Some(text) = literal(expression) {
        return Some(text.to_owned());
    }
    match conditions.dotted(expression)?.as_str() {
        "__package__" | "__spec__.parent" => Some(identity.package.to_owned()),
        "__name__" | "__spec__.name" => Some(identity.name.to_owned()),
        _ => None,
    }
}

fn import(name: String) -> Call {
    Call::Import(Target::Module(name))
}

fn argument<'a>(call: &'a ExprCall, position: usize, name: &str) -> Option<&'a Expr> {
    call.arguments.args.get(position).or_else(|| {
        let keyword = call
            .arguments
            .keywords
            .iter()
            .find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name))?;
        Some(&keyword.value)
    })
}

fn literal(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::StringLiteral(text) => Some(text.value.to_str()),
        _ => None,
    }
}
