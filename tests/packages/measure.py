"""Prints, for programs of this folder, how much more goes in than a run needs, as rows of a Markdown table.

    ENVIRONMENT/bin/python tests/packages/measure.py RPACK PROGRAM...

`ENVIRONMENT` is that of the programs' group, `RPACK` the built command. A module is needed that a run of plain Python has
loaded at its end from a file; built-in and frozen ones are not counted on either side.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

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
    command = [sys.executable, "-B", "-c", TRACE, str(program / "main.py"), str(output)]
    subprocess.run(command, cwd=folder, env=environment(folder), check=True, capture_output=True)
    return set(json.loads(output.read_text())) - {"__main__", "__mp_main__"}


def packed(rpack, program, folder):
    output = Path(folder, "packed")
    command = [rpack, "build", "-v", str(program), "--python", sys.executable, "--output", str(output)]
    said = subprocess.run(command, cwd=folder, env=environment(folder), check=True, capture_output=True, text=True).stderr
    modules = set(re.findall(r"^  module ([^\s,]+)", said, re.MULTILINE))
    return modules, output.stat().st_size / 2**20


def environment(folder):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return kept | {"HOME": folder, "LC_ALL": "C.UTF-8"}


def main():
    print("| program | modules needed | modules packed | ratio | size |\n|---|---:|---:|---:|---:|")
    for program in map(Path, sys.argv[2:]):
        with tempfile.TemporaryDirectory() as folder:
            wanted = needed(program.resolve(), folder)
            modules, size = packed(Path(sys.argv[1]).resolve(), program.resolve(), folder)
        ratio = len(modules) / max(len(wanted), 1)
        print(f"| {program.name} | {len(wanted)} | {len(modules)} | {ratio:.1f} | {size:.1f} MiB |", flush=True)


main()
