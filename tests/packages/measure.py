"""Prints, for programs of this folder, how much more goes in than a run needs, as rows of a Markdown table, with PyInstaller beside it.

    ENVIRONMENT/bin/python tests/packages/measure.py RPACK PROGRAM...

`ENVIRONMENT` is that of the programs' group, `RPACK` the built command. A module is needed that a run of plain Python has
loaded at its end from a file; built-in and frozen ones are not counted on either side. PyInstaller is installed into an environment that is
thrown away and sees the packages of `ENVIRONMENT`; it makes one file of the same script, with no flags either. What both have made is run
where the program's folder is not, and is right where it prints what plain Python prints and ends with the same status. Packed by PyInstaller,
a program that starts `sys.executable` or uses `multiprocessing` without `freeze_support()` starts itself without end. So each run is
confined: to few processes, which end with it, and to a user who owns nothing. That needs root.
"""

import ast
import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import venv
import zipfile
from pathlib import Path
from shutil import copytree, move

PYINSTALLER = ["pyinstaller==6.22.*", "pyinstaller-hooks-contrib"]
LONGEST_BUILD = 900
LONGEST_RUN = 60
NOBODY = 65534
# The program is no first process of its namespace, because such a one is not ended by signals.
CONFINED = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "prlimit", "--nproc=100", "setpriv"]
CONFINED += [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "sh", "-c", '"$@"; exit $?', "sh"]

TRACE = """
import atexit, json, os, runpy, sys
def loaded():
    if os.getpid() != me:
        return
    files = {name: getattr(getattr(module, "__spec__", None), "origin", None) for name, module in list(sys.modules.items())}
    names = [name for name, file in files.items() if isinstance(file, str) and os.path.isfile(file)]
    with open(sys.argv[2], "w") as output:
        json.dump(names, output)
me = os.getpid()
atexit.register(loaded)
sys.path[0] = os.path.dirname(sys.argv[1])
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def needed(program, folder):
    output = Path(folder, "loaded.json")
    run([sys.executable, "-B", "-c", TRACE, program / "main.py", output], folder, check=True)
    return set(json.loads(output.read_text())) - {"__main__", "__mp_main__"}


def packed(rpack, program, folder):
    """The modules that rpack packs, and the executable."""
    output = Path(folder, "packed")
    said = run([rpack, "build", "-v", program, "--python", sys.executable, "--output", output], folder, check=True).stderr
    return set(re.findall(r"^  module ([^\s,]+)", said, re.MULTILINE)), output


def frozen(pyinstaller, program, folder):
    """The same for PyInstaller, whose tables beside its work say what it took; nothing where it gives up."""
    places = [f"--{name}={folder}/{name}" for name in ("distpath", "workpath", "specpath")]
    if run([pyinstaller, "--onefile", "--log-level=ERROR", *places, program / "main.py"], folder).returncode:
        return set(), None
    work = Path(folder, "workpath", "main")
    modules = {name for name, _, _ in table(work / "PYZ-00.toc")}
    extensions = (name for name, _, kind in table(work / "PKG-00.toc") if kind == "EXTENSION")
    modules |= {name.removeprefix("lib-dynload/").partition(".")[0].replace("/", ".") for name in extensions}
    with zipfile.ZipFile(work / "base_library.zip") as library:
        names = [name.removesuffix(".pyc").replace("/", ".") for name in library.namelist() if name.endswith(".pyc")]
    return modules | {name.removesuffix(".__init__") for name in names}, Path(folder, "distpath", "main")


def table(path):
    """The entries of a table of contents, which is the text of a Python literal: the first list of triples in it."""
    lists = (item for item in ast.literal_eval(path.read_text(encoding="utf-8")) if isinstance(item, list))
    return next(entries for entries in lists if entries and len(entries[0]) == 3)


def is_right(executable, expected, folder):
    """Whether a program without its folder does what plain Python has done."""
    if executable is None:
        return False
    try:
        observed = run([*CONFINED, executable], folder, owner=NOBODY, longest=LONGEST_RUN)
    except subprocess.TimeoutExpired:
        return False
    return (observed.returncode, observed.stdout) == (expected.returncode, expected.stdout)


def run(command, folder, check=False, owner=0, longest=LONGEST_BUILD):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    work = tempfile.mkdtemp(dir=folder)
    os.chown(work, owner, owner)
    if owner:
        kept |= {"RPACK_CACHE_DIR": work, "TMPDIR": work}
    return subprocess.run(
        list(map(str, command)),
        cwd=work,
        env=kept | {"HOME": work if owner else folder, "LC_ALL": "C.UTF-8"},
        check=check,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=longest,
    )


def install_pyinstaller(folder):
    """Its command, in an environment of its own that sees the packages of this one."""
    venv.create(folder, with_pip=True)
    python = Path(folder, "bin", "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--only-binary=:all:", *PYINSTALLER], check=True)
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True, capture_output=True, text=True
    ).stdout.strip()
    Path(site, "measured.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return Path(folder, "bin", "pyinstaller")


def row(rpack, pyinstaller, program):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        source = Path(copytree(program, Path(folder, "source")))
        expected = run([sys.executable, "-B", source / "main.py"], folder, check=True)
        wanted = needed(source, folder)
        (ours, packed_file), (theirs, frozen_file) = packed(rpack, source, folder), frozen(pyinstaller, source, folder)
        move(source, Path(folder, "elsewhere"))
        cells = [program.name, str(len(wanted))]
        for modules, file in (ours, packed_file), (theirs, frozen_file):
            if file is None:
                cells += ["", "", "", "does not build"]
                continue
            right = "yes" if is_right(file, expected, folder) else "no"
            size = file.stat().st_size / 2**20
            cells += [str(len(modules)), f"{len(modules) / max(len(wanted), 1):.1f}", f"{size:.1f} MiB", right]
        return "| " + " | ".join(cells) + " |"


def main():
    rpack = Path(sys.argv[1]).resolve()
    print("| program | needed | rpack | ratio | size | right | PyInstaller | ratio | size | right |")
    print("|---|---:|---:|---:|---:|---|---:|---:|---:|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        pyinstaller = install_pyinstaller(folder)
        for program in map(Path, sys.argv[2:]):
            print(row(rpack, pyinstaller, program.resolve()), flush=True)


main()
