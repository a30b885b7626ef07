# The hook of the test `the_functions_that_hooks_call_answer_as_documented`.
import os
import sys

import PyInstaller
from PyInstaller import compat, isolated
from PyInstaller.depend import bindepend
from PyInstaller.depend.utils import _resolveCtypesImports
from PyInstaller.log import getLogger
from PyInstaller.utils import hooks
from PyInstaller.utils.hooks import logger
from PyInstaller.utils.hooks.qt import exclude_extraneous_qt_bindings

site = os.path.dirname(hooks.get_module_file_attribute("single"))
lib = os.path.join(site, "lib")


def expect(observed, expected):
    assert observed == expected, f"expected {expected!r}, observed {observed!r}"


def refuses(function, *arguments):
    try:
        function(*arguments)
    except Exception as error:
        return type(error).__name__
    return "nothing"


def places(pairs):
    return sorted(f"{folder}: {os.path.relpath(file, site)}" for file, folder in pairs)


expect(hooks.get_module_file_attribute("lib"), os.path.join(lib, "__init__.py"))
expect(refuses(hooks.get_module_file_attribute, "absent"), "ImportError")
expect(hooks.get_package_paths("lib.inner"), (site, os.path.join(lib, "inner")))
expect(hooks.get_all_package_paths("lib"), [lib])
expect([hooks.is_package(name) for name in ("lib", "lib.inner", "lib.inner.deep", "single", "absent")], [True, True, False, False, False])
expect([hooks.is_module_or_submodule(name, "a.b") for name in ("a.b", "a.b.c", "a.bc")], [True, True, False])

expect(hooks.collect_submodules("lib.inner"), ["lib.inner", "lib.inner.deep"])
below = ["lib", "lib.inner", "lib.inner.deep", "lib.tests", "lib.tests.test_x"]
expect(sorted(hooks.collect_submodules("lib")), below)
expect(sorted(hooks.collect_submodules("lib", filter=lambda name: "tests" not in name)), below[:3])
expect(hooks.collect_submodules("single") + hooks.collect_submodules("absent"), [])
# A namespace package below a package that nobody has imported.
expect([hooks.collect_submodules("lib.data"), hooks.get_package_paths("lib.data")], [["lib.data"], (site, os.path.join(lib, "data"))])
assert "lib" not in sys.modules and "lib.tests" not in sys.modules

data = ["lib/data/more: lib/data/more/c.txt", "lib/data: lib/data/a.txt", "lib/data: lib/data/b.json"]
expect(places(hooks.collect_data_files("lib")), data)
expect(places(hooks.collect_data_files("lib", subdir="data/more")), data[:1])
expect(places(hooks.collect_data_files("lib", includes=["**/*.txt"])), data[:2])
expect(places(hooks.collect_data_files("lib", excludes=["**/*.txt"])), data[2:])
expect(places(hooks.collect_data_files("lib", excludes=["data/more"])), data[1:])
expect(places(hooks.collect_data_files("lib.inner", include_py_files=True)), ["lib/inner: lib/inner/__init__.py", "lib/inner: lib/inner/deep.py"])
expect(places(hooks.collect_system_data_files(os.path.join(lib, "data"), "x")), ["x/.: lib/data/a.txt", "x/.: lib/data/b.json", "x/more: lib/data/more/c.txt"])
expect(places(hooks.collect_dynamic_libs("lib")), ["lib/libs: lib/libs/libmade.so"])
expect(places(hooks.collect_dynamic_libs("lib", destdir=".")), [".: lib/libs/libmade.so"])
expect(hooks.collect_dynamic_libs("lib", search_patterns=["*.dll"]), [])
expect(hooks.include_or_exclude_file("a/b.txt", ["*.txt"], ["a/*"]), False)
expect(hooks.include_or_exclude_file("a/b.txt", ["*.txt"]), True)
expect(hooks.include_or_exclude_file("a/b.txt", ["*.json"]), False)

metadata = [(os.path.join(site, "lib-1.5.dist-info"), "lib-1.5.dist-info")]
expect(hooks.copy_metadata("lib"), metadata)
expect(hooks.copy_metadata("lib", recursive=True), metadata)
expect(refuses(hooks.copy_metadata, "absent"), "PackageNotFoundError")
expect(hooks.collect_entry_point("made.group"), (metadata, ["lib.inner"]))
expect(hooks.get_installer("lib"), "pip")
datas, binaries, hiddenimports = hooks.collect_all("lib")
expect((len(binaries), sorted(hiddenimports), metadata[0] in datas), (1, below, True))
expect(hooks.collect_delvewheel_libs_directory("lib", datas=[1], binaries=[2]), ([1], [2]))

satisfied = ["lib", "lib >= 1, < 2", "lib == 1.5", "PyInstaller >= 6.0", "absent; sys_platform == 'win32'"]
expect([hooks.is_module_satisfies(requirement) for requirement in satisfied], [True] * len(satisfied))
expect([hooks.check_requirement(requirement) for requirement in ("lib > 2", "absent", "PyInstaller < 6.0")], [False] * 3)

expect(hooks.get_module_attribute("lib.inner", "VALUE"), 5)
expect(refuses(hooks.get_module_attribute, "lib.inner", "ABSENT"), "AttributeError")
expect([hooks.can_import_module(name) for name in ("lib.inner", "single", "lib.tests.test_x", "absent")], [True, False, False, False])
expect(hooks.exec_statement("import lib.inner; print(lib.inner.VALUE)"), "5")
expect([hooks.exec_statement_rc(code) for code in ("import lib", "import sys; sys.exit(3)", "raise ValueError")], [0, 3, 1])
expect(hooks.eval_statement("print([1, 'x'])"), [1, "x"])
assert "json" in hooks.get_pyextension_imports("lib.inner") or "json" in sys.modules
expect(hooks.get_hook_config(None, "lib", "key"), None)
expect(hooks.get_homebrew_path(), None)
expect((hooks.remove_prefix("abc", "a"), hooks.remove_suffix("abc", "c"), hooks.remove_file_extension("a.b.so")), ("bc", "ab", "a.b"))


@isolated.decorate
def unsafe(value):
    sys.left_behind = value
    if value < 0:
        raise KeyError(value)
    if value == 0:
        os._exit(3)
    return value


expect(unsafe(3), 3)
assert not hasattr(sys, "left_behind")
expect((refuses(unsafe, -1), refuses(unsafe, 0)), ("KeyError", "RuntimeError"))
with isolated.Python() as child:
    expect(child.call(max, 1, 2), 2)

expect((compat.is_linux, compat.is_win, compat.is_darwin, compat.is_py310, compat.is_py319), (True, False, False, True, False))
assert compat.EXTENSION_SUFFIXES and compat.base_prefix and compat.importlib_metadata.version("lib") == "1.5"
assert tuple(map(int, PyInstaller.__version__.split("."))) >= (6,)
libc = _resolveCtypesImports(["libz.so.1", "libabsent.so.7"])
expect([(name, kind) for name, _, kind in libc], [("libz.so.1", "BINARY")])
expect(os.path.basename(bindepend.resolve_library_path("libz.so.1")), "libz.so.1")
assert any(name == "libz.so.1" for name, _ in bindepend.get_imports(hooks.get_module_file_attribute("zlib")))
expect(exclude_extraneous_qt_bindings("hook-lib", ["PyQt6"]), ["PyQt5", "PyQt6", "PySide6", "PySide2"])
logger.info("not heard")
getLogger(__name__).debug("not heard")
datas, binaries = [], []
