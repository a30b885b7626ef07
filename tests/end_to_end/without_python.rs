//! Packed programs where no Python can be seen, and in the ways in which users start them.

use crate::examples::{EXAMPLES, drive};
use crate::rpack::{cache, example, run, text, workspace};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Writes a script that runs `program` in a mount namespace in which every interpreter, every environment and the build
/// machine's temporary files are hidden, as user `nobody`. The script's process becomes the program's.
pub fn hidden(folder: &Path, program: &Path) -> PathBuf {
    let script = folder.join("hidden");
    let hidden = hidden_folders().iter().map(|path| format!("mount -t tmpfs none '{path}'\n")).collect::<String>();
    let (cache, program, folder) = (folder.join("store"), program.display(), folder.display());
    fs::create_dir_all(&cache).unwrap();
    for path in [Path::new(&folder.to_string()), &cache] {
        std::os::unix::fs::chown(path, Some(65534), Some(65534)).unwrap();
    }
    let inner = format!(
        "set -e\n{hidden}\
         for python in python3 python3.10 python3.11 python3.12 python3.13; do\n\
         if \"$python\" -c pass 2>/dev/null; then echo \"$python can be seen\" >&2; exit 99; fi\ndone\n\
         cd /\nexport RPACK_CACHE_DIR='{}' HOME='{folder}'\n\
         exec setpriv --reuid 65534 --regid 65534 --clear-groups '{program}' \"$@\"\n",
        cache.display()
    );
    fs::write(folder_file(&script, "inner"), inner).unwrap();
    let outer = format!("#!/bin/sh\nexec unshare --mount sh '{}' \"$@\"\n", folder_file(&script, "inner").display());
    fs::write(&script, outer).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    script
}

fn folder_file(script: &Path, name: &str) -> PathBuf {
    script.with_file_name(name)
}

/// The folders of all interpreters and environments.
fn hidden_folders() -> Vec<String> {
    let mut folders = vec![cache().display().to_string()];
    let home = PathBuf::from(std::env::var_os("HOME").unwrap());
    folders.extend(
        [".pyenv", ".local"]
            .iter()
            .map(|name| home.join(name))
            .filter(|path| path.exists())
            .map(|path| path.display().to_string()),
    );
    for python in crate::interpreters::all().values() {
        let probe = "import sys; print(sys.base_prefix)";
        let output = run(Command::new(python).args(["-I", "-c", probe]));
        let prefix = text(&output.stdout).trim().to_owned();
        let own = ["/usr", "/usr/local"].contains(&prefix.as_str())
            || folders.iter().any(|folder| prefix.starts_with(folder));
        if !own {
            folders.push(prefix);
        }
    }
    // An interpreter of the system lies beside the tools that the test needs, so only its library is hidden.
    let library = fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    folders.extend(
        library
            .filter(|path| path.is_dir() && path.file_name().unwrap().to_string_lossy().starts_with("python3"))
            .map(|path| path.display().to_string()),
    );
    folders
}

/// A folder outside of everything that is hidden, which `nobody` can reach.
pub fn reachable_folder() -> tempfile::TempDir {
    let folder = tempfile::Builder::new().prefix("rpack-hidden-").tempdir_in("/var/tmp").unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn copy(name: &str, target: &Path) {
    fs::copy(example(name), target).unwrap();
    fs::set_permissions(target, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn plugins_serve_where_no_python_is_installed() {
    for name in EXAMPLES {
        let folder = reachable_folder();
        let plugin = folder.path().join(name);
        copy(name, &plugin);
        let script = hidden(folder.path(), &plugin);
        // The first run unpacks, the second finds everything there.
        for _ in 0..2 {
            drive(name, &["--network", "tcp"], &script);
        }
    }
}

#[test]
fn a_plugin_serves_renamed_and_through_symbolic_links() {
    let folder = reachable_folder();
    let plugin = folder.path().join("another name");
    copy("auth_plugin", &plugin);
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&plugin, &link).unwrap();
    let second = folder.path().join("link to the link");
    std::os::unix::fs::symlink(&link, &second).unwrap();
    drive("auth_plugin", &["--network", "unix"], &plugin);
    drive("auth_plugin", &["--network", "unix"], &second);
}

#[test]
fn the_system_finds_no_missing_library() {
    // What the executable itself needs of a system is libc, and nothing else.
    let output = run(Command::new("readelf").args(["--wide", "--dynamic"]).arg(example("simple_plugin")));
    let needed: Vec<_> =
        text(&output.stdout).lines().filter(|line| line.contains("(NEEDED)")).map(str::to_owned).collect();
    assert!(needed.len() == 1 && needed[0].contains("[libc.so.6]"), "{needed:?}");
    assert!(workspace().exists());
}

/// The parts of glibc, some of which are empty since they became a part of the first.
const C_LIBRARY: [&str; 7] =
    ["libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libresolv.so.2", "libutil.so.1"];

#[test]
fn a_plugin_needs_nothing_of_a_system_but_its_c_library() {
    let folder = reachable_folder();
    let root = folder.path().join("root");
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mapped = |name: &str| {
        let paths = maps.lines().filter_map(|line| line.split_once('/')).map(|(_, path)| format!("/{path}"));
        paths.map(PathBuf::from).find(|path| path.ends_with(name)).unwrap_or_else(|| panic!("{name} is not mapped"))
    };
    // The loader looks for libraries where it was built to, and executables name the loader by a path of their own.
    let loader = "ld-linux-x86-64.so.2";
    let libraries = mapped("libc.so.6").parent().unwrap().to_owned();
    let inside = |path: &Path| root.join(path.strip_prefix("/").unwrap());
    for folder in [&libraries, Path::new("/lib64"), Path::new("/dev")].map(inside) {
        fs::create_dir_all(folder).unwrap();
    }
    fs::copy(mapped(loader), root.join("lib64").join(loader)).unwrap();
    for library in C_LIBRARY.map(|name| libraries.join(name)).iter().filter(|library| library.exists()) {
        fs::copy(library, inside(library)).unwrap();
    }
    // gRPC takes its random numbers from one of these.
    for (name, minor) in [("null", "3"), ("urandom", "9")] {
        let made = run(Command::new("mknod").arg("-m666").arg(root.join("dev").join(name)).args(["c", "1", minor]));
        assert!(made.status.success(), "{}", text(&made.stderr));
    }
    copy("simple_plugin", &root.join("simple_plugin"));
    let script = folder.path().join("script");
    fs::write(&script, format!("#!/bin/sh\nexec chroot '{}' /simple_plugin \"$@\"\n", root.display())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    drive("simple_plugin", &["--network", "tcp"], &script);
}
