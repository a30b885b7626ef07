//! What compiling a module takes, as far as its source shows it.

use crate::collection::{CollectedModule, ModuleContent};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use ruff_python_parser::parse_module;
use std::thread;

/// More expressions than this in one piece of code are too many. It becomes one function of C, for which compilers take time that grows
/// faster than it does: 19,000 expressions in the body of a module, as protobuf's generated `descriptor_pb2` has them, were not done
/// after four minutes. The largest body that somebody wrote by hand and that was seen has 1,600. Bodies run once, and gain nothing.
const MOST_IN_ONE_PIECE: usize = 4_000;

/// The parser grows its stack as it needs, the walk over what it returns recurses as deep as the source nests. Only the pages that are
/// used cost memory.
const STACK: usize = 256 << 20;

/// How much there is to compile, in expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effort {
    /// In all.
    pub all: usize,
    /// In the longest function, or in the module's body with those of its classes.
    pub longest: usize,
}

impl Effort {
    /// Whether one piece of the code is so long that compiling it would take minutes.
    pub fn is_too_much(self) -> bool {
        self.longest > MOST_IN_ONE_PIECE
    }
}

/// Looks at the sources of modules. What cannot be read or parsed is nothing, and somebody else's to tell.
pub fn of_modules(modules: &[&CollectedModule]) -> Vec<Effort> {
    let look = || modules.iter().map(|module| of_module(module)).collect();
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, look).ok()?;
        thread.join().ok()
    })
    .unwrap_or_else(|| vec![Effort::default(); modules.len()])
}

fn of_module(module: &CollectedModule) -> Effort {
    let ModuleContent::Source(source) = &module.content else { return Effort::default() };
    source.read().map(|source| of_source(&String::from_utf8_lossy(&source))).unwrap_or_default()
}

fn of_source(source: &str) -> Effort {
    let Ok(parsed) = parse_module(source) else { return Effort::default() };
    let mut count = Count::default();
    parsed.syntax().body.iter().for_each(|statement| count.visit_stmt(statement));
    count.end_piece(0);
    count.effort
}

/// Counts expressions, those of each function for themselves.
#[derive(Default)]
struct Count {
    effort: Effort,
    /// Those of the piece that is being looked at.
    piece: usize,
}

impl Count {
    /// The piece is over, and goes on with one of which so many were seen.
    fn end_piece(&mut self, outer: usize) {
        self.effort.longest = self.effort.longest.max(self.piece);
        self.effort.all += self.piece;
        self.piece = outer;
    }
}

impl<'a> Visitor<'a> for Count {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if !matches!(statement, Stmt::FunctionDef(_)) {
            return walk_stmt(self, statement);
        }
        let outer = std::mem::take(&mut self.piece);
        walk_stmt(self, statement);
        self.end_piece(outer);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        self.piece += 1;
        walk_expr(self, expression);
    }
}

#[cfg(test)]
mod tests {
    use super::{Effort, of_source};

    #[test]
    fn functions_are_pieces_of_their_own_and_classes_are_not() {
        let source =
            "a = b\nclass C:\n    d = e\n    def f(self):\n        return g(h, 1)\n        def i():\n            j\n";
        assert_eq!(of_source(source), Effort { all: 9, longest: 4 });
        assert_eq!(of_source("def f(:\n"), Effort::default());
    }

    #[test]
    fn what_is_long_as_nobody_writes_it_is_too_much() {
        let written = "def f(a):\n    return a.b(a, 1)\n".repeat(5_000);
        assert!(!of_source(&written).is_too_much());
        let generated = "MESSAGE = descriptor(name='name', index=1)\n".repeat(1_000);
        assert!(of_source(&generated).is_too_much());
    }
}
