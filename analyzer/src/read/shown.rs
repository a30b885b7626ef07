//! Calls by which a program shows lines of its own sources without naming one: in tracebacks, in a debugger, in reports of tests.

use ruff_python_ast::{Expr, ExprCall, Keyword};

/// Whether a call of the program shows lines of its sources. `function` is what is called, where that is known. Uncaught exceptions
/// go without their lines, and so does what is printed to stderr unless it is asked where to.
pub(crate) fn shows_lines(call: &ExprCall, function: Option<&str>) -> bool {
    match function {
        Some(
            "traceback.extract_stack"
            | "traceback.extract_tb"
            | "traceback.format_exc"
            | "traceback.format_exception"
            | "traceback.format_stack"
            | "traceback.format_tb"
            | "traceback.StackSummary.extract"
            | "traceback.TracebackException"
            | "traceback.TracebackException.from_exception",
        ) => true,
        Some(
            "traceback.print_exc"
            | "traceback.print_exception"
            | "traceback.print_last"
            | "traceback.print_stack"
            | "traceback.print_tb",
        ) => call.arguments.find_keyword("file").is_some(),
        Some(
            "breakpoint" | "pdb.Pdb" | "pdb.pm" | "pdb.post_mortem" | "pdb.run" | "pdb.runcall" | "pdb.runeval"
            | "pdb.set_trace",
        ) => true,
        // Failures are reported with their tracebacks.
        Some("unittest.TextTestRunner") => {
            call.arguments.find_keyword("stream").is_some() || !call.arguments.args.is_empty()
        }
        _ => logs_traceback(call),
    }
}

/// `log.exception("…")`, and `exc_info` or `stack_info` in the call of a logger: wherever logs go, the traceback goes too.
fn logs_traceback(call: &ExprCall) -> bool {
    let Expr::Attribute(method) = &*call.func else { return false };
    const LEVELS: [&str; 7] = ["critical", "debug", "error", "info", "log", "warning", "exception"];
    let asks = |keyword: &Keyword| {
        matches!(keyword.arg.as_ref().map(|name| name.as_str()), Some("exc_info" | "stack_info"))
            && !matches!(&keyword.value, Expr::BooleanLiteral(value) if !value.value)
            && !keyword.value.is_none_literal_expr()
    };
    let name = method.attr.as_str();
    LEVELS.contains(&name)
        && !call.arguments.args.is_empty()
        && (name == "exception" || call.arguments.keywords.iter().any(asks))
}

#[cfg(test)]
mod tests {
    use crate::graph::Options;
    use crate::testing;
    use crate::walk::walk;

    #[test]
    fn who_shows_its_own_lines_carries_them() {
        let carries = |main: &str| {
            let (_folder, project) = testing::project(&[("one/main.py", main)]);
            !walk(&project, &Options::default()).unwrap().own_files.is_empty()
        };
        for main in [
            "import traceback\ntraceback.format_exc()",
            "import sys, traceback\ntraceback.print_exc(file=sys.stdout)",
            "import pdb\npdb.set_trace()",
            "breakpoint()",
            "import unittest\nunittest.TextTestRunner(stream=here)",
            "log.exception('failed')",
            "self.log.error('failed: %s', 1, exc_info=error)",
        ] {
            assert!(carries(main), "{main}");
        }
        for main in [
            "import traceback\ntraceback.print_exc()",
            "future.exception()",
            "log.error('failed')",
            "log.error('failed', exc_info=False)",
            "import unittest\nunittest.main()",
        ] {
            assert!(!carries(main), "{main}");
        }
    }
}
