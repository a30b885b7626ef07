//! From native files to the shared libraries that they need.

mod elf;
mod loader_cache;

use crate::error::Error;
use crate::project::interpreter::Interpreter;
use elf::Dynamic;
use loader_cache::LoaderCache;
use object::read::ReadCache;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

/// A shared library to carry along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// The name that others find it by: its DT_SONAME, else its file name.
    pub name: String,
    /// Its file, as found: symbolic links are not resolved.
    pub path: PathBuf,
    /// Indices into [`NativeNeeds::libraries`] of the libraries that it needs itself.
    pub needed: Vec<usize>,
}

/// The shared libraries that files need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NativeNeeds {
    /// Every library, dependencies before what needs them.
    pub libraries: Vec<Library>,
    /// For each given file, indices of all libraries that it needs, directly or not, in load order:
    /// dependencies first.
    pub by_file: BTreeMap<PathBuf, Vec<usize>>,
    /// Libraries that were not found: the file that needs it, and the name.
    pub unresolved: Vec<(PathBuf, String)>,
}

/// Finds the libraries that `files` need, as the dynamic linker would on this machine: DT_RPATH of
/// the file and of what loaded it, `LD_LIBRARY_PATH`, DT_RUNPATH, `/etc/ld.so.cache`, the default
/// folders. No file is run.
///
/// Libraries that every Linux has, or that belong to its drivers, are left out, and so is
/// `libpython`, which the packed program has loaded before. A file that is not ELF needs nothing.
///
/// # Errors
/// When one of `files` cannot be read.
pub fn resolve(files: &[PathBuf], interpreter: &Interpreter) -> Result<NativeNeeds, Error> {
    let mut search = Search::new(interpreter);
    for file in files {
        let dynamic = read_dynamic(file).map_err(|source| Error::Read { path: file.clone(), source })?;
        let Some(dynamic) = dynamic else {
            search.needs.by_file.insert(file.clone(), Vec::new());
            continue;
        };
        let direct = search.direct_needs(file, &dynamic, &search.executable_rpath.clone());
        let mut order = Vec::new();
        let mut seen = HashSet::new();
        for library in direct {
            add_in_load_order(&search.needs.libraries, library, &mut seen, &mut order);
        }
        search.needs.by_file.insert(file.clone(), order);
    }
    Ok(search.needs)
}

/// Finds a library by the name that the dynamic linker knows, where no file asks for it.
pub fn find_library(name: &str, interpreter: &Interpreter) -> Option<PathBuf> {
    Search::new(interpreter).find(name, &[], &[]).map(|(path, _)| path)
}

struct Search {
    needs: NativeNeeds,
    /// A library that is being read, or that was, by its path. `None` while it is being read:
    /// libraries may need each other.
    known: HashMap<PathBuf, Option<usize>>,
    /// Libraries that are loaded after the one at the path, though that one needs them too: it finds
    /// them by its run path, and they, without one, could not find it.
    deferred: Vec<(usize, PathBuf)>,
    /// What was found at paths where a library was looked for, for the target's machine: files of one package look for the same
    /// ones in the same folders.
    fitting: HashMap<PathBuf, Option<Rc<Dynamic>>>,
    /// Libraries that have a run path.
    with_run_path: HashSet<PathBuf>,
    cache: LoaderCache,
    environment: Vec<PathBuf>,
    default_folders: Vec<PathBuf>,
    /// DT_RPATH of the interpreter, which the linker searches for everything that the interpreter
    /// loads.
    executable_rpath: Rc<[PathBuf]>,
    machine: Option<u16>,
    platform: Platform,
}

/// What `$LIB` and `$PLATFORM` stand for.
struct Platform {
    machine: String,
}

impl Search {
    fn new(interpreter: &Interpreter) -> Self {
        let platform = Platform { machine: interpreter.machine.clone() };
        let executable = fs::canonicalize(&interpreter.executable).unwrap_or_else(|_| interpreter.executable.clone());
        let executable_rpath = match read_dynamic(&executable) {
            Ok(Some(Dynamic { rpath: Some(rpath), runpath: None, .. })) => platform.folders(&rpath, &executable),
            _ => Vec::new(),
        };
        let environment = std::env::var_os("LD_LIBRARY_PATH")
            .map(|value| std::env::split_paths(&value).filter(|folder| folder.is_absolute()).collect())
            .unwrap_or_default();
        let default_folders = ["/lib", "/usr/lib"]
            .iter()
            .flat_map(|folder| {
                let multiarch = format!("{folder}/{}", interpreter.multiarch);
                [PathBuf::from(multiarch), PathBuf::from(format!("{folder}64")), PathBuf::from(folder)]
            })
            .collect();
        Search {
            needs: NativeNeeds::default(),
            known: HashMap::new(),
            deferred: Vec::new(),
            fitting: HashMap::new(),
            with_run_path: HashSet::new(),
            cache: fs::read("/etc/ld.so.cache").map(|bytes| loader_cache::parse(&bytes)).unwrap_or_default(),
            environment,
            default_folders,
            executable_rpath: executable_rpath.into(),
            machine: elf::machine_number(&interpreter.machine),
            platform,
        }
    }

    /// The libraries that `file` names itself. `inherited` is DT_RPATH of what loads it.
    fn direct_needs(&mut self, file: &Path, dynamic: &Dynamic, inherited: &Rc<[PathBuf]>) -> Vec<usize> {
        let runpath = dynamic.runpath.as_deref().map(|runpath| self.platform.folders(runpath, file));
        // DT_RUNPATH switches DT_RPATH off, that of the loading libraries too, and is not inherited
        // itself.
        let own_rpath = match (&runpath, dynamic.rpath.as_deref()) {
            (None, Some(rpath)) => self.platform.folders(rpath, file),
            _ => Vec::new(),
        };
        let rpath: Rc<[PathBuf]> = own_rpath.iter().chain(inherited.iter()).cloned().collect();
        let mut result = Vec::new();
        for name in &dynamic.needed {
            if stays_out(name) {
                continue;
            }
            let before: &[PathBuf] = if runpath.is_none() { &rpath } else { &[] };
            match self.find(name, before, runpath.as_deref().unwrap_or_default()) {
                Some((path, found)) => {
                    let library = self.library(path, name, &found, &rpath);
                    let is_deferred =
                        |index: &usize| self.deferred.iter().any(|(deferred, path)| deferred == index && path == file);
                    result.extend(library.filter(|index| !is_deferred(index)));
                }
                None => {
                    let unresolved = (file.to_owned(), name.clone());
                    if !self.needs.unresolved.contains(&unresolved) {
                        self.needs.unresolved.push(unresolved);
                    }
                }
            }
        }
        result
    }

    fn find(&mut self, name: &str, rpath: &[PathBuf], runpath: &[PathBuf]) -> Option<(PathBuf, Rc<Dynamic>)> {
        if name.contains('/') {
            return self.fitting(PathBuf::from(name));
        }
        let before = rpath.iter().chain(&self.environment).chain(runpath).map(|folder| folder.join(name));
        let cached = self.cache.get(name).into_iter().flatten().cloned();
        let after = self.default_folders.iter().map(|folder| folder.join(name));
        let candidates: Vec<PathBuf> = before.chain(cached).chain(after).collect();
        candidates.into_iter().find_map(|path| self.fitting(path))
    }

    /// A file that is a library for the target's machine. The linker passes over others.
    fn fitting(&mut self, path: PathBuf) -> Option<(PathBuf, Rc<Dynamic>)> {
        let dynamic = match self.fitting.get(&path) {
            Some(known) => known.clone(),
            None => {
                let fits = |dynamic: &Dynamic| self.machine.is_none_or(|machine| machine == dynamic.machine);
                let read = read_dynamic(&path).ok().flatten().filter(fits).map(Rc::new);
                self.fitting.insert(path.clone(), read.clone());
                read
            }
        };
        Some((path, dynamic?))
    }

    fn library(&mut self, path: PathBuf, asked: &str, dynamic: &Dynamic, rpath: &Rc<[PathBuf]>) -> Option<usize> {
        if let Some(known) = self.known.get(&path) {
            return *known;
        }
        self.known.insert(path.clone(), None);
        let has_run_path = dynamic.rpath.is_some() || dynamic.runpath.is_some();
        if has_run_path {
            self.with_run_path.insert(path.clone());
        }
        let needed = self.direct_needs(&path, dynamic, rpath);
        let file_name = path.file_name().map_or_else(|| asked.to_owned(), |name| name.to_string_lossy().into_owned());
        let name = dynamic.name.clone().unwrap_or(file_name);
        let index = self.needs.libraries.len();
        self.needs.libraries.push(Library { name, path: path.clone(), needed });
        if !has_run_path {
            self.defer(index, dynamic, rpath);
        }
        for &(after, _) in self.deferred.iter().filter(|(_, before)| *before == path) {
            if let Some(library) = self.needs.libraries.get_mut(after) {
                library.needed.push(index);
            }
        }
        self.known.insert(path, Some(index));
        Some(index)
    }

    /// Notes the libraries that need this one and are needed by it: FreeType and HarfBuzz do so.
    fn defer(&mut self, index: usize, dynamic: &Dynamic, rpath: &[PathBuf]) {
        for name in &dynamic.needed {
            let found = if stays_out(name) { None } else { self.find(name, rpath, &[]) };
            if let Some((path, _)) = found
                && self.known.get(&path) == Some(&None)
                && self.with_run_path.contains(&path)
            {
                self.deferred.push((index, path));
            }
        }
    }
}

impl Platform {
    /// Folders of a DT_RPATH or DT_RUNPATH, with the dynamic string tokens of `ld.so(8)` replaced.
    fn folders(&self, text: &str, file: &Path) -> Vec<PathBuf> {
        let origin = file.parent().unwrap_or(Path::new("/")).to_string_lossy().into_owned();
        let replaced = |folder: &str| {
            let mut folder = folder.to_owned();
            for (token, value) in [("ORIGIN", origin.as_str()), ("LIB", "lib"), ("PLATFORM", &self.machine)] {
                folder = folder.replace(&format!("${{{token}}}"), value).replace(&format!("${token}"), value);
            }
            without_steps_up(Path::new(&folder))
        };
        // An empty or relative folder would mean wherever the program is started.
        text.split(':').map(replaced).filter(|folder| folder.is_absolute()).collect()
    }
}

/// A path in which no `..` is left, so that a library has one path however it was reached, and lies visibly below the
/// folder that it came with. Links are not followed: a wheel's folders are none.
fn without_steps_up(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                result.pop();
            }
            part => result.push(part),
        }
    }
    result
}

fn read_dynamic(path: &Path) -> std::io::Result<Option<Dynamic>> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    Ok(elf::dynamic(&ReadCache::new(file)))
}

fn add_in_load_order(libraries: &[Library], index: usize, seen: &mut HashSet<usize>, order: &mut Vec<usize>) {
    if !seen.insert(index) {
        return;
    }
    for &needed in libraries.get(index).map(|library| library.needed.as_slice()).unwrap_or_default() {
        add_in_load_order(libraries, needed, seen, order);
    }
    order.push(index);
}

/// Libraries that are never carried along.
///
/// glibc's family belongs together with the dynamic linker of the machine and its name services;
/// two of them in one process do not work. The graphics and driver stack talks to the kernel driver
/// that is installed. Both are what manylinux (PEP 600) and AppImage's exclude list leave to the
/// system, too.
fn stays_out(name: &str) -> bool {
    let stem = name.split(".so").next().unwrap_or(name);
    let glibc = [
        "libc",
        "libm",
        "libdl",
        "librt",
        "libpthread",
        "libutil",
        "libresolv",
        "libanl",
        "libmvec",
        "libthread_db",
        "libBrokenLocale",
        "linux-vdso",
        "linux-gate",
        "ld64",
    ];
    let drivers = [
        "libGL",
        "libEGL",
        "libGLX",
        "libOpenGL",
        "libGLdispatch",
        "libGLESv1_CM",
        "libGLESv2",
        "libgbm",
        "libvulkan",
        "libcuda",
    ];
    let families = ["ld-linux", "libnss_", "libdrm", "libnvidia"];
    glibc.contains(&stem)
        || drivers.contains(&stem)
        || families.iter().any(|family| name.starts_with(family)) && !is_of_wheel(stem)
        || name.starts_with("libpython3")
        // Later versions of libnsl are a project of their own.
        || name == "libnsl.so.1"
}

/// Whether a library has the name that auditwheel gives to those that it puts into a wheel: `libdrm-b0291a67.so.2`. No system
/// has it.
fn is_of_wheel(stem: &str) -> bool {
    let hash = stem.rsplit_once('-').map(|(_, hash)| hash);
    hash.is_some_and(|hash| hash.len() == 8 && hash.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn the_system_keeps_its_own() {
        for name in [
            "libc.so.6",
            "libm.so.6",
            "ld-linux-x86-64.so.2",
            "libnss_files.so.2",
            "libnsl.so.1",
            "libGL.so.1",
            "libdrm_amdgpu.so.1",
            "libpython3.11.so.1.0",
        ] {
            assert!(stays_out(name), "{name}");
        }
        for name in [
            "libstdc++.so.6",
            "libgcc_s.so.1",
            "libcrypt.so.1",
            "libssl.so.3",
            "libz.so.1",
            "libmagic.so.1",
            "libnsl.so.3",
            "libGLU.so.1",
            "libdrm-b0291a67.so.2.4.0",
        ] {
            assert!(!stays_out(name), "{name}");
        }
    }

    #[test]
    fn tokens_are_replaced() {
        let platform = Platform { machine: "x86_64".to_owned() };
        let folders =
            platform.folders("$ORIGIN/../x.libs::${ORIGIN}:relative:/opt/$LIB/$PLATFORM", Path::new("/a/b/c.so"));
        assert_eq!(folders, ["/a/x.libs", "/a/b", "/opt/lib/x86_64"].map(PathBuf::from));
    }

    #[test]
    fn of_libraries_that_need_each_other_the_one_with_a_run_path_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let link = |output: &str, arguments: &[&str]| {
            let mut compiler = std::process::Command::new("cc");
            compiler.current_dir(folder.path()).args(["-shared", "-o", output, "-L.", "-Wl,--no-as-needed"]);
            assert!(compiler.args(arguments).status().unwrap().success());
        };
        let run_path = "-Wl,--disable-new-dtags,-rpath,$ORIGIN";
        link("libone.so", &[]);
        link("libtwo.so", &["-lone"]);
        link("libone.so", &["-ltwo", run_path]);
        for order in [["-lone", "-ltwo"], ["-ltwo", "-lone"]] {
            link("module.so", &[order[0], order[1], run_path]);
            let module = folder.path().join("module.so");
            let needs = resolve(std::slice::from_ref(&module), &testing::interpreter()).unwrap();
            let names = needs.by_file[&module].iter().map(|&index| needs.libraries[index].name.as_str());
            assert_eq!(names.collect::<Vec<_>>(), ["libone.so", "libtwo.so"], "{order:?}");
        }
    }

    #[test]
    fn a_file_that_is_no_library_needs_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("module.so");
        fs::write(&text, "not a library").unwrap();
        let needs = resolve(std::slice::from_ref(&text), &testing::interpreter()).unwrap();
        assert!(needs.by_file[&text].is_empty());
        let absent = folder.path().join("absent.so");
        assert!(matches!(resolve(&[absent], &testing::interpreter()), Err(Error::Read { .. })));
    }

    #[test]
    fn truncated_libraries_do_not_panic() {
        // The test program itself is an ELF file with a dynamic section.
        let bytes = fs::read(std::env::current_exe().unwrap()).unwrap();
        let whole = elf::dynamic(&*bytes).unwrap();
        assert!(whole.needed.iter().any(|name| name == "libc.so.6"));
        let step = (bytes.len() / 200).max(1);
        for end in (0..4096).chain((4096..bytes.len()).step_by(step)) {
            elf::dynamic(&bytes[..end]);
        }
        let mut altered = bytes[..bytes.len().min(1 << 16)].to_vec();
        for position in 0..altered.len().min(4096) {
            altered[position] ^= 0xff;
            elf::dynamic(&*altered);
            altered[position] ^= 0xff;
        }
    }
}
