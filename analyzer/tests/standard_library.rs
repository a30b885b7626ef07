//! The graph of programs that use the standard library, with the Python that is installed, against
//! what a real run imports.

use rpack_analyzer::{Interpreter, ModuleKind, Options, Origin, Program, Project, resolve, walk};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

const SERVER: &str = r#"
import asyncio, json, logging, argparse

async def handle(reader, writer):
    writer.write(await reader.readline())
    writer.close()

async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    writer.write(b"line\n")
    print(await reader.readline())
    writer.close()
    server.close()

argparse.ArgumentParser().parse_args([])
logging.basicConfig()
asyncio.run(main())
"#;

const DATA: &str = r#"
import array, concurrent.futures, copy, csv, datetime, decimal, email.mime.text, json, pickle, sqlite3, time
import xml.dom.minidom, xml.etree.ElementTree, xml.sax, zoneinfo

def main():
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t (x)")
    list(connection.iterdump())
    pickle.loads(pickle.dumps([decimal.Decimal(1), array.array("i", [1])]))
    time.strptime("2020", "%Y")
    copy.deepcopy(xml.etree.ElementTree.fromstring("<a/>"))
    xml.sax.parseString(b"<a/>", xml.sax.ContentHandler())
    xml.dom.minidom.parseString("<a/>")
    email.mime.text.MIMEText("text").as_string()
    "name".encode("idna"), "name".encode("cp1252")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(str, [1]))

if __name__ == "__main__":
    main()
"#;

#[test]
fn everything_that_a_run_imports_is_in_the_graph() {
    for source in ["print('hello')", SERVER, DATA] {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("main.py");
        std::fs::write(&script, source).unwrap();
        let project = project(&script);
        let graph = walk(&project, &Options::default()).unwrap();
        let imported = imported_by_run(&project.interpreter, &script);
        let absent: Vec<&String> = imported.iter().filter(|name| !graph.modules.contains_key(*name)).collect();
        assert!(absent.is_empty(), "{absent:?} are imported by\n{source}");
        assert!(graph.missing.iter().all(|missing| !missing.certain), "{:?}", graph.missing);
    }
}

#[test]
fn a_small_program_stays_small() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("main.py");
    std::fs::write(&script, "print('hello')").unwrap();
    let graph = walk(&project(&script), &Options::default()).unwrap();
    for large in ["asyncio", "doctest", "pydoc", "unittest", "tkinter", "http.client", "email", "ssl", "subprocess"] {
        assert!(!graph.modules.contains_key(large), "{large}: {:?}", graph.modules[large].because);
    }
    assert!(graph.modules.values().all(|module| module.name == "__main__" || module.origin == Origin::StandardLibrary));
}

#[test]
fn what_few_programs_call_comes_with_the_call() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("main.py");
    let has = |source: &str, module: &str| {
        std::fs::write(&script, source).unwrap();
        walk(&project(&script), &Options::default()).unwrap().modules.contains_key(module)
    };
    for (plain, calls, module) in [
        ("import pydoc", "import pydoc\npydoc.browse()", "http.server"),
        ("import pdb", "import pdb\npdb.help()", "pydoc"),
        ("import decimal, random", "import _pydecimal", "_pydecimal"),
    ] {
        assert!(!has(plain, module), "{module}: {plain}");
        assert!(has(calls, module), "{module}: {calls}");
    }
}

#[test]
fn the_graph_is_the_same_in_every_run() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("main.py");
    std::fs::write(&script, DATA).unwrap();
    let project = project(&script);
    let first = format!("{:?}", walk(&project, &Options::default()).unwrap());
    for _ in 0..3 {
        assert_eq!(format!("{:?}", walk(&project, &Options::default()).unwrap()), first);
    }
}

#[test]
fn libraries_are_in_load_order() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("main.py");
    std::fs::write(&script, "import ssl, sqlite3, zlib").unwrap();
    let project = project(&script);
    let graph = walk(&project, &Options::default()).unwrap();
    let extensions: Vec<_> = graph
        .modules
        .values()
        .filter(|module| module.kind == ModuleKind::Extension)
        .map(|module| module.path.clone())
        .collect();
    let needs = resolve(&extensions, &project.interpreter).unwrap();
    for order in needs.by_file.values() {
        for (position, &library) in order.iter().enumerate() {
            for needed in &needs.libraries[library].needed {
                assert!(order[..position].contains(needed));
            }
        }
    }
    assert!(needs.libraries.iter().all(|library| !library.name.starts_with("libc.so") && library.path.is_file()));
}

fn project(script: &Path) -> Project {
    let interpreter = Interpreter::probe(Path::new("python3")).unwrap();
    Project::new(Program::locate(script).unwrap(), interpreter, &[])
}

/// Modules with a spec in `sys.modules` at the end of a run, without those that an empty program
/// has (`site` imports them).
fn imported_by_run(interpreter: &Interpreter, script: &Path) -> BTreeSet<String> {
    const REPORT: &str = "import sys, atexit\natexit.register(lambda: print('\\n@' + ' '.join(name for name, module in list(sys.modules.items()) \
                          if getattr(module, '__spec__', None))))\n";
    let modules = |source: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("main.py");
        std::fs::write(&path, format!("{REPORT}{source}")).unwrap();
        let output = Command::new(&interpreter.executable).arg(&path).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = text.lines().find_map(|line| line.strip_prefix('@')).map(str::to_owned);
        let names = line.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        names.split(' ').map(str::to_owned).collect::<BTreeSet<String>>()
    };
    let all = modules(&std::fs::read_to_string(script).unwrap());
    &all - &modules("")
}
