"""What conda has installed, by the records in `conda-meta`. Outside of a conda environment there are none, and no such module is offered."""
import fnmatch
import json
import os
import pathlib
import re
import sys

from PyInstaller import compat

if not (compat.is_conda or compat.is_pure_conda):
    raise ImportError(f"'{__name__}' is for conda environments", name=__name__)

CONDA_ROOT = pathlib.Path(sys.prefix if compat.is_pure_conda else compat.base_prefix)
CONDA_META_DIR = CONDA_ROOT / "conda-meta"


class PackagePath(pathlib.PurePosixPath):
    """A file of a distribution, relative to the environment."""

    def locate(self):
        return CONDA_ROOT / self


class Distribution:
    """A distribution that conda has installed."""

    def __init__(self, json_path):
        with open(json_path, encoding="utf-8") as file:
            self.raw = json.load(file)
        self.name, self.version = self.raw["name"], self.raw["version"]
        self.files = [PackagePath(name) for name in self.raw["files"]]
        self.raw_dependencies = self.raw["depends"]
        # Names that begin so stand for what the system has.
        names = [re.match(r"[^ <>=!~]*", line).group() for line in self.raw_dependencies]
        self.dependencies = [name for name in names if not name.startswith("__")]
        self.packages = sorted({name for name in map(_package_of, self.files) if name})

    def __repr__(self):
        return f"Distribution(name={self.name!r}, packages={self.packages!r})"


_distributions = {}


def distribution(name):
    """The distribution of a name."""
    return _all()[name]


def package_distribution(name):
    """The distribution that a package belongs to."""
    for found in _all().values():
        if name in found.packages:
            return found
    raise ModuleNotFoundError(f"conda has no distribution with the package '{name}'", name=name)


def walk_dependency_tree(initial, excludes=None):
    """A distribution with all that it requires, by their names. What a pattern in `excludes` fits is left out with what it requires."""
    found, waiting = {}, [initial]
    while waiting:
        name = waiting.pop(0)
        if name in found or name not in _all() or any(fnmatch.fnmatch(name, pattern) for pattern in excludes or []):
            continue
        found[name] = distribution(name)
        waiting += found[name].dependencies
    return found


def requires(name, strip_versions=False):
    found = distribution(name)
    return found.dependencies if strip_versions else found.raw_dependencies


def files(name, dependencies=False, excludes=None):
    return [file for found in _chosen(name, dependencies, excludes) for file in found.files]


def collect_dynamic_libs(name, dest=".", dependencies=True, excludes=None):
    """The shared libraries of a distribution, and of what it requires, that lie where conda's libraries do."""
    libraries = [file for file in files(name, dependencies, excludes) if file.parent.name == "lib" and len(file.parts) == 2]
    named = [file for file in libraries if re.search(r"\.so(\.[\d.]+)?$", file.name)]
    return sorted((str(file.locate()), dest) for file in named if file.locate().is_file())


def _chosen(name, dependencies, excludes):
    return list(walk_dependency_tree(name, excludes).values()) if dependencies else [distribution(name)]


def _all():
    if not _distributions:
        for path in sorted(CONDA_META_DIR.glob("*.json")):
            found = Distribution(os.fspath(path))
            _distributions[found.name] = found
    return _distributions


def _package_of(file):
    """The top-level module that a file belongs to, if it is one of `site-packages`."""
    below = "/".join(file.parts).partition("site-packages/")[2]
    top, slash, _ = below.partition("/")
    if slash:
        return top if top.isidentifier() else None
    stem = top.partition(".")[0]
    return stem if top.endswith((".py", ".so")) else None
