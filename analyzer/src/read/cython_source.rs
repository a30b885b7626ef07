//! Cython sources that wheels carry beside the modules made from them. They say more than the texts
//! of the library do, which Cython may compress.

use super::outline::{Import, Target, absolute};
use crate::graph::EdgeKind;

/// What the `import` and `cimport` statements of a source name. A `cimport` of another extension
/// module imports it too; one of a C header names no module, and is not found as one.
pub(crate) fn imports(source: &str, package: &str) -> Vec<Import> {
    let mut found = Vec::new();
    let mut lines = source.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let mut statement = without_comment(line).trim().to_owned();
        if !["from ", "import ", "cimport "].iter().any(|word| statement.starts_with(word)) {
            continue;
        }
        while statement.contains('(') && !statement.contains(')') {
            let Some((_, next)) = lines.next() else { break };
            statement.push(' ');
            statement.push_str(without_comment(next).trim());
        }
        let line = u32::try_from(number + 1).unwrap_or(u32::MAX);
        for name in names(&statement, package) {
            found.push(Import::new(Target::Guess(name), line, EdgeKind::Lazy));
        }
    }
    found
}

fn without_comment(line: &str) -> &str {
    line.split('#').next().unwrap_or(line)
}

fn names(statement: &str, package: &str) -> Vec<String> {
    let first_words = |list: &str| -> Vec<String> {
        let words = list.split(',').filter_map(|item| item.split_whitespace().next());
        words.map(|word| word.trim_matches(['(', ')', '"']).to_owned()).filter(|word| !word.is_empty()).collect()
    };
    if let Some(list) = statement.strip_prefix("import ").or_else(|| statement.strip_prefix("cimport ")) {
        return first_words(list);
    }
    let Some((module, rest)) = statement.strip_prefix("from ").and_then(|rest| rest.trim_start().split_once(' '))
    else {
        return Vec::new();
    };
    let rest = rest.trim_start();
    let Some(list) = rest.strip_prefix("import ").or_else(|| rest.strip_prefix("cimport ")) else { return Vec::new() };
    let name = module.trim_start_matches('.');
    let level = u32::try_from(module.len() - name.len()).unwrap_or(u32::MAX);
    let module = absolute(package, level, name);
    let members = first_words(list.trim_start_matches('(')).into_iter().map(|member| format!("{module}.{member}"));
    members.chain([module.clone()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_imports_are_read() {
        let source = "# cython: x\nfrom ..a cimport (\n    B,  # c\n    D as E\n)\nfrom . import f\ncimport numpy as np\n\
                      import g.h, i\ncdef from_x(int a):\n    pass\nfrom libc.math cimport sqrt";
        let found: Vec<_> = imports(source, "p.q").into_iter().map(|import| import.target).collect();
        let expected = ["p.a.B", "p.a.D", "p.a", "p.q.f", "p.q", "numpy", "g.h", "i", "libc.math.sqrt", "libc.math"];
        assert_eq!(found, expected.map(|name| Target::Guess(name.to_owned())));
    }

    #[test]
    fn broken_sources_do_not_panic() {
        for source in ["from", "from ", "from x", "from . cimport (", "import ,", "from ..... import ("] {
            imports(source, "");
        }
    }
}
