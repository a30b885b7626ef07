//! What functions and classes of libraries are decorated with.

use super::Extractor;
use crate::name_forms::{last_of, top_of};
use crate::project::Origin;
use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{Decorator, Expr};

impl<'a> Extractor<'a> {
    /// Notes what a function or class of a library is decorated with: a function of another library
    /// may look at its source.
    pub(super) fn decorators(&mut self, name: &str, decorators: &'a [Decorator]) {
        if self.identity.origin == Origin::Library && !self.surroundings.in_function {
            self.result.outline.defines.insert(name.to_owned());
        }
        for decorator in decorators {
            self.visit_expr(&decorator.expression);
            let function = match &decorator.expression {
                Expr::Call(call) => &call.func,
                other => other,
            };
            if self.identity.origin == Origin::Library
                && self.conditions.starts_with_import(function)
                && let Some(dotted) = self.conditions.dotted(function)
                && top_of(self.identity.name) != top_of(&dotted)
            {
                self.result.outline.decorators.insert((top_of(&dotted).to_owned(), last_of(&dotted).to_owned()));
            }
        }
    }
}
