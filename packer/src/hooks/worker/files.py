# Files of packages, as pairs of a file and the folder of the bundle that it goes to.
import fnmatch
import os

from _rpack import search
from PyInstaller.compat import ALL_SUFFIXES

PY_DYLIB_PATTERNS = ["*.dll", "*.dylib", "lib*.so"]


def collect_data_files(package, include_py_files=False, subdir=None, excludes=None, includes=None):
    pairs = []
    for folder in _folders(package):
        base = search.base_of(folder, package)
        root = os.path.join(folder, subdir) if subdir else folder
        pairs += _pairs(_selected(root, include_py_files, includes, excludes), base)
    return pairs


def collect_system_data_files(path, destdir=None, include_py_files=False):
    selected = _selected(path, include_py_files, None, None)
    if destdir is None:
        return _pairs(selected, os.path.dirname(os.path.abspath(path)))
    return [(file, os.path.join(destdir, os.path.relpath(os.path.dirname(file), path))) for file in selected]


def collect_dynamic_libs(package, destdir=None, search_patterns=PY_DYLIB_PATTERNS):
    pairs = []
    for folder in _folders(package):
        base = search.base_of(folder, package)
        for above, _, names in _walk(folder):
            for name in names:
                if any(fnmatch.fnmatch(name, pattern) for pattern in search_patterns):
                    inside = os.path.relpath(above, base) if destdir is None else destdir
                    pairs.append((os.path.join(above, name), inside))
    return pairs


def include_or_exclude_file(filename, include_list=None, exclude_list=None):
    def matches(patterns):
        return any(fnmatch.fnmatch(filename, pattern) for pattern in patterns)

    if exclude_list is not None and matches(exclude_list):
        return False
    return include_list is None or matches(include_list)


def _folders(package):
    if not isinstance(package, str):
        raise TypeError(f"package must be a str, not {package!r}")
    return search.package_folders(package)


def _walk(folder):
    for above, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield above, folders, sorted(names)


def _pairs(files, base):
    return [(file, os.path.relpath(os.path.dirname(file), base)) for file in files]


def _selected(root, include_py_files, includes, excludes):
    """The files below a folder that the patterns want. What can be imported is no data, except for sources that are asked for."""
    code = [suffix for suffix in ALL_SUFFIXES if not (include_py_files and suffix in (".py", ".pyc"))]
    every = [os.path.join(above, name) for above, _, names in _walk(root) for name in names]
    wanted = every if not includes else _matching(root, includes)
    refused = set(_matching(root, excludes or []))
    return [file for file in wanted if file not in refused and not file.endswith(tuple(code))]


def _matching(root, patterns):
    """The files that patterns stand for; a folder stands for all that lies in it."""
    import pathlib

    found = {}
    for pattern in patterns:
        for path in sorted(pathlib.Path(root).glob(pattern)):
            if path.is_dir():
                found.update((os.path.join(above, name), None) for above, _, names in _walk(path) for name in names)
            elif "__pycache__" not in path.parts:
                found[str(path)] = None
    return list(found)
