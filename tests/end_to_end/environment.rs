//! The environment: what a packed program gets of it, what its children get, and what follows from the locale.

use crate::interpreters;
use crate::rpack::{build, cache, clean, pack_source, run, text};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::process::{Command, Output};

/// Replaces itself by a program with exactly the given strings as its environment, as only `execve` itself can: also with
/// what is no `NAME=VALUE`. They come in
/// hexadecimal digits, because arguments must be text.
const EXECUTE: &str = "\
import ctypes, os, sys
path, *variables = [bytes.fromhex(argument) for argument in sys.argv[1:]]
def strings(items):
    return (ctypes.c_char_p * (len(items) + 1))(*items, None)
ctypes.CDLL(None).execve(path, strings([path]), strings(variables))
sys.exit('execve failed')
";

fn run_with_environment(program: &Path, environment: &[&[u8]]) -> Output {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut command = Command::new(interpreters::any());
    command.args(["-I", "-c", EXECUTE]).arg(hex(program.as_os_str().as_bytes()));
    run(command.args(environment.iter().map(|variable| hex(variable))))
}

#[test]
fn a_child_gets_the_environment_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let source = "import locale, os, ssl, subprocess\n\
        locale.setlocale(locale.LC_ALL, '')\n\
        own = open('/proc/self/environ', 'rb').read()\n\
        child = subprocess.check_output(['cat', '/proc/self/environ'])\n\
        os.write(1, own + b'|' + child)\n";
    let packed = pack_source(folder.path(), source, &[]);
    let cache = format!("RPACK_CACHE_DIR={}", cache().display());
    // In no order, twice the same name, values that are not UTF-8, empty names and values, no sign at all, and everything
    // that tells other programs where to look for code.
    let environment = [
        b"ZEBRA=last comes first".as_slice(),
        b"PATH=/usr/bin:/bin",
        cache.as_bytes(),
        b"TWICE=one",
        b"TWICE=two",
        b"LATIN=\xe4\xff",
        b"\xff\xfe=name",
        b"EMPTY=",
        b"=value without a name",
        b"=",
        b"no sign at all",
        b"",
        b"LANG=C",
        b"PYTHONPATH=/somewhere",
        b"PYTHONHOME=/somewhere",
        b"PYTHONUTF8=0",
        b"LD_LIBRARY_PATH=/elsewhere",
        b"_MEIPASS2=/nowhere",
    ];
    let output = run_with_environment(&packed, &environment);
    let expected: Vec<u8> = environment.iter().flat_map(|variable| [variable, &b"\0"[..]].concat()).collect();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let parts: Vec<_> = output.stdout.split(|&byte| byte == b'|').collect();
    for (whose, part) in ["the program", "its child"].into_iter().zip(&parts) {
        // As text first, which reads better where it fails.
        assert_eq!(text(part), text(&expected), "{whose}");
        assert_eq!(*part, expected, "{whose}");
    }
    assert_eq!(parts.len(), 2);
}

#[test]
fn tools_of_the_system_run_as_they_do_elsewhere() {
    // Each is a program that loads libraries of which the bundle has its own copies.
    const TOOLS: [&[&str]; 5] = [
        &["bash", "-c", "echo from bash; type cat"],
        &["curl", "--version"],
        &["git", "--version"],
        &["openssl", "version", "-a"],
        &["cat", "/etc/hostname"],
    ];
    let folder = tempfile::tempdir().unwrap();
    let source = "import bz2, ctypes, lzma, sqlite3, ssl, subprocess, sys, zlib\n\
        loaded = open('/proc/self/maps').read()\n\
        print(all(name in loaded for name in sys.argv[1].split(',')), flush=True)\n\
        subprocess.run(sys.argv[2:], check=True)\n\
        print(subprocess.check_output(['cat', '/proc/self/maps']).count(sys._MEIPASS.encode()))\n";
    let packed = pack_source(folder.path(), source, &[]);
    // The test says something only where the bundle has libraries that the tools use too.
    let libraries = bundled_libraries(&packed);
    assert!(libraries.iter().any(|name| name.starts_with("libcrypto.so")), "{libraries:?}");
    for tool in TOOLS {
        let mut plain = Command::new(tool[0]);
        clean(&mut plain);
        let expected = run(plain.args(&tool[1..]));
        assert!(expected.status.success(), "{tool:?}: {}", text(&expected.stderr));
        let mut command = Command::new(&packed);
        clean(&mut command);
        let output = run(command.arg(libraries.join(",")).args(tool));
        let expected_output = format!("True\n{}0\n", text(&expected.stdout));
        assert_eq!((text(&output.stdout), text(&output.stderr)), (expected_output, text(&expected.stderr)), "{tool:?}");
    }
}

/// The names of the shared libraries that the program carries and loads for its extension modules.
fn bundled_libraries(packed: &Path) -> Vec<String> {
    let listing = run(Command::new("unzip").args(["-Z1"]).arg(packed));
    let listing = text(&listing.stdout);
    let names = listing.lines().filter_map(|path| path.rsplit('/').next());
    names.filter(|name| name.starts_with("libcrypto.so") || name.starts_with("libz.so")).map(str::to_owned).collect()
}

#[test]
fn another_python_runs_as_it_does_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let source = "import ssl, subprocess, sys\nsubprocess.run(sys.argv[1:], check=True)\n";
    let packed = pack_source(folder.path(), source, &[]);
    fs::write(folder.path().join("beside.py"), "NAME = 'found by PYTHONPATH'\n").unwrap();
    let probe = "import beside, hashlib, sqlite3, ssl, sys, zlib; \
        print(beside.NAME, sys.prefix, sys.path, sys.flags.utf8_mode, ssl.OPENSSL_VERSION, zlib.ZLIB_RUNTIME_VERSION, \
        sqlite3.sqlite_version, hasattr(sys, 'frozen'), hasattr(sys, '_MEIPASS'), \
        any('rpack' in line for line in open('/proc/self/maps')))";
    for python in interpreters::all().values() {
        let prepare = |command: &mut Command| {
            clean(command);
            command.env("PYTHONPATH", folder.path()).env("PYTHONUTF8", "1").env("PYTHONDONTWRITEBYTECODE", "1");
        };
        let mut plain = Command::new(python);
        prepare(&mut plain);
        let expected = run(plain.args(["-c", probe]));
        assert!(text(&expected.stdout).contains("found by PYTHONPATH"), "{}", text(&expected.stderr));
        let mut command = Command::new(&packed);
        prepare(&mut command);
        let output = run(command.arg(python).args(["-c", probe]));
        assert_eq!(text(&output.stdout), text(&expected.stdout), "{}", text(&output.stderr));
    }
}

/// Locales with an encoding of one byte, one of several whose codec is an extension module, and UTF-8.
const LOCALES: [&str; 4] = ["en_US.ISO-8859-1", "de_DE.ISO-8859-15", "ja_JP.EUC-JP", "en_US.UTF-8"];

/// `LC_ALL`, `LC_CTYPE` and `LANG`; a dash is a variable that is not set.
const SETTINGS: [[&str; 3]; 20] = [
    ["-", "-", "-"],
    ["-", "-", "C"],
    ["-", "-", "POSIX"],
    ["-", "-", "C.UTF-8"],
    ["-", "-", "en_US.ISO-8859-1"],
    ["-", "-", "de_DE.ISO-8859-15"],
    ["-", "-", "ja_JP.EUC-JP"],
    ["-", "-", "en_US.UTF-8"],
    ["-", "-", "no_SUCH.locale"],
    ["C", "-", "en_US.UTF-8"],
    ["POSIX", "-", "-"],
    ["C.UTF-8", "C", "C"],
    ["en_US.ISO-8859-1", "C", "C"],
    ["ja_JP.EUC-JP", "-", "-"],
    ["no_SUCH.locale", "-", "-"],
    ["", "", ""],
    ["", "C", "en_US.ISO-8859-1"],
    ["-", "POSIX", "de_DE.ISO-8859-15"],
    ["-", "en_US.ISO-8859-1", "en_US.UTF-8"],
    ["-", "ja_JP.EUC-JP", "C.UTF-8"],
];

const ENCODINGS: &str = "\
import locale, os, sys
for name in ('stdin', 'stdout', 'stderr'):
    print(name, getattr(sys, name).encoding, getattr(sys, name).errors)
print(sys.getfilesystemencoding(), sys.getfilesystemencodeerrors(), sys.flags.utf8_mode)
print(locale.getpreferredencoding(False), locale.getpreferredencoding(), open(os.devnull).encoding)
print([locale.setlocale(category) for category in (locale.LC_CTYPE, locale.LC_NUMERIC, locale.LC_TIME)])
print([ascii(argument) for argument in sys.argv[1:]], [os.fsencode(argument) for argument in sys.argv[1:]])
print(ascii(os.environ['ODD']), os.environb[b'ODD'], os.listdir(os.fsencode(sys.argv[1])))
print(ascii(os.listdir(sys.argv[1])))
for text in ('\\xe4', '\\u3042', '\\u20ac', '\\udcff'):
    try:
        print(text)
    except UnicodeError as error:
        print(ascii(error))
print('\\xe4\\u3042\\u20ac\\udcff', file=sys.stderr)
";

#[test]
fn encodings_follow_the_locale_as_in_plain_python() {
    let folder = tempfile::tempdir().unwrap();
    let locales = folder.path().join("locales");
    fs::create_dir(&locales).unwrap();
    for name in LOCALES {
        let (language, encoding) = name.split_once('.').unwrap();
        let mut command = Command::new("localedef");
        let made = run(command.args(["-i", language, "-f", encoding]).arg(locales.join(name)));
        assert!(made.status.success(), "localedef needs the package `locales`: {}", text(&made.stderr));
    }
    let source = folder.path().join("encodings_shown.py");
    fs::write(&source, ENCODINGS).unwrap();
    let names = folder.path().join("names");
    fs::create_dir(&names).unwrap();
    fs::write(names.join(OsString::from_vec(b"\xe4\xff\xa4\xa2".to_vec())), "").unwrap();
    let arguments = [names.into_os_string(), OsString::from_vec(b"x\xff\xe4\xc3\xbc".to_vec())];

    for (minor, python) in interpreters::all() {
        let packed = folder.path().join(format!("packed-{minor}"));
        build(&packed, [source.as_os_str(), "--python".as_ref(), python.as_os_str()]);
        for setting in SETTINGS {
            let mut plain = Command::new(python);
            plain.arg("-B").arg(&source);
            let [expected, observed] = [plain, Command::new(&packed)].map(|mut command| {
                clean(&mut command);
                command.env_remove("LC_ALL").env("LOCPATH", &locales).args(&arguments);
                command.env("ODD", OsStr::from_bytes(b"a\xff\xe4"));
                for (name, value) in ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().zip(setting) {
                    if value != "-" {
                        command.env(name, value);
                    }
                }
                let output = run(&mut command);
                (output.status.code(), text(&output.stdout), text(&output.stderr))
            });
            assert_eq!(expected, observed, "CPython 3.{minor}, {setting:?}");
            assert_eq!(expected.0, Some(0), "CPython 3.{minor}, {setting:?}");
        }
    }
}
