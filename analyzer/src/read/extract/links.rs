//! Questions by which a file can be told from another name of the same file.

use super::Extractor;
use crate::project::Origin;
use ruff_python_ast::{CmpOp, Expr, ExprCall, ExprCompare};

impl Extractor<'_> {
    /// Takes notice of who refuses files that have several names: `os.stat(path).st_nlink > 1`.
    pub(super) fn note_count_of_names(&mut self, comparison: &ExprCompare) {
        let is_count = matches!(&*comparison.left, Expr::Attribute(count) if count.attr.as_str() == "st_nlink");
        self.result.outline.tells_links |=
            is_count && *comparison.ops == [CmpOp::Gt] && self.identity.origin != Origin::StandardLibrary;
    }

    /// Takes notice of a program that asks whether two files are one, or makes an archive, in which the second name of a file is a link.
    pub(super) fn note_same_files(&mut self, call: &ExprCall) {
        if self.identity.origin != Origin::Program {
            return;
        }
        let is_asked = matches!(&*call.func, Expr::Attribute(method) if method.attr.as_str() == "samefile");
        let function = self.conditions.dotted(&call.func).unwrap_or_default();
        self.result.outline.tells_links |= is_asked
            || matches!(
                function.as_str(),
                "os.path.samefile"
                    | "shutil.make_archive"
                    | "tarfile.TarFile"
                    | "tarfile.TarFile.open"
                    | "tarfile.open"
            );
    }
}
