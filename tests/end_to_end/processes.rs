//! Processes that a packed program starts by starting its own executable. What `multiprocessing` does in them is compared with
//! plain Python in `tests/programs/worker_processes*`.

use crate::interpreters;
use crate::rpack::{clean, pack_files, pack_source, run, text};
use std::process::{Command, Stdio};

/// Shows its arguments, and contains the modules whose processes it could be taken for.
const SHOWS_ARGUMENTS: &str = "import sys, multiprocessing.forkserver\nprint('program', sys.argv[1:])\n";

const TRACKER: &str = "from multiprocessing.resource_tracker import main;main(0)";

#[test]
fn arguments_of_the_program_are_never_taken_for_those_of_multiprocessing() {
    let folder = tempfile::tempdir().unwrap();
    let packed = pack_source(folder.path(), SHOWS_ARGUMENTS, &[]);
    let vectors: [&[&str]; 18] = [
        &["-c", TRACKER],
        &["-B", "-S", "-c", TRACKER],
        &["-B", "-S", "-I", "-c", TRACKER, "more"],
        &["-B", "-S", "-I", "more", "-c", TRACKER],
        &["-B", "-S", "-I", "-c", "from multiprocessing.resource_tracker import main;main(0);print('taken')"],
        &["-B", "-S", "-I", "-c", "from multiprocessing.resource_tracker import main;main(print('taken'))"],
        &[
            "-B",
            "-S",
            "-I",
            "-c",
            "from multiprocessing.forkserver import main; main(3, 4, [], **{}) or print('taken')",
        ],
        &["-B", "-S", "-I", "-c", "from multiprocessing.forkserver import main; main(3, 4, [print('taken')], **{})"],
        &[
            "-B",
            "-S",
            "-I",
            "-c",
            "from multiprocessing.forkserver import main; main(3, 4, ['a' + 'b'], **{'sys_path': []})",
        ],
        &[
            "-B",
            "-S",
            "-I",
            "-c",
            "from multiprocessing.forkserver import main; main(3, 4, [], **{'a': print('taken')})",
        ],
        &[
            "-B",
            "-S",
            "-I",
            "-c",
            "import sys; from multiprocessing.forkserver import main; main(3, 4, [], sys_argv=print('taken'), **{})",
        ],
        &["--multiprocessing-fork"],
        &["--multiprocessing-fork", "pipe_handle=print('taken')"],
        &["--multiprocessing-fork", "pipe_handle=0", "further=1"],
        &["first", "--multiprocessing-fork", "pipe_handle=0"],
        // The program does not contain loky.
        &["-m", "loky.backend.popen_loky_posix", "--process-name", "name", "--pipe", "0"],
        &["-m", "multiprocessing.forkserver", "--process-name", "name", "--pipe", "0"],
        &["-B", "-S", "-I", "-c", "from loky.backend.resource_tracker import main; main(0, False)"],
    ];
    for vector in vectors {
        let mut command = Command::new(&packed);
        clean(&mut command);
        let output = run(command.args(vector).stdin(Stdio::null()));
        let quoted: Vec<_> = vector.iter().map(|argument| python_text(argument)).collect();
        assert_eq!(text(&output.stdout), format!("program [{}]\n", quoted.join(", ")), "{}", text(&output.stderr));
    }
}

#[test]
fn arguments_of_multiprocessing_are_taken_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let packed = pack_source(folder.path(), SHOWS_ARGUMENTS, &[]);
    // The tracker reads from the descriptor until its end, and cleans up.
    let mut command = Command::new(&packed);
    clean(&mut command);
    let flags = ["-OO", "-B", "-S", "-vv", "-I", "-Wignore", "-Werror::Warning", "-X", "dev", "-c", TRACKER];
    let output = run(command.args(flags).stdin(Stdio::null()));
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), String::new()), "{}", text(&output.stderr));

    // A child of `spawn` reads what it shall do from the descriptor.
    let mut command = Command::new(&packed);
    clean(&mut command);
    let settings = ["--multiprocessing-fork", "tracker_fd=None", "pipe_handle=0"];
    let output = run(command.args(settings).stdin(Stdio::null()));
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), String::new()));
    assert!(text(&output.stderr).contains("EOFError: Ran out of input"), "{}", text(&output.stderr));
}

#[test]
fn a_program_without_multiprocessing_keeps_every_argument() {
    let folder = tempfile::tempdir().unwrap();
    let source = "import sys\nprint(len(sys.argv))\n";
    let mut command = Command::new(pack_source(folder.path(), source, &[]));
    clean(&mut command);
    let output = run(command.args(["-B", "-S", "-I", "-c", TRACKER]).stdin(Stdio::null()));
    assert_eq!(text(&output.stdout), "6\n", "{}", text(&output.stderr));
}

#[test]
fn literals_are_told_from_code() {
    for literal in
        ["[]", "{}", "['a', \"it's\", 'it\\'s', '\\\\']", "{'sys_path': ['a'], 'n': -1, 'none': None}", "b'x'"]
    {
        assert_eq!(literal::skip_literal(&format!("{literal}, rest")), Some(", rest"), "{literal}");
    }
    for code in
        ["print()", "[print()]", "['a'", "'a", "'a\\'", "'a\n'", "{'a'}", "{'a': f()}", "", "[[[[[[[[[]]]]]]]]]"]
    {
        assert_eq!(literal::skip_literal(code), None, "{code}");
    }
}

#[path = "../../bootloader/runtime/src/worker/literal.rs"]
mod literal;

#[test]
fn sys_executable_starts_the_program_again() {
    let folder = tempfile::tempdir().unwrap();
    let source = "import os, subprocess, sys\n\
        print(sys.argv[1:], flush=True)\n\
        if len(sys.argv) < 4:\n    \
            sys.exit(subprocess.run([sys.executable, *sys.argv[1:], '-c']).returncode + 3)\n";
    let mut command = Command::new(pack_source(folder.path(), source, &[]));
    clean(&mut command);
    let output = run(command.arg("-m"));
    assert_eq!(text(&output.stdout), "['-m']\n['-m', '-c']\n['-m', '-c', '-c']\n", "{}", text(&output.stderr));
    assert_eq!(output.status.code(), Some(6));
}

#[test]
fn multiprocessing_works_wherever_the_files_are() {
    let folder = tempfile::tempdir().unwrap();
    // An executor, unlike a pool, does not replace children that cannot start for ever.
    let source = "import concurrent.futures, multiprocessing, os, sys, zlib\n\
        class Sent:\n    \
            def __init__(self, number): self.number = number\n\
        def work(sent):\n    return sent.number + 1, zlib.crc32(b'') , __file__ == sys._MEIPASS + '/main.py'\n\
        if __name__ == '__main__':\n    \
            for method in ('fork', 'spawn', 'forkserver'):\n        \
                context = multiprocessing.get_context(method)\n        \
                with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as executor:\n            \
                    print(executor.submit(work, Sent(1)).result())\n    \
            print(sys._MEIPASS)\n";
    let packed = pack_source(folder.path(), source, &[]);
    let mut places = std::collections::BTreeSet::new();
    for unpack in ["store", "per-run", "memory"] {
        let mut command = Command::new(&packed);
        clean(&mut command);
        let output = text(&run(command.env("RPACK_UNPACK", unpack)).stdout);
        let (lines, place) = output.trim_end().rsplit_once('\n').unwrap_or_else(|| panic!("{unpack}: {output}"));
        assert_eq!(lines, ["(2, 0, True)"; 3].join("\n"), "{unpack}");
        places.insert(place.to_owned());
    }
    assert_eq!(places.len(), 3, "the files were in {places:?}");
}

#[test]
fn a_program_can_run_its_own_files() {
    let folder = tempfile::tempdir().unwrap();
    // Not by the functions' names: the sources of a program that reads files of Python are carried, and there is none here.
    let files = [
        (
            "main.py",
            "import runpy, sys, importlib.util, beside\n\
             run_path = vars(runpy)['_run_path'[1:]]\n\
             locate = vars(importlib.util)['_spec_from_file_location'[1:]]\n\
             if __name__ == '__main__':\n    \
                 again = run_path(__file__, run_name='again')\n    \
                 print(again['f'](), again['f'].__code__.co_filename == __file__, again['__file__'] == __file__)\n    \
                 print(run_path(beside.__file__)['VALUE'], runpy.run_module('beside')['VALUE'])\n    \
                 try:\n        \
                     locate('x', beside.__file__).loader.get_code('x')\n    \
                 except FileNotFoundError as error:\n        \
                     print(error.filename == beside.__file__)\n\
             def f():\n    return __name__\n",
        ),
        ("beside.py", "VALUE = 5\n"),
    ];
    for python in interpreters::all().values() {
        let mut command = Command::new(pack_files(folder.path(), python, &files, "main.py", &[]));
        clean(&mut command);
        let output = run(&mut command);
        assert_eq!(text(&output.stdout), "again True True\n5 5\nTrue\n", "{}", text(&output.stderr));
    }
}

/// A string as `repr` writes it, for strings without control characters.
fn python_text(string: &str) -> String {
    let quote = if string.contains('\'') && !string.contains('"') { '"' } else { '\'' };
    format!("{quote}{string}{quote}")
}
