//! What guards an import, so that its failing does not matter, or decides that it does not happen.

use super::{Extractor, Flow, Surroundings};
use crate::name_forms::last_of;
use crate::project::Origin;
use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{BoolOp, ExceptHandler, Expr, ExprBoolOp, ExprIf, Stmt, StmtTry, StmtWith};

impl<'a> Extractor<'a> {
    /// `try`, and what its handlers catch.
    pub(super) fn attempt(&mut self, statement: &'a StmtTry) -> Flow {
        let catches = statement.handlers.iter().any(|ExceptHandler::ExceptHandler(handler)| {
            handler.type_.as_deref().is_none_or(|caught| self.catches_import_error(caught))
        });
        let guard = |around: &mut Surroundings| around.guarded |= catches;
        self.within(guard, &statement.body);
        let accelerators = self.accelerators(&statement.body);
        let outside = std::mem::replace(&mut self.substitute_for, accelerators);
        for ExceptHandler::ExceptHandler(handler) in &statement.handlers {
            if let Some(caught) = &handler.type_ {
                self.visit_expr(caught);
            }
            // A handler runs only when something failed, so that what it imports is a substitute.
            self.within(
                |around| {
                    around.guarded |= catches;
                    around.in_branch = true;
                },
                &handler.body,
            );
        }
        self.substitute_for = outside;
        self.within(guard, &statement.orelse);
        self.block(&statement.finalbody)
    }

    /// The modules in C that a block of the standard library takes all it has from: where they are there, nothing of what stands in
    /// for them is imported.
    fn accelerators(&self, body: &[Stmt]) -> Vec<String> {
        if self.identity.origin != Origin::StandardLibrary {
            return Vec::new();
        }
        let module = |statement: &Stmt| match statement {
            Stmt::ImportFrom(import) if import.level == 0 => Some(import.module.as_ref()?.to_string()),
            _ => None,
        };
        let modules: Option<Vec<String>> = body.iter().map(module).collect();
        modules.filter(|names| names.iter().all(|name| name.starts_with('_'))).unwrap_or_default()
    }

    fn catches_import_error(&self, caught: &Expr) -> bool {
        if let Expr::Tuple(tuple) = caught {
            return tuple.elts.iter().any(|caught| self.catches_import_error(caught));
        }
        let names = ["ImportError", "ModuleNotFoundError", "Exception", "BaseException"];
        // Who asks for a distribution before its modules are imported asks whether these are there.
        let of_metadata = ["importlib.metadata.PackageNotFoundError", "importlib_metadata.PackageNotFoundError"];
        self.conditions.dotted(caught).is_some_and(|dotted| {
            let name = dotted.strip_prefix("builtins.").unwrap_or(&dotted);
            names.contains(&name) || of_metadata.contains(&name)
        })
    }

    /// `a if test else b`: what cannot be taken on the target does not count.
    pub(super) fn choice(&mut self, choice: &'a ExprIf) {
        self.visit_expr(&choice.test);
        let truth = self.conditions.truth(&choice.test);
        if truth != Some(false) {
            self.visit_expr(&choice.body);
        }
        if truth != Some(true) {
            self.visit_expr(&choice.orelse);
        }
    }

    /// `a and b`, `a or b`: nothing counts behind what decides.
    pub(super) fn chain(&mut self, operation: &'a ExprBoolOp) {
        let decisive = operation.op == BoolOp::Or;
        for value in &operation.values {
            self.visit_expr(value);
            if self.conditions.truth(value) == Some(decisive) {
                break;
            }
        }
    }

    /// `with contextlib.suppress(ImportError):` guards as `try` does.
    pub(super) fn context(&mut self, statement: &'a StmtWith) {
        let mut guarded = false;
        for item in &statement.items {
            self.visit_expr(&item.context_expr);
            if let Some(target) = &item.optional_vars {
                self.visit_expr(target);
            }
            let Expr::Call(call) = &item.context_expr else { continue };
            let function = self.conditions.dotted(&call.func).unwrap_or_default();
            if function == "contextlib.suppress" {
                guarded |= call.arguments.args.iter().any(|caught| self.catches_import_error(caught));
            }
            // `with try_import() as imports:`, of a library's own.
            let name = last_of(&function).to_ascii_lowercase();
            guarded |= ["try", "optional", "suppress", "ignore", "lazy"].iter().any(|word| name.contains(word))
                && name.contains("import");
        }
        self.within(|around| around.guarded |= guarded, &statement.body);
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::Options;
    use crate::project::Project;
    use crate::testing;
    use crate::walk::walk;

    /// The modules of a standard library whose `random` has a substitute for `_sha512`, which is there or is not.
    fn substitutes(tried: &str, is_there: bool) -> Vec<String> {
        let random = format!("try:\n    {tried}\nexcept ImportError:\n    from hashlib import sha512\n");
        let mut files =
            vec![("one/main.py", "import random"), ("std/random.py", random.as_str()), ("std/hashlib.py", "")];
        files.extend(is_there.then_some(("std/_sha512.abi3.so", "\0")));
        let (folder, mut project) = testing::project(&files);
        project.interpreter.stdlib = folder.path().join("std");
        project.interpreter.search_path.push(folder.path().join("std"));
        let project = Project::new(project.program, project.interpreter, &[]);
        let names = walk(&project, &Options::default()).unwrap().modules.into_keys();
        names.filter(|name| matches!(name.as_str(), "_sha512" | "hashlib")).collect()
    }

    /// The modules that a program imports with an expression, of `a` and `b`.
    fn imported(expression: &str) -> Vec<String> {
        let main = format!("import sys\nx = {expression}\n");
        let (_folder, project) = testing::project(&[("one/main.py", &main), ("two/a.py", ""), ("two/b.py", "")]);
        let names = walk(&project, &Options::default()).unwrap().modules.into_keys();
        names.filter(|name| name.len() == 1).collect()
    }

    #[test]
    fn an_expression_that_cannot_be_reached_imports_nothing() {
        assert_eq!(imported("__import__('a') if 0 else __import__('b')"), ["b"]);
        assert_eq!(imported("__import__('a') if sys.version_info > (3,) else __import__('b')"), ["a"]);
        assert_eq!(imported("__import__('a') if sys.argv else __import__('b')"), ["a", "b"]);
        assert_eq!(imported("sys.platform == 'win32' and __import__('a')"), [] as [&str; 0]);
        assert_eq!(imported("sys.argv and __import__('a') or __import__('b')"), ["a", "b"]);
    }

    #[test]
    fn what_stands_in_for_a_module_that_is_there_stays_out() {
        assert_eq!(substitutes("from _sha512 import sha512", true), ["_sha512"]);
        assert_eq!(substitutes("from _sha512 import sha512", false), ["hashlib"]);
        assert_eq!(substitutes("from _sha512 import sha512\n    f()", true), ["_sha512", "hashlib"]);
    }
}
