//! PyInstaller's `.spec` files: Python that calls `Analysis`, `EXE` and others with what would else be flags.
//!
//! They are parsed, never run. What stands there plainly (`value.rs` says what that is) becomes the same [`Settings`] that flags
//! give; where something is computed, the build is refused with the line, and with what to write instead.

mod calls;
mod meaning;
mod value;

use crate::refused::Refused;
use crate::settings::Settings;
use std::fs;
use std::path::{Path, PathBuf};

/// What a `.spec` file says.
#[derive(Debug)]
pub struct Spec {
    /// The program.
    pub script: PathBuf,
    /// How it is to be packed.
    pub settings: Settings,
    /// What changes nothing here.
    pub notes: Vec<String>,
}

/// Whether `path` is a `.spec` file, by its name.
pub fn is_spec(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "spec") && !path.is_dir()
}

/// Reads the `.spec` file at `path`.
///
/// # Errors
///
/// Where it cannot be read, is no Python, or says what is needed in a way that only running it would tell.
pub fn read(path: &Path) -> Result<Spec, Refused> {
    let text = fs::read_to_string(path).map_err(|error| Refused {
        message: format!("Cannot read `{}`: {error}", path.display()),
        hint: Some("Give a folder with `main.py`, a Python file, or a `.spec` file of PyInstaller".to_owned()),
    })?;
    let place = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = place.parent().unwrap_or(Path::new("/")).to_owned();
    match with_room(|| calls::made(&text, &place).and_then(|calls| meaning::of_calls(&calls, &place))) {
        Ok(spec) => Ok(Spec {
            script: folder.join(spec.script),
            settings: spec.settings.relative_to(&folder),
            notes: spec.notes.into_iter().map(|note| format!("{note} (in `{}`)", path.display())).collect(),
        }),
        Err(NotPlain { line, message, hint }) => {
            Err(Refused { message: format!("{message} (`{}:{line}`)", path.display()), hint })
        }
    }
}

/// How much stack the reading gets: what the parser returns nests as deep as the text does. Only pages that are used cost memory.
const STACK: usize = 1 << 29;

/// Does the reading on a stack of its own. Whatever the file is, it ends in an answer.
fn with_room(read: impl FnOnce() -> Result<Spec, NotPlain> + Send) -> Result<Spec, NotPlain> {
    let failed = || NotPlain { line: 1, message: "The parser fails on the file".to_owned(), hint: None };
    std::thread::scope(|scope| {
        let reading = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, read);
        reading.map_err(|_| failed())?.join().map_err(|_| failed())?
    })
}

/// Something that only running the file would tell, or that has no meaning here.
#[derive(Debug, Clone, PartialEq)]
pub struct NotPlain {
    line: u32,
    message: String,
    hint: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Spec, Refused> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.spec");
        fs::write(&path, text).unwrap();
        let spec = read(&path)?;
        let script = spec.script.strip_prefix(folder.path()).map_or(spec.script.clone(), Path::to_owned);
        Ok(Spec { script, ..spec })
    }

    /// As `pyi-makespec` writes it for one folder.
    const GENERATED: &str = "
from PyInstaller.utils.hooks import collect_data_files
from PyInstaller.utils.hooks import collect_all
from PyInstaller.utils.hooks import copy_metadata

datas = [('data/*.txt', 'texts')]
binaries = []
hiddenimports = ['hidden']
datas += collect_data_files('with_data')
datas += copy_metadata('distribution')
tmp_ret = collect_all('everything')
datas += tmp_ret[0]; binaries += tmp_ret[1]; hiddenimports += tmp_ret[2]

a = Analysis(
    ['app.py'], pathex=['lib'], binaries=binaries, datas=datas, hiddenimports=hiddenimports, hookspath=[],
    hooksconfig={}, runtime_hooks=['hook.py'], excludes=['tkinter'], noarchive=False, optimize=1,
)
pyz = PYZ(a.pure)
exe = EXE(
    pyz, a.scripts, [('u', None, 'OPTION')], exclude_binaries=True, name='tool', debug=False,
    bootloader_ignore_signals=False, strip=True, upx=True, console=True, icon=['a.ico'],
)
coll = COLLECT(exe, a.binaries, a.datas, strip=False, upx=True, upx_exclude=[], name='tool')
";

    #[test]
    fn what_pyinstaller_generates_is_plain() {
        let spec = read_text(GENERATED).unwrap();
        assert_eq!(spec.script, Path::new("app.py"));
        let settings = spec.settings;
        assert_eq!((settings.name.as_deref(), settings.onedir, settings.strip), (Some("tool"), true, true));
        assert_eq!(settings.hidden_imports, ["hidden"]);
        assert_eq!(settings.exclude_modules, ["tkinter"]);
        assert_eq!(settings.collect_data, ["with_data", "everything"]);
        assert_eq!(
            (&settings.collect_binaries[..], &settings.collect_submodules[..]),
            (&["everything".into()][..], &["everything".into()][..])
        );
        assert_eq!(settings.copy_metadata, ["distribution"]);
        assert!(settings.add_data[0].source.ends_with("/data/*.txt") && settings.add_data[0].destination == "texts");
        assert!(settings.paths[0].ends_with("lib") && settings.runtime_hooks[0].ends_with("hook.py"));
        assert_eq!(
            (settings.optimize, settings.interpreter_options()),
            (Some(1), vec!["u".to_owned(), "O".to_owned()])
        );
        assert!(spec.notes.len() == 1 && spec.notes[0].starts_with("`icon` is not needed: "), "{:?}", spec.notes);
    }

    /// As `pyi-makespec` writes it for one file, with each of its flags.
    const WITH_EVERY_FLAG: &str = "
from PyInstaller.utils.hooks import collect_dynamic_libs
from PyInstaller.utils.hooks import collect_submodules
from PyInstaller.utils.hooks import copy_metadata

datas = [('a.dat', 'x')]
binaries = [('b.so', 'y')]
hiddenimports = []
datas += copy_metadata('deep', recursive=True)
binaries += collect_dynamic_libs('libraries')
hiddenimports += collect_submodules('modules')

a = Analysis(
    ['app.py'], pathex=[], binaries=binaries, datas=datas, hiddenimports=hiddenimports, hookspath=['hooks'],
    hooksconfig={'gi': {'icons': ['Adwaita'], 'themes': None}}, runtime_hooks=[], excludes=[], noarchive=True, optimize=2,
    module_collection_mode={'shown': 'pyz+py'},
)
pyz = PYZ(a.pure)
splash = Splash('s.png', binaries=a.binaries, datas=a.datas, text_pos=None, text_size=12, minify_script=True, always_on_top=True)
exe = EXE(
    pyz, a.scripts, a.binaries, a.datas, splash, splash.binaries,
    [('W ignore', None, 'OPTION'), ('O', None, 'OPTION'), ('O', None, 'OPTION'), ('v', None, 'OPTION')],
    name='app', debug=True, bootloader_ignore_signals=True, strip=False, upx=True, upx_exclude=['f'], runtime_tmpdir=None,
    console=False, hide_console='hide-late', disable_windowed_traceback=True, argv_emulation=True, target_arch='arm64',
    codesign_identity='me', entitlements_file='f', version='v', uac_admin=True, uac_uiaccess=True, icon=['a.ico'],
    manifest='m', resources=['R'],
)
";

    #[test]
    fn every_flag_that_pyinstaller_writes_down_is_read() {
        let spec = read_text(WITH_EVERY_FLAG).unwrap();
        let settings = spec.settings;
        assert_eq!((settings.onedir, settings.optimize, settings.debug.len()), (false, Some(2), 1));
        assert_eq!(settings.interpreter_options(), ["W ignore", "v", "OO"]);
        assert_eq!(settings.recursive_copy_metadata, ["deep"]);
        assert_eq!(
            (settings.collect_binaries.join(""), settings.collect_submodules.join("")),
            ("libraries".into(), "modules".into())
        );
        assert_eq!(settings.module_collection_mode["shown"].0, packer::options::Sources::Carried);
        assert_eq!(settings.hooks_config["gi"]["icons"][0], "Adwaita");
        let noted: Vec<_> = spec.notes.iter().filter_map(|note| note.split('`').nth(1)).collect();
        assert_eq!(
            noted,
            [
                "noarchive",
                "Splash",
                "bootloader_ignore_signals",
                "upx_exclude",
                "console",
                "hide_console",
                "disable_windowed_traceback",
                "argv_emulation",
                "target_arch",
                "codesign_identity",
                "entitlements_file",
                "version",
                "uac_admin",
                "uac_uiaccess",
                "icon",
                "manifest",
                "resources"
            ]
        );
    }

    #[test]
    fn loops_and_sums_over_plain_lists_are_plain() {
        let text = "
from PyInstaller.building.datastruct import Tree
from PyInstaller.utils.hooks import collect_all
datas, binaries, hiddenimports = [], [], []
for package in ['one', 'two']:
    d, b, h = collect_all(package)
    datas += d
    binaries += b
    hiddenimports.extend(h)
datas += [(name + '.txt', 'texts') for name in ('x', 'y', 'z') if name != 'y']
a = Analysis(['m.py'], datas=datas, binaries=binaries, hiddenimports=hiddenimports)
a.datas = a.datas + Tree('web', 'static')
exe = EXE(PYZ(a.pure), a.scripts + [('u', None, 'OPTION')], a.binaries, a.datas + [('conf/z.ini', 'conf/z.ini', 'DATA')])
";
        let settings = read_text(text).unwrap().settings;
        for list in [&settings.collect_data, &settings.collect_binaries, &settings.collect_submodules] {
            assert_eq!(*list, ["one", "two"]);
        }
        let added = settings.add_data.iter().map(|added| added.source.rsplit('/').next().unwrap());
        assert_eq!(added.collect::<Vec<_>>(), ["x.txt", "z.txt", "web", "z.ini"]);
        assert_eq!(settings.interpreter_options(), ["u"]);
        // Which items are left depends on what is found in the first one.
        let text = "h = []\nfor x in ['a', 'b']:\n    if x == 'b':\n        break\n    h += [x]\na = Analysis(['m.py'], hiddenimports=h)";
        assert!(read_text(text).unwrap_err().message.contains("`hiddenimports` is not plain"));
    }

    #[test]
    fn what_leaves_out_what_pyinstaller_finds_is_noted() {
        for filter in [
            "a.binaries = [x for x in a.binaries if not x[0].startswith('api')]",
            "a.binaries = TOC([x for x in a.binaries if kept(x)])",
            "a.binaries = list(filter(kept, a.binaries))",
            "a.binaries -= [('a.so', None, None)]",
            "a.binaries = a.binaries - TOC([('a.so', None, None)])",
            "if 'x' in unknown:\n    a.binaries = [x for x in a.binaries if kept(x)]",
        ] {
            let notes = read_text(&format!("a = Analysis(['m.py'])\n{filter}\nEXE(a.scripts)")).unwrap().notes;
            assert!(notes.iter().all(|note| note.starts_with("`a.binaries` is not filtered")), "{notes:?}");
        }
    }

    #[test]
    fn what_there_is_can_be_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.txt", "a.txt", ".c.txt"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let text = format!(
            "import glob, os\nfrom pathlib import Path\nHERE = Path({:?})\ndatas = [(name, 't') for name in glob.glob(str(HERE / '*.txt'))]\n\
             if os.path.isfile(HERE / 'a.txt') and not (HERE / 'none').exists():\n    datas.append(('x', 'y'))\n\
             try:\n    datas += [('z', 'y')]\nexcept OSError as error:\n    print(error)\n\
             a = Analysis(['m.py'], datas=datas)",
            folder.path()
        );
        let added = read_text(&text).unwrap().settings.add_data;
        let names: Vec<_> = added.iter().map(|added| added.source.rsplit('/').next().unwrap()).collect();
        assert_eq!(names, ["a.txt", "b.txt", "x", "z"]);
    }

    #[test]
    fn environment_variables_tell_what_they_tell_python() {
        let text = "
import os
name = os.environ.get('RPACK_TEST_ABSENT') or os.getenv('RPACK_TEST_ABSENT', 'tool')
if 'RPACK_TEST_ABSENT' in os.environ:
    name = os.environ['RPACK_TEST_ABSENT']
elif os.environ['PATH'] and not os.environ.get('RPACK_TEST_ABSENT'):
    name += '-1'
a = Analysis(['m.py'])
EXE(a.scripts, name=f'{name}-x')
";
        assert_eq!(read_text(text).unwrap().settings.name.as_deref(), Some("tool-1-x"));
        let absent = "import os\na = Analysis([os.environ['RPACK_TEST_ABSENT']])";
        assert!(read_text(absent).unwrap_err().message.contains("a variable that is not set"));
    }

    #[test]
    fn a_tree_leaves_out_what_it_excludes() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["web/a.html", "web/a.map", "web/deep/b.html", "web/deep/b.map", "web/drafts/c.html"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let path = folder.path().join("app.spec");
        fs::write(
            &path,
            "a = Analysis(['m.py'])\nCOLLECT(EXE(a.scripts), Tree('web', prefix='w', excludes=['*.map', 'drafts']))",
        )
        .unwrap();
        let settings = read(&path).unwrap().settings;
        let added: Vec<_> =
            settings.add_data.iter().map(|added| (Path::new(&added.source), added.destination.as_str())).collect();
        let at = |name: &str| folder.path().join(name);
        assert_eq!(added, [(at("web/a.html").as_path(), "w"), (at("web/deep/b.html").as_path(), "w/deep")]);
    }

    #[test]
    fn whatever_nests_deep_is_survived() {
        for (open, close) in [("[", "]"), ("(", ")"), ("not ", ""), ("x.", ""), ("f(", ")"), ("-", "")] {
            let text = format!("x = {}1{}", open.repeat(100_000), close.repeat(100_000));
            assert!(read_text(&text).is_err());
        }
        let loops = (0..20).map(|depth| format!("{}for i{depth} in x:\n", " ".repeat(depth))).collect::<String>();
        let nested = format!("x = [{}]\n{loops}{}pass", "1,".repeat(50), " ".repeat(20));
        assert!(read_text(&nested).is_err());
        let doubled = format!("x = [1]\n{}", "x += x\n".repeat(100));
        assert!(read_text(&doubled).is_err());
    }

    #[test]
    fn one_file_is_made_where_nothing_is_collected() {
        let spec = read_text("a = Analysis(['m.py'])\nexe = EXE(PYZ(a.pure), a.scripts, a.binaries, a.datas)").unwrap();
        assert_eq!((spec.settings.onedir, spec.settings.name.as_deref()), (false, Some("app")));
    }

    #[test]
    fn paths_are_joined_as_python_does() {
        let text = "
import os, sys
from os.path import join as j
from pathlib import Path
ROOT = os.path.abspath(os.path.join(SPECPATH, 'src'))
extra = [(j(ROOT, 'x.txt'), '.')] if sys.platform != 'win32' else []
if sys.platform.startswith('win'):
    extra.append(('never', '.'))
elif os.name == 'posix':
    extra.append((str(Path(ROOT).parent / 'y.txt'), f'{\"p\"}/q'))
a = Analysis([ROOT + '/m.py'], datas=[*extra])
a.datas += Tree('web', prefix='static')
a.datas += [('cfg/z.ini', 'conf/z.ini', 'DATA')]
app = BUNDLE(EXE(a.scripts), name='App.app')
";
        let spec = read_text(text).unwrap();
        assert_eq!(spec.script, Path::new("src/m.py"));
        let added: Vec<_> = spec
            .settings
            .add_data
            .iter()
            .map(|added| {
                let name = Path::new(&added.source).file_name().unwrap().to_str().unwrap();
                (name.to_owned(), added.destination.as_str())
            })
            .collect();
        let expected = [("x.txt", "."), ("y.txt", "p/q"), ("web", "static"), ("z.ini", "cfg")];
        assert!(spec.notes.len() == 1 && spec.notes[0].starts_with("`BUNDLE` is not needed: "), "{:?}", spec.notes);
        assert_eq!(added, expected.map(|(name, destination)| (name.to_owned(), destination)));
    }

    #[test]
    fn what_is_computed_is_refused_with_its_line() {
        for (text, parts) in [
            (
                "import os\nfiles = os.listdir('x')\na = Analysis(['m.py'], datas=files)",
                &["`datas`", "app.spec:2", "add-data"][..],
            ),
            ("for x in y:\n    z = x\na = Analysis(['m.py'], hiddenimports=z)", &["`hiddenimports`", "app.spec:1"]),
            ("a = Analysis(['m.py', 'n.py'])", &["`scripts`", "app.spec:1", "--runtime-hook"]),
            ("a = Analysis(['m.py'], mystery=1)", &["`mystery`", "app.spec:1"]),
            ("if unknown:\n    a = Analysis(['m.py'])", &["`Analysis`", "app.spec:2"]),
            ("a = Analysis(['m.py'])\nb = Analysis(['n.py'])", &["app.spec:2", "one program"]),
            ("a = Analysis(['m.py'])\na.binaries = [x for x in others]", &["`a.binaries`", "app.spec:2"]),
            ("a = Analysis(['m.py'])\nif unknown:\n    a.datas += Tree('x')", &["`a.datas`", "app.spec:3", "add-data"]),
            (
                "try:\n    import x\n    h = ['x']\nexcept ImportError:\n    h = []\na = Analysis(['m.py'], hiddenimports=h)",
                &["`hiddenimports`", "app.spec:1"],
            ),
            (
                "a = Analysis(['m.py'])\nEXE(a.scripts, runtime_tmpdir='/x')",
                &["`runtime_tmpdir`", "app.spec:2", "RPACK_CACHE_DIR"],
            ),
            ("a = Analysis(['m.py'], datas=[('a',)])", &["`datas`", "app.spec:1"]),
            ("x = 1", &["no call of `Analysis`"]),
            ("a = Analysis(['m.py'\n", &["Syntax error", "app.spec:"]),
        ] {
            let Err(refused) = read_text(text) else { panic!("accepted {text:?}") };
            let said = format!("{} {}", refused.message, refused.hint.unwrap_or_default());
            for part in parts {
                assert!(said.contains(part), "{part:?} is not said of {text:?}: {said}");
            }
        }
    }
}
