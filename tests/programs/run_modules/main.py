"""Runs modules, files, folders and archives as `python` would, with `runpy`."""

import os
import runpy
import sys
import tempfile
import zipfile

FILE = "import sys\nprint('ran', __name__, __package__, __spec__ is None, sys.argv[0] == __file__)\nresult = 6 * 7\n"


def shown(namespace: dict) -> list[str]:
    return sorted(name for name in namespace if not name.startswith("__"))


print("module", shown(runpy.run_module("tool.single")))
print("named", runpy.run_module("tool.single", run_name="other name")["__name__"])
print("with globals", runpy.run_module("tool.single", init_globals={"given": "a value"})["result"])
print("as main", runpy.run_module("tool.single", run_name="__main__", alter_sys=True)["__name__"])
print("package", shown(runpy.run_module("tool", run_name="__main__", alter_sys=True)))
print("package without main", end=" ")
for name in ("tool.inside", "no_such_module", "tool.no_such_module", "sys"):
    try:
        runpy.run_module(name)
    except ImportError as error:
        print(error)
print("main is itself again", sys.modules["__main__"].__file__ == __file__)

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "script.py")
    with open(path, "w", encoding="utf-8") as file:
        file.write(FILE)
    print("file", runpy.run_path(path, run_name="script")["result"])
    print("unnamed", runpy.run_path(path)["__name__"])
    os.rename(path, os.path.join(folder, "__main__.py"))
    print("folder", runpy.run_path(folder)["result"], folder in sys.path)
    archive = os.path.join(folder, "archive.zip")
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("__main__.py", "from beside import VALUE\nresult = VALUE\n")
        file.writestr("beside.py", "VALUE = 'from the archive'\n")
    print("archive", runpy.run_path(archive)["result"], archive in sys.path)

beside = os.path.join(os.path.dirname(__file__), "tool", "single.py")
print("beside", runpy.run_path(beside, init_globals={"given": 1})["result"])
