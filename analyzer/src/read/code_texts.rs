//! Texts that are code: what they import.

use crate::name_forms::is_dotted_name;
use crate::project::Origin;

/// The modules that a text imports which is Python source: `exec("from settings import *")`, `eval("__import__('os').sep")`.
/// Longer texts are looked at where they are the program's own: what it writes to a file, or to a cell of a notebook; and where
/// a library's text is nothing but imports, which no description is.
pub(crate) fn imports_in(text: &str, origin: Origin) -> impl Iterator<Item = &str> {
    const LONGEST: usize = 20_000;
    const LONGEST_OF_LIBRARY: usize = 400;
    let is_program = origin == Origin::Program;
    let is_short = text.len() <= LONGEST_OF_LIBRARY || (text.len() <= LONGEST && (is_program || is_only_imports(text)));
    let text = if is_short { text } else { "" };
    let statements = text.split([';', '\n']);
    let called = text.split("__import__(").skip(1);
    let called =
        called.filter_map(|rest| rest.trim_start().split(['\'', '"']).nth(1)).filter(|name| is_dotted_name(name));
    called.chain(statements.filter_map(imported_by))
}

/// What a statement imports, if it does.
fn imported_by(statement: &str) -> Option<&str> {
    let (word, rest) = statement.trim().split_once(' ')?;
    let name = rest.split_whitespace().next()?;
    let is_import = match word {
        "import" => rest.split_whitespace().nth(1).is_none_or(|next| next == "as"),
        "from" => rest.split_whitespace().nth(1) == Some("import"),
        _ => false,
    };
    (is_import && is_dotted_name(name)).then_some(name)
}

/// Whether all lines of a text import something: a list of modules that is gone through, as visidata has one.
fn is_only_imports(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.all(|line| imported_by(line).is_some())
}

/// The modules that the examples in a text import, as `doctest` runs them: `>>> from decimal import Decimal`.
pub(crate) fn imports_in_examples(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim_start);
    lines
        .filter_map(|line| line.strip_prefix(">>> ").or_else(|| line.strip_prefix("... ")))
        .flat_map(|line| imports_in(line, Origin::Program))
}

#[cfg(test)]
mod tests {
    use super::imports_in;
    use crate::project::Origin;

    #[test]
    fn a_long_text_of_a_library_is_code_if_it_only_imports() {
        let count = |text: &str, origin| imports_in(text, origin).count();
        let list = "\nimport a.b\n\nfrom a import c\n".repeat(50);
        assert_eq!(count(&list, Origin::Library), 100);
        let description = format!("{list}Words.\n");
        assert_eq!(count(&description, Origin::Library), 0);
        assert_eq!(count(&description, Origin::Program), 100);
        assert_eq!(count("Words.\nimport a", Origin::Library), 1);
        assert_eq!(count(&list.repeat(20), Origin::Program), 0);
    }
}
