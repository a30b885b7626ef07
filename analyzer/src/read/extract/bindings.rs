use ruff_python_ast::{Expr, Stmt, StmtImportFrom};
use std::collections::BTreeSet;

/// Which of the names of its submodules a package binds itself, to something else: `from package import name` takes what is bound,
/// and does not import the submodule.
pub(crate) fn shadowed(body: &[Stmt], package: &str, submodules: &BTreeSet<String>) -> BTreeSet<String> {
    let mut bound = BTreeSet::new();
    note_block(body, package, &mut bound);
    bound.into_iter().filter(|name| submodules.contains(*name)).map(str::to_owned).collect()
}

fn note_block<'a>(body: &'a [Stmt], package: &str, bound: &mut BTreeSet<&'a str>) {
    for statement in body {
        match statement {
            Stmt::FunctionDef(function) => _ = bound.insert(&function.name),
            Stmt::ClassDef(class) => _ = bound.insert(&class.name),
            Stmt::Assign(assignment) => assignment.targets.iter().for_each(|target| note_target(target, bound)),
            Stmt::AnnAssign(assignment) if assignment.value.is_some() => note_target(&assignment.target, bound),
            Stmt::Import(import) => {
                bound.extend(import.names.iter().filter_map(|alias| alias.asname.as_deref()));
            }
            Stmt::ImportFrom(import) => {
                let is_itself = |name: &str, local: &str| name == local && is_of(import, package);
                let names = import.names.iter().map(|alias| (&*alias.name, alias.asname.as_deref()));
                let local = names.map(|(name, renamed)| (name, renamed.unwrap_or(name)));
                bound.extend(local.filter(|(name, local)| !is_itself(name, local)).map(|(_, local)| local));
            }
            Stmt::If(choice) => {
                note_block(&choice.body, package, bound);
                choice.elif_else_clauses.iter().for_each(|clause| note_block(&clause.body, package, bound));
            }
            Stmt::Try(attempt) => {
                for block in [&attempt.body, &attempt.orelse, &attempt.finalbody] {
                    note_block(block, package, bound);
                }
                let handlers = attempt.handlers.iter().filter_map(|handler| handler.as_except_handler());
                handlers.for_each(|handler| note_block(&handler.body, package, bound));
            }
            Stmt::With(context) => note_block(&context.body, package, bound),
            _ => {}
        }
    }
}

fn note_target<'a>(target: &'a Expr, bound: &mut BTreeSet<&'a str>) {
    match target {
        Expr::Name(name) => _ = bound.insert(&name.id),
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|item| note_target(item, bound)),
        Expr::List(list) => list.elts.iter().for_each(|item| note_target(item, bound)),
        _ => {}
    }
}

/// Whether an import is of what is in the package itself: `from . import name`.
fn is_of(import: &StmtImportFrom, package: &str) -> bool {
    match &import.module {
        Some(module) => import.level == 0 && module.as_str() == package,
        None => import.level == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_the_place_of_a_submodule_is_told_from_the_submodule() {
        let submodules = BTreeSet::from(["one".to_owned(), "two".to_owned()]);
        let found = |source: &str| {
            let parsed = ruff_python_parser::parse_module(source).unwrap();
            shadowed(&parsed.syntax().body, "package", &submodules).into_iter().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(found("from .two import one"), "one");
        assert_eq!(found("from other import thing as one, three"), "one");
        assert_eq!(found("if x:\n    from .a import one\nelse:\n    def two(): pass"), "one two");
        assert_eq!(found("try:\n    from . import one\nexcept ImportError:\n    one = None"), "one");
        assert_eq!(found("one, [two] = 1, [2]\nthree: int = 3"), "one two");
        assert_eq!(found("import x.y as two, one.z\nclass one: pass"), "one two");
        assert_eq!(found("from . import one\nfrom package import two\none: int"), "");
        assert_eq!(found("def f():\n    one = 1"), "");
    }
}
