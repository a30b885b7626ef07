use super::condition::Conditions;
use super::outline::{Identity, Target, absolute};
use crate::name_forms::{from_top, is_dotted_name, last_of};
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
    /// It asks whether there is a module of this name.
    LooksFor(String),
    /// It reads files of a package.
    Reads(String),
    /// It asks for the metadata of a distribution.
    Metadata(String),
    /// It lists the modules of a package that is not known.
    ListsModules,
    /// It takes its names from a `.pyi` file beside the module.
    ReadsStub,
    /// It loads a module from a path, or looks for files of sources.
    Sources,
    /// It shows the source of a module.
    ShowsSources,
    /// It shows the source of what it is given, which is of this name, if that is known.
    ShowsGiven(Option<String>),
    /// It asks in which file something is defined.
    AsksFiles,
    /// It takes a source apart.
    Parses,
    /// It asks loaders for sources of modules.
    AsksLoaders,
    /// It knows the endings of names of sources.
    KnowsSourceNames,
    /// It asks where a module lies whose name is not known.
    LooksForAny,
}

/// Recognizes the functions that import by a text: `importlib.import_module`, `__import__` and
/// those of the standard library that take the name of a package to read data from, under any name
/// that an import gave them.
pub(crate) fn classify(call: &ExprCall, conditions: &Conditions<'_>, identity: Identity<'_>) -> Option<Call> {
    if reads_itself(call, conditions) {
        return Some(Call::ShowsSources);
    }
    if identity.origin == Origin::Program
        && let Expr::Attribute(method) = &*call.func
        && method.attr.as_str() == "discover"
    {
        // `unittest` looks for files of tests.
        return Some(Call::Sources);
    }
    if asks_a_loader(call) {
        return Some(Call::AsksLoaders);
    }
    if call.arguments.args.iter().any(|argument| is_importer(argument, conditions)) {
        // `map(__import__, names)`
        return Some(Call::Computed);
    }
    let function = conditions.dotted(&call.func)?;
    if function == "attach_stub" || function.ends_with(".attach_stub") {
        return Some(Call::ReadsStub);
    }
    match function.as_str() {
        "importlib.import_module" => Some(import_module(call, conditions, identity)),
        "__import__" | "builtins.__import__" | "importlib.__import__" => {
            Some(builtin_import(call, conditions, identity))
        }
        "pkgutil.iter_modules" | "pkgutil.walk_packages" => Some(list_modules(call, conditions, identity)),
        "importlib.resources.files" | "importlib_resources.files" => {
            named_package(argument(call, 0, "anchor")?, conditions, identity).map(Call::Reads)
        }
        "importlib.resources.path"
        | "importlib.resources.contents"
        | "importlib.resources.is_resource"
        | "importlib.resources.open_binary"
        | "importlib.resources.open_text"
        | "importlib.resources.read_binary"
        | "importlib.resources.read_text"
        | "pkgutil.get_data"
        | "pkg_resources.resource_filename"
        | "pkg_resources.resource_string"
        | "pkg_resources.resource_stream"
        | "runpy.run_module" => literal(argument(call, 0, "package")?).map(|name| import(name.to_owned())),
        "importlib.metadata.distribution"
        | "importlib.metadata.files"
        | "importlib.metadata.metadata"
        | "importlib.metadata.requires"
        | "importlib.metadata.version"
        | "importlib_metadata.distribution"
        | "importlib_metadata.metadata"
        | "importlib_metadata.version"
        | "pkg_resources.get_distribution"
        | "pkg_resources.require" => {
            conditions.text(argument(call, 0, "distribution_name")?).map(|name| Call::Metadata(name.to_owned()))
        }
        "pkgutil.resolve_name" => {
            let name = literal(argument(call, 0, "name")?)?;
            Some(Call::Import(Target::Guess(name.split(':').next().unwrap_or(name).to_owned())))
        }
        "importlib.find_loader" | "importlib.util.find_spec" | "pkgutil.find_loader" | "pkgutil.get_loader"
            if identity.origin != Origin::StandardLibrary =>
        {
            match conditions.text(argument(call, 0, "name")?) {
                Some(name) => is_dotted_name(name).then(|| Call::LooksFor(name.to_owned())),
                None => Some(Call::LooksForAny),
            }
        }
        "importlib.machinery.all_suffixes" => Some(Call::KnowsSourceNames),
        // `sys.breakpointhook` imports it by name, in C.
        "breakpoint" => Some(import("pdb".to_owned())),
        // `site` makes `help` a `_sitebuiltins._Helper`, which imports `pydoc` when it is called.
        "help" if identity.origin == Origin::Program => Some(import("pydoc".to_owned())),
        "pkgutil.extend_path" => Some(Call::ImportHook),
        // `PathFinder.invalidate_caches` imports it since 3.13, in the frozen bootstrap, which is not
        // followed.
        "importlib.invalidate_caches" if conditions.version() >= (3, 13) => {
            Some(import("importlib.metadata".to_owned()))
        }
        "importlib.util.spec_from_file_location"
        | "importlib.machinery.SourceFileLoader"
        | "importlib.machinery.FileFinder"
        | "runpy.run_path" => Some(Call::Sources),
        "inspect.findsource"
        | "inspect.getcomments"
        | "inspect.getsource"
        | "inspect.getsourcefile"
        | "inspect.getsourcelines"
            if identity.origin == Origin::Program =>
        {
            let given = call.arguments.args.first().filter(|given| conditions.starts_with_import(given));
            Some(Call::ShowsGiven(given.and_then(|given| conditions.dotted(given))))
        }
        "inspect.findsource"
        | "inspect.getcomments"
        | "inspect.getframeinfo"
        | "inspect.getinnerframes"
        | "inspect.getouterframes"
        | "inspect.stack"
        | "inspect.trace"
        | "inspect.getsource"
        | "inspect.getsourcefile"
        | "inspect.getsourcelines"
        | "linecache.getline"
        | "linecache.getlines" => Some(Call::ShowsSources),
        "inspect.getfile" => Some(Call::AsksFiles),
        "ast.get_source_segment" | "ast.parse" => Some(Call::Parses),
        "open" | "io.open" | "tokenize.open" if is_own_file(call, conditions) => Some(Call::ShowsSources),
        "open" | "io.open" | "tokenize.open" | "pathlib.Path" if identity.origin == Origin::Program => {
            let path = call.arguments.args.first().filter(|path| conditions.starts_with_import(path))?;
            let module = conditions.dotted(path)?.strip_suffix(".__file__")?.to_owned();
            Some(Call::ShowsGiven(Some(module)))
        }
        other if identity.origin == Origin::Library && is_named_importer(other) => {
            let name = call.arguments.args.first()?;
            if let Some(name) = literal(name).filter(|name| is_dotted_name(name)) {
                return Some(Call::Import(Target::Code(name.to_owned())));
            }
            let start = literal_start(name)?;
            let (package, last) = start.rsplit_once('.').filter(|(package, _)| is_dotted_name(package))?;
            Some(Call::Import(Target::Submodules(package.to_owned(), last.to_owned())))
        }
        _ => None,
    }
}

/// `sys.modules[name]`, with another name than `__name__`.
pub(crate) fn is_other_module(target: &Expr, conditions: &Conditions<'_>) -> bool {
    let Expr::Subscript(subscript) = target else { return false };
    conditions.dotted(&subscript.value).as_deref() == Some("sys.modules")
        && conditions.dotted(&subscript.slice).as_deref() != Some("__name__")
}

/// `sys.modules[__name__] = …`: what takes the module's place answers for its attributes (`LazyImporter`).
pub(crate) fn is_own_module(target: &Expr, conditions: &Conditions<'_>) -> bool {
    let Expr::Subscript(subscript) = target else { return false };
    conditions.dotted(&subscript.value).as_deref() == Some("sys.modules")
        && conditions.dotted(&subscript.slice).as_deref() == Some("__name__")
}

/// Whether a function says that it imports what its argument names: `import_patched("dns." + name)`.
fn is_named_importer(function: &str) -> bool {
    let name = last_of(function);
    name.starts_with("import_") || name.ends_with("_import") || name.contains("_import_")
}

/// Whether an expression is a function that imports what it is given.
fn is_importer(expression: &Expr, conditions: &Conditions<'_>) -> bool {
    matches!(conditions.dotted(expression).as_deref(), Some("__import__" | "importlib.import_module"))
}

/// Whether a module reads its own source: `open(__file__)`, `Path(__file__).read_text()`.
fn reads_itself(call: &ExprCall, conditions: &Conditions<'_>) -> bool {
    match &*call.func {
        Expr::Attribute(method) if matches!(method.attr.as_str(), "read_text" | "read_bytes" | "open") => {
            matches!(&*method.value, Expr::Call(path) if is_own_file(path, conditions))
        }
        _ => false,
    }
}

/// `loader.get_source(name)` (PEP 302). That of a loader of templates takes more.
fn asks_a_loader(call: &ExprCall) -> bool {
    let Expr::Attribute(method) = &*call.func else { return false };
    let is_own = matches!(&*method.value, Expr::Name(name) if name.id.as_str() == "self");
    method.attr.as_str() == "get_source"
        && !is_own
        && call.arguments.args.len() == 1
        && call.arguments.keywords.is_empty()
}

fn is_own_file(call: &ExprCall, conditions: &Conditions<'_>) -> bool {
    call.arguments.args.first().and_then(|path| conditions.dotted(path)).as_deref() == Some("__file__")
}

/// Whether an expression is a path that starts from `__file__`.
pub(crate) fn is_from_own_file(expression: &Expr) -> bool {
    match expression {
        Expr::Name(name) => matches!(name.id.as_str(), "__file__" | "__path__"),
        Expr::Attribute(attribute) => is_from_own_file(&attribute.value),
        Expr::BinOp(operation) => is_from_own_file(&operation.left),
        Expr::Subscript(subscript) => is_from_own_file(&subscript.value),
        Expr::Call(call) => is_from_own_file(&call.func) || call.arguments.args.first().is_some_and(is_from_own_file),
        _ => false,
    }
}

fn import_module(call: &ExprCall, conditions: &Conditions<'_>, identity: Identity<'_>) -> Call {
    let Some(name) = argument(call, 0, "name") else { return Call::Computed };
    let package = argument(call, 1, "package");
    let package = || {
        package.and_then(|package| named_package(package, conditions, identity).or_else(|| around(package, identity)))
    };
    if let Some(name) = own_name(name, conditions, identity) {
        return import(name);
    }
    if let Some(name) = conditions.text(name) {
        let Some(rest) = name.strip_prefix('.') else { return import(name.to_owned()) };
        let Some(package) = package() else { return Call::Computed };
        let further = rest.len() - rest.trim_start_matches('.').len();
        let level = u32::try_from(further + 1).unwrap_or(u32::MAX).min(64);
        return import(absolute(&package, level, rest.trim_start_matches('.')));
    }
    computed(name, package, conditions, identity)
}

/// `__import__(name, globals, locals, fromlist, level)`.
fn builtin_import(call: &ExprCall, conditions: &Conditions<'_>, identity: Identity<'_>) -> Call {
    let Some(name) = argument(call, 0, "name") else { return Call::Computed };
    let level = match argument(call, 4, "level") {
        Some(Expr::NumberLiteral(number)) => match &number.value {
            Number::Int(level) => u32::from(level.as_u8().unwrap_or(0)),
            _ => 0,
        },
        _ => 0,
    };
    let known = conditions.text(name).map(str::to_owned).or_else(|| own_name(name, conditions, identity));
    let Some(name) = known else {
        if level > 0 && literal_start(name).is_some_and(|start| !start.contains('.')) {
            let start = literal_start(name).unwrap_or_default();
            return Call::Import(Target::Submodules(absolute(identity.package, level, ""), start));
        }
        return computed(name, || None, conditions, identity);
    };
    let module = absolute(identity.package, level, &name);
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
    let start = start_of(name, conditions, identity).or_else(|| conditions.start(name).map(str::to_owned));
    let Some(start) = start else {
        return Call::Computed;
    };
    let Some((known, last)) = start.rsplit_once('.') else { return Call::Computed };
    let known = match known.strip_prefix('.') {
        _ if known.is_empty() => package(),
        Some(rest) => package().map(|package| absolute(&package, 1, rest)),
        None => Some(known.to_owned()),
    };
    match known {
        Some(known) if is_dotted_name(&known) && last.is_empty() && ends_in_parts(name) => {
            Call::Import(Target::Below(known))
        }
        Some(known) if is_dotted_name(&known) => Call::Import(Target::Submodules(known, last.to_owned())),
        _ => Call::Computed,
    }
}

/// Whether what a sum adds last is made of several parts: `"package." + ".".join(words)`.
fn ends_in_parts(name: &Expr) -> bool {
    let Expr::BinOp(operation) = name else { return false };
    let Expr::Call(call) = &*operation.right else { return false };
    let Expr::Attribute(method) = &*call.func else { return false };
    method.attr.as_str() == "join" && literal(&method.value) == Some(".")
}

/// A text with parts that are computed, as a pattern for the name of a file: `config-*.py` for
/// `f"config-{version}.py"`.
pub(crate) fn pattern(expression: &Expr) -> Option<String> {
    const LONGEST_ENDING: usize = 12;
    let pattern = match expression {
        Expr::FString(text) => {
            let part = |element: &InterpolatedStringElement| match element {
                InterpolatedStringElement::Literal(literal) => glob::Pattern::escape(&literal.value),
                InterpolatedStringElement::Interpolation(_) => "*".to_owned(),
            };
            text.value.elements().map(part).collect()
        }
        Expr::BinOp(operation)
            if operation.op == Operator::Add && literal(&operation.right).is_some_and(|end| end.contains('.')) =>
        {
            summands(expression)
        }
        Expr::BinOp(operation) if operation.op == Operator::Mod => literal(&operation.left)?.replace("%s", "*"),
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(method) if method.attr.as_str() == "format" => literal(&method.value)?.replace("{}", "*"),
            _ => return None,
        },
        _ => return None,
    };
    let ending = pattern.rsplit_once('.').map(|(_, ending)| ending.len()).unwrap_or_default();
    let is_name = (1..=LONGEST_ENDING).contains(&ending)
        && pattern.contains('*')
        && !pattern.contains([' ', '/', '\\', '%', '{', '\n'])
        && pattern.rsplit('.').next().is_some_and(|ending| ending.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    is_name.then_some(pattern)
}

/// The texts of a sum, with a wildcard for what is no text.
fn summands(expression: &Expr) -> String {
    match expression {
        Expr::BinOp(operation) if operation.op == Operator::Add => {
            summands(&operation.left) + &summands(&operation.right)
        }
        other => literal(other).map_or_else(|| "*".to_owned(), glob::Pattern::escape),
    }
}

/// Whether a pattern knows more of a name than its ending, or an ending that files of a program have.
pub(crate) fn is_telling(pattern: &str) -> bool {
    const ENDINGS: [&str; 14] =
        ["html", "ini", "j2", "jinja", "jinja2", "json", "mako", "py", "sql", "tmpl", "toml", "xml", "yaml", "yml"];
    const FEWEST: usize = 2;
    let Some((stem, ending)) = pattern.rsplit_once('.') else { return false };
    stem.bytes().filter(u8::is_ascii_alphanumeric).count() >= FEWEST || ENDINGS.contains(&ending)
}

/// The text that a computed text starts with, as far as it is known.
pub(crate) fn start_of(expression: &Expr, conditions: &Conditions<'_>, identity: Identity<'_>) -> Option<String> {
    literal_start(expression)
        .filter(|start| !start.is_empty())
        .or_else(|| joined_start(expression, conditions))
        .or_else(|| own_name_start(expression, conditions, identity))
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

/// `".".join([PREFIX, name])`: the parts that are known, and a dot.
fn joined_start(expression: &Expr, conditions: &Conditions<'_>) -> Option<String> {
    let Expr::Call(call) = expression else { return None };
    let Expr::Attribute(method) = &*call.func else { return None };
    let parts = match call.arguments.args.first()? {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        _ => return None,
    };
    if method.attr.as_str() != "join" || literal(&method.value) != Some(".") {
        return None;
    }
    let known: Vec<&str> = parts.iter().map_while(|part| conditions.text(part)).collect();
    (!known.is_empty() && known.len() < parts.len()).then(|| known.join(".") + ".")
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
        // `"{}.{}".format(__name__, name)` and `"%s.%s" % (__name__, name)`
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(method) if method.attr.as_str() == "format" => {
                let rest = literal(&method.value)?.strip_prefix("{}")?.split('{').next()?;
                let own = named_package(call.arguments.args.first()?, conditions, identity)?;
                rest.starts_with('.').then(|| own + rest)
            }
            _ => None,
        },
        Expr::BinOp(operation) if operation.op == Operator::Mod => {
            let rest = literal(&operation.left)?.strip_prefix("%s")?.split('%').next()?;
            let Expr::Tuple(values) = &*operation.right else { return None };
            let own = named_package(values.elts.first()?, conditions, identity)?;
            rest.starts_with('.').then(|| own + rest)
        }
        _ => None,
    }
}

/// `__package__ + ".name"` and `f"{__name__}.name"`: a name that is known to its end.
fn own_name(expression: &Expr, conditions: &Conditions<'_>, identity: Identity<'_>) -> Option<String> {
    let (own, rest) = match expression {
        Expr::BinOp(operation) if operation.op == Operator::Add => {
            (&*operation.left, literal(&operation.right)?.to_owned())
        }
        Expr::FString(text) => {
            let elements: Vec<_> = text.value.elements().collect();
            match elements[..] {
                [InterpolatedStringElement::Interpolation(own), InterpolatedStringElement::Literal(rest)] => {
                    (&*own.expression, rest.value.to_string())
                }
                _ => return None,
            }
        }
        _ => return None,
    };
    let own = literal(own).is_none().then(|| named_package(own, conditions, identity))??;
    Some(format!("{own}{rest}")).filter(|name| rest.starts_with('.') && is_dotted_name(name))
}

/// `pkgutil.iter_modules(package.__path__)`: every submodule of the package.
fn list_modules(call: &ExprCall, conditions: &Conditions<'_>, identity: Identity<'_>) -> Call {
    let path = argument(call, 0, "path").and_then(|path| conditions.dotted(path));
    let path = path.filter(|path| path.ends_with("__path__")).or_else(|| path_by_prefix(call, conditions));
    match path.as_deref() {
        Some("__path__") => Call::Import(Target::Submodules(identity.package.to_owned(), String::new())),
        Some(path) => match path.strip_suffix(".__path__") {
            Some(package) if package.contains('.') || conditions.is_import(package) => {
                Call::Import(Target::Submodules(package.to_owned(), String::new()))
            }
            _ => Call::ListsModules,
        },
        None => Call::ListsModules,
    }
}

/// The path of the package whose name stands before those of its modules: `pkgutil.walk_packages(path, f"{plugins.__name__}.")`.
fn path_by_prefix(call: &ExprCall, conditions: &Conditions<'_>) -> Option<String> {
    let Expr::FString(text) = argument(call, 1, "prefix")? else { return None };
    let InterpolatedStringElement::Interpolation(part) = text.value.elements().next()? else { return None };
    Some(format!("{}.__path__", conditions.dotted(&part.expression)?.strip_suffix(".__name__")?))
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

/// The package around the module that a text ends with whose beginning is computed, by which libraries do without their own name:
/// `f"{__name__.split('.')[0]}.contrib.resolver"`.
fn around(expression: &Expr, identity: Identity<'_>) -> Option<String> {
    let end = match expression {
        Expr::FString(text) => match text.value.elements().last()? {
            InterpolatedStringElement::Literal(literal) => literal.value.to_string(),
            InterpolatedStringElement::Interpolation(_) => return None,
        },
        Expr::BinOp(operation) if operation.op == Operator::Add => literal(&operation.right)?.to_owned(),
        _ => return None,
    };
    let is_meant = |package: &&str| end.starts_with('.') && package.ends_with(&end);
    from_top(identity.package).rfind(is_meant).map(str::to_owned)
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
/// The texts in nested literals.
pub(crate) fn collect_words<'a>(expression: &'a Expr, words: &mut Vec<&'a str>) {
    match expression {
        Expr::StringLiteral(text) => words.push(text.value.to_str()),
        Expr::List(list) => list.elts.iter().for_each(|item| collect_words(item, words)),
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|item| collect_words(item, words)),
        Expr::Set(set) => set.elts.iter().for_each(|item| collect_words(item, words)),
        Expr::Dict(dict) => {
            for item in &dict.items {
                item.key.iter().for_each(|key| collect_words(key, words));
                collect_words(&item.value, words);
            }
        }
        _ => {}
    }
}
