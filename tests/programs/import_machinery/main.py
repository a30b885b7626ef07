"""Uses the import system's own parts: specs, finders and loaders, those of the program before and after the others."""

import _bisect
import importlib
import importlib.abc
import importlib.machinery
import importlib.resources
import importlib.util
import json
import os
import shutil
import sys
import tempfile
import types
import zipfile
import zipimport
from pathlib import Path

import parts

HERE = Path(__file__).parent


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    importlib.invalidate_caches()


def specs() -> None:
    for name in ("single", "parts", "parts.one", "parts.inner", "parts.inner.deep", "parts.missing", "missing", "json"):
        spec = importlib.util.find_spec(name)
        if spec is None:
            print("spec", name, None)
            continue
        origin = Path(spec.origin).parts[-2:] if name == "json" else Path(spec.origin).relative_to(HERE).parts
        locations = spec.submodule_search_locations
        print("spec", spec.name, repr(spec.parent), spec.has_location, origin)
        print("    ", locations and [Path(location).name for location in locations], spec.cached is not None)
        print("    ", [hasattr(spec.loader, part) for part in ("create_module", "exec_module", "get_code", "get_source")])
        print("    ", spec.loader.is_package(name), spec.loader.get_filename(name) == spec.origin, spec.loader_state)
    print("by path", importlib.machinery.PathFinder.find_spec("single", [str(HERE)]).name)
    print("by path", importlib.machinery.PathFinder.find_spec("single", ["/nowhere"]))
    print("by path", importlib.machinery.PathFinder.find_spec("parts.one", parts.__path__).name)
    print("by the path", importlib.machinery.PathFinder.find_spec("single", sys.path).origin == str(HERE / "single.py"))
    for name in (".one", "..one", "missing.one"):
        try:
            print("relative", importlib.util.find_spec(name, "parts").name)
        except ImportError as error:
            print(type(error).__name__, error)
    print("resolved", importlib.util.resolve_name(".deep", "parts.inner"))
    print("hooks", all(hook.__name__ for hook in sys.path_hooks))
    print("builtin", importlib.util.find_spec("sys").origin, importlib.util.find_spec("_imp").has_location)


def from_specs() -> None:
    spec = importlib.util.find_spec("parts.one")
    module = importlib.util.module_from_spec(spec)
    print("before", module.__name__, Path(module.__file__).name, hasattr(module, "VALUE"), "parts.one" in sys.modules)
    spec.loader.exec_module(module)
    print("after", module.VALUE, repr(module).replace(str(HERE), "@"), module.__spec__ is spec)
    print("another", importlib.import_module("parts.one") is module)
    code = spec.loader.get_code("parts.one")
    print("code", Path(code.co_filename).relative_to(HERE).parts, code.co_names)
    for action in (spec.loader.get_code, spec.loader.is_package):
        try:
            action("no_such_module")
        except ImportError:
            print("refused")
    try:
        spec.loader.get_data(str(HERE / "no such file"))
    except OSError as error:
        print("refused", error.errno, Path(error.filename).name)


def lazily() -> None:
    spec = importlib.util.find_spec("parts.lazy")
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules["parts.lazy"] = module
    spec.loader.exec_module(module)
    print("not yet", type(module).__name__)
    print(module.VALUE, type(module).__name__)


def at_run_time(folder: Path) -> None:
    write(folder / "made" / "script.py", "VALUE = __spec__ and __spec__.origin\n")
    loader = importlib.machinery.SourceFileLoader("made_by_loader", str(folder / "made" / "script.py"))
    module = types.ModuleType(loader.name)
    loader.exec_module(module)
    print("source loader", module.VALUE, loader.get_source("made_by_loader").strip())
    spec = importlib.util.spec_from_file_location("made_by_location", folder / "made" / "script.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    print("by location", module.__name__, Path(module.__file__).name, "made_by_location" in sys.modules)
    spec = importlib.util.spec_from_loader("single", importlib.util.find_spec("single").loader)
    print("by loader", spec.name, spec.has_location, Path(spec.origin or "").name)

    sys.path.append(str(folder / "made"))
    print("added path", importlib.import_module("script").VALUE == str(folder / "made" / "script.py"))
    write(folder / "made" / "json.py", "raise AssertionError('shadowed')\n")
    print("comes behind", importlib.reload(json).loads("1"))
    write(folder / "made" / "script.py", "VALUE = 'another value, of another length'\n")
    print("reloaded", importlib.reload(sys.modules["script"]).VALUE)
    sys.path.remove(str(folder / "made"))

    # An extension module under another package's name; one that is built into the interpreter has no file.
    if getattr(_bisect, "__file__", None):
        (folder / "native" / "copied").mkdir(parents=True)
        shutil.copy(_bisect.__file__, folder / "native" / "copied" / os.path.basename(_bisect.__file__))
        sys.path.insert(0, str(folder / "native"))
        importlib.invalidate_caches()
        copied = importlib.import_module("copied._bisect")
        print("extension", copied.bisect_right([1, 2, 3], 2), copied.__name__, copied.__file__.startswith(str(folder)))
        sys.path.remove(str(folder / "native"))
    print("extension again", importlib.reload(_bisect) is _bisect, _bisect.bisect_right([1, 2], 1))

    # A package grows by a folder.
    write(folder / "more" / "grown.py", "from .one import VALUE as one\nVALUE = __name__, __package__, one\n")
    parts.__path__.append(str(folder / "more"))
    print("grown", importlib.import_module("parts.grown").VALUE)
    parts.__path__.insert(0, str(folder / "before"))
    write(folder / "before" / "early.py", "VALUE = __name__\n")
    print("grown", importlib.import_module("parts.early").VALUE)
    del parts.__path__[0]


def archives(folder: Path) -> None:
    archive = folder / "archive.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("zipped/__init__.py", "import parts\nfrom .inside import VALUE\nPARTS = parts.__name__\n")
        file.writestr("zipped/inside.py", "VALUE = __name__\n")
        file.writestr("zipped/data.txt", "zipped data")
    sys.path.append(str(archive))
    zipped = importlib.import_module("zipped")
    print("zip", zipped.VALUE, zipped.PARTS, type(zipped.__loader__).__name__, Path(zipped.__file__).parts[-3:])
    print("zip", importlib.resources.files("zipped").joinpath("data.txt").read_text(encoding="utf-8"))
    print("zip", zipimport.zipimporter(str(archive)).is_package("zipped"))
    sys.path.remove(str(archive))


class Text(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds modules in a dictionary."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts
        self.asked: list[str] = []

    def find_spec(self, fullname, path=None, target=None):
        self.asked.append(fullname)
        if fullname in self.texts:
            return importlib.machinery.ModuleSpec(fullname, self, origin="a dictionary")
        return None

    def exec_module(self, module) -> None:
        exec(self.texts[module.__name__], vars(module))


class Wrapped(importlib.abc.Loader):
    """Adds to what another loader does."""

    def __init__(self, loader) -> None:
        self.loader = loader

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module) -> None:
        self.loader.exec_module(module)
        module.ADDED = "added to " + module.VALUE


class Wrapping(importlib.abc.MetaPathFinder):
    """Wraps what the finders behind it find, as tools for tracing do."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname != "parts.two":
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(fullname, path, target)
            if spec is not None:
                spec.loader = Wrapped(spec.loader)
                return spec
        return None


def own_finders() -> None:
    first, last = Text({"single": "VALUE = 'from the first finder'"}), Text({"json": "", "fallback": "VALUE = 'fallback'"})
    sys.meta_path.insert(0, first)
    sys.meta_path.append(last)
    print("first", importlib.import_module("single").VALUE, first.asked)
    print("last", importlib.import_module("fallback").VALUE, last.asked)
    sys.meta_path.remove(first)
    del sys.modules["single"]
    print("removed", importlib.import_module("single").VALUE)
    sys.meta_path.remove(last)
    wrapping = Wrapping()
    sys.meta_path.insert(0, wrapping)
    print("wrapped", importlib.import_module("parts.two").ADDED)
    sys.meta_path.remove(wrapping)

    seen = []

    def hook(path: str):
        seen.append(path)
        if path != "a dictionary":
            raise ImportError(path)
        return Text({"hooked": "VALUE = __spec__.origin"})

    sys.path_hooks.append(hook)
    sys.path.append("a dictionary")
    print("hook", importlib.import_module("hooked").VALUE, seen)
    sys.path.remove("a dictionary")
    sys.path_hooks.remove(hook)
    sys.path_importer_cache.clear()
    print("caches cleared", importlib.import_module("parts.three").VALUE)


def names_and_levels() -> None:
    print("levels", __import__("parts.inner.deep").__name__, __import__("parts.inner.deep", fromlist=["VALUE"]).__name__)
    package = {"__package__": "parts.inner", "__spec__": None, "__name__": "parts.inner.deep"}
    print("levels", __import__("deep", package, None, ["VALUE"], 1).__name__, __import__("", package, None, ["deep"], 1).__name__)
    print("levels", __import__("one", package, None, ["VALUE"], 2).VALUE)
    for name, level in (("one", 3), ("missing", 1)):
        try:
            __import__(name, package, None, ["VALUE"], level)
        except ImportError as error:
            print(type(error).__name__, error, error.name)
    sys.modules["parts.blocked"] = None
    try:
        importlib.import_module("parts.blocked")
    except ModuleNotFoundError as error:
        print(error)


specs()
from_specs()
lazily()
names_and_levels()
with tempfile.TemporaryDirectory() as folder:
    at_run_time(Path(folder).resolve())
    archives(Path(folder).resolve())
own_finders()
print("found at", [type(finder).__name__ for finder in sys.meta_path][-1])
