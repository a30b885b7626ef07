//! Builds what every packed program carries, the bootloader and its runtime library, so that the `rpack` binary can hold
//! both. They are built apart from this package because they want other profiles, and because an executable and a shared
//! library cannot be dependencies of a package.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    let out = PathBuf::from(variable("OUT_DIR"));
    let workspace = Path::new(&variable("CARGO_MANIFEST_DIR")).join("..");
    for input in ["Cargo.toml", "Cargo.lock", "bootloader"] {
        println!("cargo::rerun-if-changed={}", workspace.join(input).display());
    }
    let libgcc = link_libgcc_statically(&out);
    let build = Build { workspace, target: variable("TARGET"), folder: target_folder(&out), libgcc };
    build.run("rpack-stub", "stub", "rpack-stub", &out.join("stub"));
    build.run("rpack-hosted", "stub", "librpack_hosted.so", &out.join("hosted"));
    build.run("rpack-runtime", "runtime", "librpack_runtime.so", &out.join("runtime"));
}

/// A build of other packages of this workspace.
struct Build {
    workspace: PathBuf,
    target: String,
    folder: PathBuf,
    libgcc: PathBuf,
}

impl Build {
    /// Builds `package` with `profile` and copies the file that it makes.
    fn run(&self, package: &str, profile: &str, file: &str, copy: &Path) {
        let mut cargo = Command::new(variable("CARGO"));
        cargo
            .args(["build", "--quiet", "--package", package, "--profile", profile, "--target", &self.target])
            .arg("--manifest-path")
            .arg(self.workspace.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&self.folder)
            // The runtime uses the stable ABI, so no Python is needed to build it.
            .env("PYO3_NO_PYTHON", "1")
            .env("RUSTFLAGS", format!("-L native={}", self.libgcc.display()))
            // Zstandard's second Huffman decoder is 29 KiB more, in every copy, and no faster on what is packed.
            .env("CFLAGS", "-DHUF_FORCE_DECOMPRESS_X1")
            // Flags and wrappers of the outer build (those of clippy, say) are not meant for this one.
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("RUSTC_WORKSPACE_WRAPPER");
        let status = cargo.status().unwrap_or_else(|error| panic!("cannot run cargo for {package}: {error}"));
        assert!(status.success(), "building {package} failed; its errors are above");
        let made = self.folder.join(&self.target).join(profile).join(file);
        fs::copy(&made, copy).unwrap_or_else(|error| panic!("cannot copy {}: {error}", made.display()));
    }
}

/// Makes the linker take libgcc's unwinder from its archive, not from `libgcc_s.so.1`: a packed program then needs nothing
/// but libc, and starts without loading one more library. Rust's standard library names `gcc_s` in a way that no compiler
/// flag changes, but a linker script of that name, found first, does.
fn link_libgcc_statically(out: &Path) -> PathBuf {
    let folder = out.join("libgcc");
    fs::create_dir_all(&folder).expect("OUT_DIR can be written");
    fs::write(folder.join("libgcc_s.so"), "GROUP(libgcc_eh.a libgcc.a)\n").expect("OUT_DIR can be written");
    folder
}

/// A folder beside those of the profiles, so that debug and release builds of `rpack` share one build of the bootloader.
/// It must not be the outer build's own folder, which is locked.
fn target_folder(out: &Path) -> PathBuf {
    out.ancestors().nth(4).unwrap_or(out).join("bootloader")
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}
