//! Data that distributions install beside Python's own folders, where `sys.prefix` leads to it: `share/jupyter`, `etc`.

use super::brought::is_elf;
use super::{Content, Files, Reason, relative};
use rpack_analyzer::{Distribution, Project};
use rpack_format::FileKind;
use std::path::Path;

/// What lies below `sys.prefix` and is no data of programs: commands, headers, and what is read by people.
const LEFT_OUT: [&str; 7] = ["bin/", "include/", "lib/", "lib64/", "share/applications/", "share/doc/", "share/man/"];

/// Adds what the included distributions have installed below the interpreter's prefix. In a packed program `sys.prefix` is
/// the bundle, so that each file keeps its place. Of commands these are native programs, which a package starts that was
/// imported, as `ruff` and `ninja` do; scripts need an interpreter that is not there.
pub fn collect(files: &mut Files, distributions: &[Distribution], project: &Project) {
    for distribution in distributions {
        for file in &distribution.files {
            if let Some(path) = place(file, &project.interpreter.prefix).filter(|_| file.is_file()) {
                let reason = Reason::RecordOf(distribution.name.clone());
                files.add(&path, FileKind::Data, Content::File(file.clone()), reason);
            } else if let Some(path) = command(file, &project.interpreter.prefix).filter(|_| is_elf(file)) {
                let reason = Reason::RecordOf(distribution.name.clone());
                if let Some(file) = files.add(&path, FileKind::Data, Content::File(file.clone()), reason) {
                    file.executable = true;
                }
            }
        }
    }
}

fn place(file: &Path, prefix: &Path) -> Option<String> {
    relative(file, prefix).filter(|path| path.contains('/') && !LEFT_OUT.iter().any(|folder| path.starts_with(folder)))
}

/// Where `sysconfig.get_path("scripts")` leads to.
fn command(file: &Path, prefix: &Path) -> Option<String> {
    relative(file, prefix).filter(|path| path.strip_prefix("bin/").is_some_and(|name| !name.contains('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_keeps_its_place_below_the_prefix() {
        let place = |file: &str| place(Path::new(file), Path::new("/env"));
        assert_eq!(place("/env/share/jupyter/a.tpl").as_deref(), Some("share/jupyter/a.tpl"));
        for other in
            ["/env/lib/python3.11/site-packages/a.txt", "/env/bin/tool", "/env/share/man/man1/a.1", "/x/share/a"]
        {
            assert_eq!(place(other), None);
        }
    }
}
