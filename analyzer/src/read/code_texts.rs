//! Texts that are code: what they import.

use crate::name_forms::is_dotted_name;
use crate::project::Origin;

/// The modules that a text imports which is Python source: `exec("from settings import *")`, `eval("__import__('os').sep")`.
/// Longer texts are looked at where they are the program's own: what it writes to a file, or to a cell of a notebook.
pub(crate) fn imports_in(text: &str, origin: Origin) -> impl Iterator<Item = &str> {
    let longest = if origin == Origin::Program { 20_000 } else { 400 };
    let statements = text.split([';', '\n']).filter(move |_| text.len() <= longest);
    let called = text.split("__import__(").skip(1).filter(move |_| text.len() <= longest);
    let called =
        called.filter_map(|rest| rest.trim_start().split(['\'', '"']).nth(1)).filter(|name| is_dotted_name(name));
    called.chain(statements.filter_map(|statement| {
        let (word, rest) = statement.trim().split_once(' ')?;
        let name = rest.split_whitespace().next()?;
        let is_import = match word {
            "import" => rest.split_whitespace().nth(1).is_none_or(|next| next == "as"),
            "from" => rest.split_whitespace().nth(1) == Some("import"),
            _ => false,
        };
        (is_import && is_dotted_name(name)).then_some(name)
    }))
}

/// The modules that the examples in a text import, as `doctest` runs them: `>>> from decimal import Decimal`.
pub(crate) fn imports_in_examples(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim_start);
    lines
        .filter_map(|line| line.strip_prefix(">>> ").or_else(|| line.strip_prefix("... ")))
        .flat_map(|line| imports_in(line, Origin::Program))
}
