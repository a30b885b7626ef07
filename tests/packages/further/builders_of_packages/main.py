"""Builds a package with several back ends, of which some carry libraries of their own, and compiles Cython to C."""

import contextlib
import distutils
import importlib
import io
import os
import tempfile
import zipfile
from pathlib import Path

from distutils.version import LooseVersion

from Cython.Compiler.Main import compile as compile_to_c

print(distutils.__name__, Path(distutils.__file__).parent.name, LooseVersion("1.10") > LooseVersion("1.9"))
folder = Path(tempfile.mkdtemp())
os.chdir(folder)
(folder / "demo").mkdir()
(folder / "out").mkdir()
(folder / "demo" / "__init__.py").write_text('"""Demo."""\n')
(folder / "demo" / "data.txt").write_text("data")
(folder / "README.md").write_text("# Demo\n")
PROJECT = '[project]\nname = "demo"\nversion = "1.0"\nreadme = "README.md"\ndescription = "A demo"\n'
for backend in ("poetry.core.masonry.api", "setuptools.build_meta"):
    text = f'[build-system]\nrequires = []\nbuild-backend = "{backend}"\n{PROJECT}[tool.setuptools]\npackages = ["demo"]\n'
    (folder / "pyproject.toml").write_text(text)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        wheel = importlib.import_module(backend).build_wheel("out")
    names = zipfile.ZipFile(folder / "out" / wheel).namelist()
    print(backend, wheel, [name for name in names if name.endswith("__init__.py")])

source = folder / "fast.pyx"
source.write_text("from libc.math cimport sin\n\ndef wave(double x):\n    return [sin(x) for _ in range(3)]\n")
done = compile_to_c(str(source), language_level=3)
print(done.num_errors, "sin(" in source.with_suffix(".c").read_text())
