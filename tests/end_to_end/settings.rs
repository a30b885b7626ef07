//! What is said about a build in files: `[tool.rpack]` in `pyproject.toml`, and PyInstaller's `.spec` files.

use crate::rpack::{build_in, clean, text, write_files};
use crate::store::assert_prints;
use std::path::Path;
use std::process::Command;

const PROGRAM: &str =
    "import os, sys\nprint(sys.flags.optimize, open(os.path.join(sys._MEIPASS, 'texts/a.txt')).read())\n";

#[track_caller]
fn assert_runs(program: &Path, printed: &str) {
    let mut command = Command::new(program);
    clean(&mut command);
    assert_prints(&mut command, printed);
}

#[test]
fn a_project_says_how_it_is_packed_and_flags_decide() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "[tool.rpack]\nname = 'tool'\nadd-data = ['files/*.txt:texts']\noptimize = 2\ndistpath = 'out'\nonedir = true\n";
    write_files(
        folder.path(),
        &[("app/pyproject.toml", settings), ("app/main.py", PROGRAM), ("app/files/a.txt", "text")],
    );
    // Paths are meant from the file, wherever rpack runs.
    let output = build_in(folder.path(), &["app"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_runs(&folder.path().join("app/out/tool/tool"), "2 text\n");
    // What was built is no part of the program, although it lies in its folder.
    let output = build_in(folder.path(), &["app", "-v"]);
    assert!(output.status.success() && !text(&output.stderr).contains("_internal"), "{}", text(&output.stderr));
    let output =
        build_in(folder.path(), &["app", "--onefile", "--optimize", "0", "--distpath", "here", "--name", "other"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_runs(&folder.path().join("here/other"), "0 text\n");
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest_one() {
    let folder = tempfile::tempdir().unwrap();
    write_files(
        folder.path(),
        &[("pyproject.toml", "[tool.rpack]\nname = 'x'\nhidden-import = []\n"), ("tools/main.py", "")],
    );
    let output = build_in(folder.path(), &["tools/main.py"]);
    let expected = "error: Unknown key `hidden-import` in `[tool.rpack]` (`pyproject.toml:3`)\n\n\
        hint: Did you mean `hidden-imports`?\n";
    assert_eq!((text(&output.stderr), output.status.code()), (expected.to_owned(), Some(1)));
}

const SPEC: &str = "
from PyInstaller.utils.hooks import collect_submodules

hiddenimports = ['hidden']
hiddenimports += collect_submodules('package')

a = Analysis(
    ['src/app.py'], pathex=['lib'], binaries=[], datas=[('files/*.txt', 'texts')], hiddenimports=hiddenimports,
    hookspath=[], hooksconfig={}, runtime_hooks=[], excludes=[], noarchive=False, optimize=1,
)
pyz = PYZ(a.pure)
";

#[test]
fn a_spec_file_says_the_same_to_rpack() {
    let folder = tempfile::tempdir().unwrap();
    let one_file =
        format!("{SPEC}exe = EXE(pyz, a.scripts, a.binaries, a.datas, [], name='tool', icon='x.ico', upx=True)\n");
    let one_folder = format!(
        "{SPEC}exe = EXE(pyz, a.scripts, [], exclude_binaries=True, name='tool')\ncoll = COLLECT(exe, a.binaries, a.datas, name='tool')\n"
    );
    let program =
        format!("{PROGRAM}for name in ('hidden', 'package.part'):\n    print(__import__(str(name)).__name__)\n");
    write_files(
        folder.path(),
        &[
            ("project/file.spec", &one_file),
            ("project/folder.spec", &one_folder),
            ("project/src/app.py", &program),
            ("project/files/a.txt", "text"),
            ("project/lib/hidden.py", ""),
            ("project/lib/package/__init__.py", ""),
            ("project/lib/package/part.py", ""),
        ],
    );
    let output = build_in(folder.path(), &["project/file.spec"]);
    let stderr = text(&output.stderr);
    assert!(output.status.success() && stderr.contains("note: `icon` is not needed: "), "{stderr}");
    assert_runs(&folder.path().join("dist/tool"), "1 text\nhidden\npackage\n");
    let output = build_in(folder.path(), &["project/folder.spec", "--distpath", "here"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_runs(&folder.path().join("here/tool/tool"), "1 text\nhidden\npackage\n");
}

#[test]
fn a_spec_file_that_computes_is_refused_and_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let spec = "import os\nopen('was-run', 'w')\nfiles = [(name, '.') for name in os.listdir('.')]\n\
        a = Analysis(['app.py'], datas=files)\n";
    write_files(folder.path(), &[("app.spec", spec), ("app.py", "")]);
    let output = build_in(folder.path(), &["app.spec"]);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr.contains("error: `datas` is not plain") && stderr.contains("(`app.spec:3`)"), "{stderr}");
    assert!(
        stderr.contains("hint: ") && stderr.contains("`add-data = [\"SRC:DEST\"]` under `[tool.rpack]`"),
        "{stderr}"
    );
    assert!(!folder.path().join("was-run").exists() && !folder.path().join("dist").exists());
}
