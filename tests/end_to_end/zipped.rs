//! Zip files and eggs, on the environment's own search path and put on it by the program: modules, data, metadata and resources in them
//! are those of plain Python, where neither Python nor the environment can be seen.

use crate::interpreters;
use crate::rpack::{build_in, clean, rpack, run, text, write_files};
use crate::without_python::{hidden, reachable_folder};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Turns a folder into a zip file of the same name, whose members are compressed.
fn zip(python: &Path, folder: &Path) {
    let code = "import shutil, sys; shutil.make_archive(sys.argv[1] + '-made', 'zip', sys.argv[1])";
    assert!(run(Command::new(python).args(["-c", code]).arg(folder)).status.success());
    fs::remove_dir_all(folder).unwrap();
    fs::rename(folder.with_file_name(format!("{}-made.zip", folder.file_name().unwrap().to_str().unwrap())), folder)
        .unwrap();
}

/// A package with data, and the metadata that an egg has of it.
fn egg(name: &str, version: &str) -> Vec<(String, String)> {
    let title = format!("Metadata-Version: 1.0\nName: {name}\nVersion: {version}\n");
    [
        ("EGG-INFO/PKG-INFO".to_owned(), title),
        ("EGG-INFO/top_level.txt".to_owned(), format!("{name}\n")),
        ("EGG-INFO/entry_points.txt".to_owned(), format!("[made.group]\n{name} = {name}.inner:VALUE\n")),
        (format!("{name}/__init__.py"), "import wave\nfrom . import inner\n".to_owned()),
        (format!("{name}/inner.py"), format!("VALUE = 'inner of {name}'\n")),
        (format!("{name}/data/__init__.py"), String::new()),
        (format!("{name}/data/words.txt"), format!("words of {name}\n")),
    ]
    .into()
}

fn write(folder: &Path, files: &[(String, String)]) {
    let files: Vec<_> = files.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect();
    write_files(folder, &files);
}

/// Tells what is asked for of packages: modules, data by three ways, versions, entry points.
const TELL: &str = "import importlib, importlib.metadata as metadata, importlib.resources as resources, pkgutil\n\
    def tell(package):\n    \
        print(package.__name__, package.inner.VALUE, [name for _, name, _ in pkgutil.iter_modules(package.__path__)])\n    \
        print(pkgutil.get_data(package.__name__, 'data/words.txt'))\n    \
        print(resources.files(package).joinpath('data/words.txt').read_text())\n    \
        with resources.as_file(resources.files(package) / 'data' / 'words.txt') as path:\n        print(path.read_text())\n    \
        print(metadata.version(package.__name__), metadata.metadata(package.__name__)['Name'])\n    \
        entries = metadata.distribution(package.__name__).entry_points\n    \
        print([(entry.name, entry.load()) for entry in entries])\n";

fn shown(output: &Output) -> (Option<i32>, String, String) {
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Packs `folder/program` and compares what it prints, hidden, with what plain Python prints.
fn compare(folder: &Path, python: &Path, entry: &str, prepare: impl Fn(&mut Command)) {
    let mut plain = Command::new(python);
    clean(&mut plain);
    prepare(&mut plain);
    let expected = run(plain.arg("-B").arg(folder.join("program/main.py")));
    assert!(expected.status.success(), "{}", text(&expected.stderr));
    let mut command = rpack();
    prepare(&mut command);
    command.current_dir(folder).arg("build").arg(folder.join("program").join(entry)).arg("--python").arg(python);
    let built = run(command.args(["--output", "packed"]));
    let said = text(&built.stderr);
    assert!(built.status.success() && !said.contains("warning"), "{said}");
    for gone in ["program", "environment", "more"] {
        let _ = fs::rename(folder.join(gone), folder.join(format!("{gone}-gone")));
    }
    let observed = run(Command::new(hidden(folder, &folder.join("packed"))).env("LC_ALL", "C.UTF-8"));
    assert_eq!(shown(&observed), shown(&expected), "{}", python.display());
    for gone in ["program", "environment", "more"] {
        let _ = fs::rename(folder.join(format!("{gone}-gone")), folder.join(gone));
    }
}

#[test]
fn what_the_search_path_of_the_environment_names_is_packed() {
    let main = format!(
        "{TELL}import unpacked, zipped, by_variable\n\
        for package in unpacked, zipped:\n    tell(package)\n\
        import plain_module, shared_name.one, shared_name.two, deep_module\n\
        print(by_variable.VALUE, plain_module.VALUE, shared_name.one.VALUE, shared_name.two.VALUE, deep_module.VALUE)\n\
        print(sorted(entry.name for entry in metadata.entry_points().select(group='made.group')))\n"
    );
    for python in interpreters::all().values() {
        let folder = reachable_folder();
        let at = |name: &str| folder.path().join(name);
        let make = run(Command::new(python).args(["-m", "venv", "--without-pip"]).arg(at("environment")));
        assert!(make.status.success(), "{}", text(&make.stderr));
        let python = at("environment/bin/python");
        let probe = "import sysconfig; print(sysconfig.get_path('purelib'))";
        let site = text(&run(Command::new(&python).args(["-I", "-c", probe])).stdout);
        let site = Path::new(site.trim());

        // As `easy_install` has left them.
        write(&site.join("unpacked-1.5-py3.11.egg"), &egg("unpacked", "1.5"));
        write(&site.join("zipped-2.0-py3.11.egg"), &egg("zipped", "2.0"));
        zip(&python, &site.join("zipped-2.0-py3.11.egg"));
        fs::write(site.join("easy-install.pth"), "./unpacked-1.5-py3.11.egg\n./zipped-2.0-py3.11.egg\n").unwrap();
        // A zip file by another `.pth` file, with one portion of a namespace package, and a folder in it.
        write_files(
            &at("more/vendor.zip"),
            &[
                ("plain_module.py", "import sndhdr_of_mine\nVALUE = sndhdr_of_mine.VALUE\n"),
                ("sndhdr_of_mine.py", "import colorsys\nVALUE = colorsys.rgb_to_hsv(0, 0, 1)\n"),
                ("shared_name/one.py", "VALUE = 1\n"),
                ("inside/deep_module.py", "VALUE = 'deep'\n"),
            ],
        );
        zip(&python, &at("more/vendor.zip"));
        let vendor = at("more/vendor.zip").display().to_string();
        fs::write(site.join("vendor.pth"), format!("{vendor}\n")).unwrap();
        write_files(site, &[("shared_name/two.py", "VALUE = 2\n")]);
        write_files(&at("more/by_variable.zip"), &[("by_variable.py", "VALUE = 'by the variable'\n")]);
        zip(&python, &at("more/by_variable.zip"));

        write_files(&at("program"), &[("main.py", &main)]);
        let paths = format!("{}:{vendor}/inside", at("more/by_variable.zip").display());
        compare(folder.path(), &python, "main.py", |command| _ = command.env("PYTHONPATH", &paths));
    }
}

#[test]
fn what_the_program_puts_on_its_search_path_is_packed() {
    let main = format!(
        "{TELL}import os, sys\n\
        here = os.path.dirname(os.path.abspath(__file__))\n\
        sys.path.insert(0, os.path.join(here, 'vendor.zip'))\n\
        sys.path.insert(0, os.path.join(here, 'libraries', 'zipped-2.0-py3.11.egg'))\n\
        sys.path.insert(0, os.path.join(here, 'libraries', 'unpacked-1.5-py3.11.egg'))\n\
        import vendored, zipped, unpacked\n\
        for package in zipped, unpacked:\n    tell(package)\n\
        print(vendored.VALUE)\n"
    );
    for python in interpreters::all().values() {
        for entry in ["", "main.py"] {
            let folder = reachable_folder();
            let at = |name: &str| folder.path().join("program").join(name);
            write(&at("libraries/unpacked-1.5-py3.11.egg"), &egg("unpacked", "1.5"));
            write(&at("libraries/zipped-2.0-py3.11.egg"), &egg("zipped", "2.0"));
            zip(python, &at("libraries/zipped-2.0-py3.11.egg"));
            let vendored =
                "import colorsys, vendored_inner\nVALUE = (vendored_inner.VALUE, colorsys.rgb_to_hsv(0, 1, 0))\n";
            write_files(&at("vendor.zip"), &[("vendored.py", vendored), ("vendored_inner.py", "VALUE = 5\n")]);
            zip(python, &at("vendor.zip"));
            write_files(&at(""), &[("main.py", &main)]);
            compare(folder.path(), python, entry, |_| {});
        }
    }
}

#[test]
fn a_zip_file_that_changes_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path(), &[("main.py", "import given\nprint(given.VALUE)\n")]);
    for value in ["1", "2"] {
        write_files(&folder.path().join("lib.zip"), &[("given.py", &format!("VALUE = {value}\n"))]);
        zip(interpreters::any(), &folder.path().join("lib.zip"));
        let built = build_in(folder.path(), &["main.py", "--output", "packed", "--paths", "lib.zip"]);
        assert!(built.status.success(), "{}", text(&built.stderr));
        let mut packed = Command::new(folder.path().join("packed"));
        clean(&mut packed);
        assert_eq!(text(&run(&mut packed).stdout), format!("{value}\n"));
        fs::remove_file(folder.path().join("lib.zip")).unwrap();
    }
    // What is no zip file is no folder of modules either.
    fs::write(folder.path().join("lib.zip"), "text").unwrap();
    let refused = build_in(folder.path(), &["main.py", "--output", "packed", "--paths", "lib.zip"]);
    assert!(text(&refused.stderr).contains("Module not found: `given`"), "{}", text(&refused.stderr));
}
