//! What CPython imports though no Python source says so, with the evidence for each line.
//!
//! The names stand as strings in `libpython` and in the extension modules of CPython 3.10 to 3.13.
//! That nothing is left out is tested against what real runs import (`tests/standard_library.rs`).

use crate::name_forms::{last_of, top_of};
use crate::project::Origin;
use crate::project::interpreter::{Interpreter, Version};

/// Functions in any module of the standard library that are called when it is run (`python -m
/// tokenize`), not when it is imported: they import `argparse`, `doctest` or `unittest`.
const RUN_AS_PROGRAM: [&str; 5] = ["main", "_main", "test", "_test", "_demo"];

/// A function or class of the standard library whose imports are needed by few programs and are
/// large.
struct Dormant {
    module: &'static str,
    /// The functions and classes.
    names: &'static [&'static str],
    /// What a module must use for their imports to count.
    woken_by: &'static [&'static str],
}

const DORMANT: [Dormant; 9] = [
    // `subprocess` and what it needs, from a module that every program has.
    Dormant { module: "os", names: &["popen"], woken_by: &["os.popen"] },
    // `tarfile` and `zipfile`.
    Dormant {
        module: "shutil",
        names: &["_make_tarball", "_make_zipfile", "_unpack_tarfile", "_unpack_zipfile"],
        woken_by: &["shutil.make_archive", "shutil.unpack_archive"],
    },
    // `xmlrpc`, with it `http`, `email` and `ssl`: the other serializer of managers.
    Dormant {
        module: "multiprocessing.connection",
        names: &["XmlListener", "XmlClient"],
        woken_by: &[
            "multiprocessing.connection.XmlListener",
            "multiprocessing.connection.XmlClient",
            "multiprocessing.managers.BaseManager",
            "multiprocessing.managers.SyncManager",
        ],
    },
    // `plistlib`, with it an XML parser: what macOS says of its version.
    Dormant { module: "platform", names: &["_mac_ver_xml"], woken_by: &["platform.mac_ver"] },
    // `statistics`, with it `decimal` and `fractions`: a test of the generator.
    Dormant { module: "random", names: &["_test_generator"], woken_by: &[] },
    // A server for the pages of `pydoc`: `http`, `email`, `webbrowser`. And its command line.
    Dormant {
        module: "pydoc",
        names: &["_start_server", "_url_handler", "browse", "cli"],
        woken_by: &["pydoc.browse", "pydoc.cli", "pydoc._start_server", "pydoc._url_handler"],
    },
    // `pydoc`: the debugger's page about itself. Its command `help` is another function.
    Dormant { module: "pdb", names: &["help"], woken_by: &["pdb.help"] },
    // `imp`, for finders of older times.
    Dormant { module: "pkgutil", names: &["_import_imp"], woken_by: &["pkgutil.ImpImporter", "pkgutil.ImpLoader"] },
    // `test.support`, which imports half of the standard library.
    Dormant { module: "multiprocessing.util", names: &["_cleanup_tests"], woken_by: &[] },
];

/// Whether the imports in the function or class `name` of a module of the standard library wait
/// until something uses it.
pub(crate) fn is_dormant(module: &str, name: &str) -> bool {
    RUN_AS_PROGRAM.contains(&name)
        || DORMANT.iter().any(|dormant| dormant.module == module && dormant.names.contains(&name))
}

/// The dotted names whose use makes the imports of a dormant function or class count.
pub(crate) fn woken_by(module: &str, name: &str) -> Vec<String> {
    let listed = DORMANT.iter().filter(|dormant| dormant.module == module && dormant.names.contains(&name));
    let mut names: Vec<String> = listed.flat_map(|dormant| dormant.woken_by).map(|&name| name.to_owned()).collect();
    if RUN_AS_PROGRAM.contains(&name) {
        names.push(format!("{module}.{name}"));
    }
    names
}

/// The dotted names in a module of the standard library whose use wakes something.
pub(crate) fn wakers_in(module: &str) -> Vec<&'static str> {
    let is_in = |name: &&&str| name.rsplit_once('.').is_some_and(|(package, _)| package == module);
    DORMANT.iter().flat_map(|dormant| dormant.woken_by).filter(is_in).copied().collect()
}

/// Whether the use of an attribute of this name may wake anything.
pub(crate) fn may_wake(attribute: &str) -> bool {
    RUN_AS_PROGRAM.contains(&attribute)
        || DORMANT.iter().flat_map(|dormant| dormant.woken_by).any(|name| last_of(name) == attribute)
}

/// Modules that every program may need, whatever it imports.
pub(crate) fn base_modules(interpreter: &Interpreter) -> Vec<&'static str> {
    let mut modules = vec![
        // Start-up and the codec registry; the submodules follow from the computed import in
        // `encodings`.
        "encodings",
        "codecs",
        "io",
        "abc",
        // `importlib._bootstrap_external` takes `posix`; everything else that runs at start-up
        // takes `os`.
        "os",
        // `exit`, `quit` and `help` are made from it.
        "_sitebuiltins",
        // With `RPACK_INTERPRETER=1`: `-m` and scripts that are folders.
        "runpy",
        "zipimport",
        // `warnings.c` calls `warnings._showwarnmsg` when a warning is shown.
        "warnings",
        // An uncaught exception: `pythonrun.c` prints it with `traceback._print_exception_bltin`
        // since 3.13, and the source lines are found through `linecache` and decoded through
        // `tokenize`.
        "traceback",
        "linecache",
        "tokenize",
        // `object.__reduce_ex__` (`import_copyreg` in `typeobject.c`): `copy` and `pickle` of any
        // object.
        "copyreg",
        // `array`, `_decimal` and others register their types with its classes.
        "collections.abc",
    ];
    if interpreter.version >= (Version { major: 3, minor: 12, micro: 0 }) {
        // `longobject.c`: division and decimal conversion of integers of some thousand bits.
        modules.push("_pylong");
    }
    modules
}

/// Modules that `name` imports where no import statement says so. Those that do not exist in this
/// version are passed over.
pub(crate) fn implied_by(name: &str, interpreter: &Interpreter) -> Vec<String> {
    let fixed: &[&str] = match name {
        // Extension modules: `PyImport_ImportModule` with a constant name.
        "time" => &["_strptime"],
        "_datetime" => &["_strptime", "time"],
        "_asyncio" => &[
            "asyncio.base_futures",
            "asyncio.base_tasks",
            "asyncio.coroutines",
            "asyncio.events",
            "asyncio.exceptions",
            "traceback",
            "weakref",
        ],
        "_codecs_hk" => &["_codecs_tw", "_multibytecodec"],
        "_codecs_iso2022" => &["_codecs_cn", "_codecs_jp", "_codecs_kr", "_multibytecodec"],
        "_codecs_cn" | "_codecs_jp" | "_codecs_kr" | "_codecs_tw" => &["_multibytecodec"],
        "_ctypes" => &["ctypes._layout"],
        "_curses" => &["curses"],
        "_decimal" => &["collections", "collections.abc", "numbers"],
        "_elementtree" => &["copy", "pyexpat", "xml.etree.ElementPath"],
        "_interpqueues" => &["concurrent.interpreters._queues"],
        "_json" => &["json.decoder"],
        "_pickle" => &["_compat_pickle", "codecs", "copyreg", "functools"],
        "_sqlite3" => &["functools", "sqlite3.dump", "weakref"],
        // The capsule `_socket.CAPI`.
        "_ssl" => &["_socket", "socket"],
        "_zoneinfo" => &["io", "weakref", "zoneinfo._common", "zoneinfo._tzpath"],
        "array" => &["collections.abc"],
        // PEP 695 in 3.12 and newer: `typevarobject.c` calls functions of `typing`.
        "_typing" => &["typing"],

        // Python modules: names in a table, or in the bootstrap code, which is not followed.
        "importlib.resources" => &["importlib.readers"],
        "importlib.util" | "importlib.machinery" => &["importlib"],
        "xml.sax" => &["xml.sax.expatreader"],
        "xml.dom.domreg" => &["xml.dom.minidom"],
        "dbm" => &["dbm.dumb", "dbm.gnu", "dbm.ndbm", "dbm.sqlite3"],
        // PEP 615: the database of time zones where the system has none.
        "zoneinfo._tzpath" | "zoneinfo._common" => &["tzdata"],
        "sysconfig" => {
            let Interpreter { abi_flags, platform, multiarch, .. } = interpreter;
            // Debian's leaves the platform out of the name.
            return vec![
                format!("_sysconfigdata_{abi_flags}_{platform}_{multiarch}"),
                format!("_sysconfigdata_{abi_flags}_{multiarch}"),
            ];
        }
        _ => &[],
    };
    fixed.iter().map(|&name| name.to_owned()).collect()
}

/// Modules whose own imports say nothing about a packed program.
///
/// The frozen bootstrap imports `importlib.readers`, `importlib.metadata` and `zlib` in functions
/// that only those call who have imported them (`implied_by` has the one exception).
pub(crate) fn is_followed(name: &str) -> bool {
    !matches!(
        name,
        "_frozen_importlib"
            | "_frozen_importlib_external"
            | "importlib._bootstrap"
            | "importlib._bootstrap_external"
            | "zipimport"
    )
}

/// Whether an import does not happen in a packed program.
///
/// `help` is made by `_sitebuiltins` and imports `pydoc`, a third of the standard library; a
/// program that calls it has it through `dynamic.rs`.
pub(crate) fn is_pruned(from: &str, to: &str) -> bool {
    match from {
        "_sitebuiltins" => to == "pydoc",
        // A function for numpy's own tests builds an extension module, with setuptools.
        "numpy.testing._private.utils" => to.starts_with("numpy.distutils"),
        // cffi compiles C at run time where it is asked to (`ffi.verify`), with a compiler that a
        // packed program has not got.
        _ if from.starts_with("cffi.") => matches!(top_of(to), "setuptools" | "distutils"),
        _ => false,
    }
}

/// The name that a module is really found under: entries that a module puts into `sys.modules` for
/// another.
pub(crate) fn canonical_name<'a>(name: &'a str, interpreter: &Interpreter) -> std::borrow::Cow<'a, str> {
    if name == "os.path" || name.starts_with("os.path.") {
        let module = if interpreter.os_name == "nt" { "ntpath" } else { "posixpath" };
        return format!("{module}{}", name.get("os.path".len()..).unwrap_or_default()).into();
    }
    name.into()
}

/// The name of a module of `distutils` where `_distutils_hack` replaces it by the copy that setuptools
/// has, and refuses any other.
pub(crate) fn shimmed_name(name: &str) -> Option<String> {
    let rest = name.strip_prefix("distutils").filter(|rest| rest.is_empty() || rest.starts_with('.'))?;
    Some(format!("setuptools._distutils{rest}"))
}

/// The package that carries what another one imports. `pkg_resources` puts a folder of setuptools on the path.
pub(crate) fn carrier_of(library: &str) -> Option<&'static str> {
    (library == "pkg_resources").then_some("setuptools")
}

/// Other names to try for a module that is not found under its own: names that only an import hook
/// of its package knows.
pub(crate) fn aliases(name: &str) -> Vec<String> {
    let mut found = Vec::new();
    // `VendorImporter` of setuptools and pkg_resources finds `setuptools.extern.NAME` in
    // `setuptools._vendor`.
    if let Some((package, vendored)) = name.split_once(".extern.") {
        found.push(format!("{package}._vendor.{vendored}"));
        found.push(vendored.to_owned());
    }
    // `six.moves` names what Python 3 calls otherwise; only these differ by more than the prefix.
    if let Some((_, moved)) = name.split_once("six.moves.") {
        let renamed = match moved {
            "_dummy_thread" | "_thread" => "_thread",
            "builtins" => "builtins",
            "configparser" | "copyreg" | "queue" | "reprlib" | "socketserver" | "tkinter" => moved,
            "cPickle" => "pickle",
            "cStringIO" => "io",
            "dbm_gnu" => "dbm.gnu",
            "dbm_ndbm" => "dbm.ndbm",
            "email_mime_base" => "email.mime.base",
            "email_mime_image" => "email.mime.image",
            "email_mime_multipart" => "email.mime.multipart",
            "email_mime_nonmultipart" => "email.mime.nonmultipart",
            "email_mime_text" => "email.mime.text",
            "html_entities" => "html.entities",
            "html_parser" => "html.parser",
            "http_client" => "http.client",
            "http_cookiejar" => "http.cookiejar",
            "http_cookies" => "http.cookies",
            "urllib_error" => "urllib.error",
            "urllib_parse" => "urllib.parse",
            "urllib_request" => "urllib.request",
            "urllib_robotparser" => "urllib.robotparser",
            "xmlrpc_client" => "xmlrpc.client",
            "xmlrpc_server" => "xmlrpc.server",
            "BaseHTTPServer" | "CGIHTTPServer" | "SimpleHTTPServer" => "http.server",
            "collections_abc" => "collections.abc",
            other => other,
        };
        found.push(renamed.to_owned());
    }
    found
}

/// Modules that exist once their parent was imported, though no file holds them: `pyexpat` makes
/// the two.
pub(crate) fn is_made_at_run_time(name: &str) -> bool {
    matches!(name, "xml.parsers.expat.errors" | "xml.parsers.expat.model" | "pyexpat.errors" | "pyexpat.model")
        || name.ends_with("six.moves")
        || name.contains("six.moves.")
}

/// Whether a module is part of a package's own tests, by its name. Such a module counts when an
/// import names it, not when all of a package is meant. Among commands `test` is one.
pub(crate) fn is_for_tests(name: &str) -> bool {
    let is_command = |package: &&str| matches!(last_of(package), "command" | "commands");
    let name = name.strip_suffix(".test").filter(is_command).unwrap_or(name);
    name.split('.').any(|part| matches!(part, "test" | "tests" | "_tests" | "conftest"))
}

/// Whether nobody needs to be told that a name was not found.
///
/// The standard library imports modules of other platforms and of other implementations in places
/// that are not reached here; so do libraries, under conditions that cannot be decided. What every
/// run needs is always told.
pub(crate) fn is_expected_to_be_absent(name: &str, importer: Origin, interpreter: &Interpreter) -> bool {
    let top = top_of(name);
    importer == Origin::StandardLibrary || interpreter.stdlib_modules.contains(top)
}

/// Whether a package of the standard library is a program of its own, which no other program imports.
pub(crate) fn is_program(name: &str) -> bool {
    let top = top_of(name);
    matches!(top, "ensurepip" | "idlelib" | "lib2to3" | "pydoc_data" | "this" | "turtledemo" | "venv")
}

/// Modules of the standard library that a name in an extension module does not ask for: words that
/// stand in programs for other reasons, and packages that are programs of their own.
pub(crate) fn is_unlikely_in_binaries(name: &str) -> bool {
    let top = top_of(name);
    matches!(
        top,
        "test"
            | "this"
            | "antigravity"
            | "idlelib"
            | "tkinter"
            | "turtle"
            | "turtledemo"
            | "lib2to3"
            | "ensurepip"
            | "venv"
            | "pydoc"
            | "pydoc_data"
            | "distutils"
            | "site"
            | "code"
            | "token"
            | "chunk"
            | "cmd"
            | "symbol"
            | "formatter"
            | "parser"
            | "pipes"
            | "wave"
            | "sched"
            | "trace"
            | "profile"
            | "nis"
            | "crypt"
            | "cgi"
            | "imp"
            | "audioop"
            | "binhex"
            | "uu"
            | "doctest"
            | "pdb"
            | "msilib"
            | "__main__"
            | "__future__"
            | "__hello__"
            | "__phello__"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_may_be_called_test() {
        assert!(is_for_tests("p.test") && is_for_tests("p.tests.commands.test") && is_for_tests("p.commands.tests"));
        assert!(!is_for_tests("p.commands.test") && !is_for_tests("p.command.test"));
    }
}
