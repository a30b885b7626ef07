//! What `rpack build` says: what goes in and why, and what is wrong with a program in words that help.

use crate::interpreters;
use crate::rpack::{build_in, clean, rpack, run, text, write_files};
use crate::store::assert_prints;
use std::process::Command;

#[test]
fn everything_that_goes_in_is_listed_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    write_files(
        folder.path(),
        &[
            ("app/main.py", "import package, _ssl\ndef f():\n    import late\n"),
            ("app/own.txt", "own"),
            ("app/late.py", ""),
            ("added.txt", "more"),
            ("lib/package/__init__.py", ""),
            ("lib/package/data.txt", "12345"),
            ("lib/extra.py", ""),
            ("lib/package-1.5.dist-info/METADATA", "Name: package\nVersion: 1.5\n"),
            ("lib/package-1.5.dist-info/RECORD", "package/__init__.py,,\npackage/data.txt,,\n"),
        ],
    );
    let mut command = rpack();
    command.current_dir(folder.path()).env("PYTHONPATH", folder.path().join("lib"));
    command.args(["build", "app", "-v", "--add-data", "added.txt:more", "--hidden-import", "extra", "--python"]);
    let output = run(command.arg(interpreters::any()));
    let stderr = text(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert_eq!(text(&output.stdout), "");
    let main = folder.path().canonicalize().unwrap().join("app/main.py").display().to_string();
    for line in [
        "  module __main__ (the program)".to_owned(),
        format!("  module package (imported by `{main}:1`)"),
        format!("  module late (imported in a function by `{main}:3`)"),
        "  module extra (asked for by a flag)".to_owned(),
        "  module encodings (needed by Python itself)".to_owned(),
        "  file more/added.txt, 4 B (`--add-data added.txt:more`)".to_owned(),
        "  file own.txt, 3 B (folder of the program)".to_owned(),
        "  file package/data.txt, 5 B (data of the package `package`)".to_owned(),
        "  file package-1.5.dist-info/METADATA, 27 B (metadata of `package`)".to_owned(),
    ] {
        assert!(stderr.lines().any(|found| found == line), "{line:?} is not said:\n{stderr}");
    }
    let said = |start: &str, end: &str| stderr.lines().any(|line| line.starts_with(start) && line.ends_with(end));
    assert!(said("  file lib-dynload/_ssl.", "(extension module `_ssl`)"), "{stderr}");
    assert!(said("  file lib-dynload/libssl.", "`)") && stderr.contains("(needed by `lib-dynload/_ssl."), "{stderr}");
    assert!(said("  file lib-dynload/libpython3.", "(the interpreter)"), "{stderr}");
    let files: Vec<&str> = stderr.lines().filter_map(|line| line.strip_prefix("  file ")?.split(',').next()).collect();
    assert!(files.is_sorted(), "{files:?}");
}

#[test]
fn a_relative_import_of_what_is_run_gets_advice_that_works() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("app/__init__.py", ""),
        ("app/__main__.py", "from . import part\nprint(part.__name__)\n"),
        ("app/part.py", ""),
    ];
    write_files(folder.path(), &files);
    for (path, module) in [("app", "app"), ("app/__main__.py", "app.__main__")] {
        let output = build_in(folder.path(), &[path]);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr.starts_with("error: Relative import in `__main__.py:1`"), "{stderr}");
        let script = stderr.split('`').find(|part| part.starts_with("import runpy")).expect("the hint names a script");
        assert!(script.contains(&format!("\"{module}\"")), "{script}");
        write_files(folder.path(), &[("start.py", script)]);
        let output = build_in(folder.path(), &["start.py"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let mut packed = Command::new(folder.path().join("dist/start"));
        clean(&mut packed);
        assert_prints(&mut packed, "app.part\n");
    }
}

#[test]
fn a_file_of_secrets_is_told_of_and_can_be_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let program = "from pathlib import Path\nprint((Path(__file__).parent / '.env').exists())\n";
    write_files(folder.path(), &[("app/main.py", program), ("app/.env", "PASSWORD=secret\n")]);
    let output = build_in(folder.path(), &["app"]);
    let stderr = text(&output.stderr);
    assert!(
        output.status.success() && stderr.contains("warning: `.env` goes in because the program names it"),
        "{stderr}"
    );
    let mut packed = Command::new(folder.path().join("dist/app"));
    clean(&mut packed);
    assert_prints(packed.env("RPACK_CACHE_DIR", folder.path().join("cache")), "True\n");
    write_files(folder.path(), &[("app/.gitignore", ".env\n")]);
    let output = build_in(folder.path(), &["app"]);
    let stderr = text(&output.stderr);
    assert!(output.status.success() && !stderr.contains("warning"), "{stderr}");
    assert_prints(&mut packed, "False\n");
}
