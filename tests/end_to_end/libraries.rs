//! Installed distributions: what comes along of them without a flag.

use crate::interpreters;
use crate::rpack::{clean, rpack, run, text};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Installs files as pip does: with a RECORD that lists them.
pub fn install(site: &Path, name: &str, files: &[(&str, &str)]) {
    let metadata = format!("{name}-1.5.dist-info");
    let text = format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1.5\n");
    let own = [(format!("{metadata}/METADATA"), text), (format!("{metadata}/INSTALLER"), "pip\n".to_owned())];
    let files = files.iter().map(|&(path, content)| (path.to_owned(), content.to_owned())).chain(own);
    let mut record = format!("{metadata}/RECORD,,\n");
    for (path, content) in files {
        fs::create_dir_all(site.join(&path).parent().unwrap()).unwrap();
        fs::write(site.join(&path), content).unwrap();
        record.push_str(&format!("{path},,\n"));
    }
    fs::write(site.join(metadata).join("RECORD"), record).unwrap();
}

/// Packs `source` with `site` on the path and gives what it prints where `site` is gone.
fn output_without(site: &Path, source: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.py"), source).unwrap();
    let mut command = rpack();
    command.current_dir(folder.path()).env("PYTHONPATH", site);
    let built = run(command.args(["build", "main.py", "--output", "packed", "--python"]).arg(interpreters::any()));
    assert!(built.status.success(), "{}", text(&built.stderr));
    fs::remove_dir_all(site).unwrap();
    let mut packed = Command::new(folder.path().join("packed"));
    clean(&mut packed);
    let output = run(&mut packed);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn data_metadata_and_protobuf_definitions_come_along() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    let library = [
        ("shared/api/messages.py", ""),
        ("shared/api/messages.proto", "syntax = \"proto3\";"),
        ("library/__init__.py", ""),
        ("library/certificates/roots.pem", "a certificate"),
        ("library/speed.pyx", "left out"),
        ("library/tests/data.txt", "left out"),
    ];
    install(&site, "library", &library);
    fs::write(site.join("shared/api/of_somebody_else.txt"), "left out").unwrap();
    let source = "import importlib.metadata, pkgutil, os\n\
        import library, shared.api.messages\n\
        print(importlib.metadata.version('library'))\n\
        print(pkgutil.get_data('library', 'certificates/roots.pem').decode())\n\
        print(sorted(os.listdir(os.path.dirname(shared.api.messages.__file__))))\n\
        print(sorted(os.listdir(os.path.dirname(library.__file__))))\n";
    let expected = "1.5\na certificate\n['messages.proto']\n['certificates']\n";
    assert_eq!(output_without(&site, source), expected);
}

#[test]
fn a_path_file_and_what_it_names_are_followed() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    let environment = folder.path().join("environment");
    let made = run(Command::new(interpreters::any()).args(["-m", "venv", "--without-pip"]).arg(&environment));
    assert!(made.status.success(), "{}", text(&made.stderr));
    fs::create_dir_all(site.join("editable")).unwrap();
    fs::write(site.join("editable/__init__.py"), "from .inner import VALUE\n").unwrap();
    fs::write(site.join("editable/inner.py"), "VALUE = 'from a folder elsewhere'\n").unwrap();
    let packages = run(Command::new(environment.join("bin/python")).args([
        "-I",
        "-c",
        "import sysconfig; print(sysconfig.get_path('purelib'))",
    ]));
    let path_file = Path::new(text(&packages.stdout).trim()).join("editable.pth");
    fs::write(path_file, format!("{}\n", site.display())).unwrap();
    fs::write(folder.path().join("main.py"), "import editable\nprint(editable.VALUE)\n").unwrap();
    let mut command = rpack();
    command
        .current_dir(folder.path())
        .env("VIRTUAL_ENV", &environment)
        .args(["build", "main.py", "--output", "packed"]);
    let built = run(&mut command);
    assert!(built.status.success(), "{}", text(&built.stderr));
    fs::remove_dir_all(&site).unwrap();
    let mut packed = Command::new(folder.path().join("packed"));
    clean(&mut packed);
    assert_eq!(text(&run(&mut packed).stdout), "from a folder elsewhere\n");
}

#[test]
fn code_in_pth_files_runs_before_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    let shim = "import importlib, importlib.util, sys\n\
        class Loader:\n\
        \x20   def create_module(self, spec):\n        return importlib.import_module('setuptools._distutils')\n\
        \x20   def exec_module(self, module):\n        pass\n\
        class Finder:\n\
        \x20   def find_spec(self, name, path, target=None):\n\
        \x20       return importlib.util.spec_from_loader(name, Loader()) if name == 'distutils' else None\n\
        def add_shim():\n    sys.meta_path.insert(0, Finder())\n";
    let setuptools = [
        ("_distutils_hack/__init__.py", shim),
        (
            "distutils-precedence.pth",
            "import os; enabled = os.sep; enabled and __import__('_distutils_hack').add_shim(); \n",
        ),
        ("setuptools/__init__.py", ""),
        ("setuptools/_distutils/__init__.py", ""),
        ("setuptools/_distutils/version.py", "VALUE = 'of setuptools'\n"),
    ];
    install(&site, "setuptools", &setuptools);
    let traced = [
        ("traced/__init__.py", "def start(name):\n    import sys\n    sys.traced = name\n"),
        ("traced.pth", "import traced; traced.start('traced')\nimport traced, absent\n"),
        ("unused.py", ""),
        ("unused.pth", "import unused; raise SystemExit\n"),
    ];
    install(&site, "traced", &traced);
    let source = "import sys, traced\nfrom distutils.version import VALUE\n\
        print(VALUE, sys.traced, type(__loader__).__module__, 'enabled' in globals())\n";
    assert_eq!(output_without(&site, source), "of setuptools traced rpack False\n");
}

#[test]
fn a_package_comes_before_a_namespace_of_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    let carrying = [
        (
            "lib/__init__.py",
            "import os, sys\nsys.path.append(os.path.join(os.path.dirname(__file__), '_vendor'))\nfrom shared import text\n",
        ),
        ("lib/_vendor/shared/__init__.py", "MARK = 'of lib'\n"),
        ("lib/_vendor/shared/text.py", "NAME = __name__\n"),
    ];
    install(&site, "carrying", &carrying);
    install(&site, "other", &[("shared/other.py", "")]);
    let source = "import lib, shared\nprint(lib.text.NAME, shared.MARK)\n";
    assert_eq!(output_without(&site, source), "shared.text of lib\n");
}
