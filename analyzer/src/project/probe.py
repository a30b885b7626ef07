# Run by the target interpreter with `-c`. Prints one JSON object of facts; Python 2 must be able to parse it, so that an
# old interpreter can still say how old it is. Only modules that start-up has loaded anyway are imported (`json`,
# `platform` and `sysconfig` would double the time).
import sys

RELEASE_LEVELS = {"alpha": "a", "beta": "b", "candidate": "rc"}


def text(value):
    from _json import encode_basestring_ascii

    # A path that is not UTF-8 holds lone surrogates (PEP 383), which JSON readers refuse.
    return encode_basestring_ascii(value.encode("utf-8", "replace").decode("utf-8"))


def encode(value):
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(text(key) + ":" + encode(value[key]) for key in sorted(value)) + "}"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "[" + ",".join(encode(item) for item in value) + "]"
    return text(str(value))


def implementation():
    if getattr(sys, "frozen", None) or hasattr(sys, "_MEIPASS"):
        return "a packed program"
    if hasattr(sys, "implementation"):
        return sys.implementation.name
    return "cpython" if "GCC" in sys.version or "Clang" in sys.version else "python"


def full_version():
    info = sys.version_info
    version = "%d.%d.%d" % tuple(info[:3])
    if info[3] != "final":
        version += RELEASE_LEVELS.get(info[3], info[3]) + str(info[4])
    return version


def frozen_modules():
    import _imp

    names = getattr(_imp, "_frozen_module_names", None)
    if names is None:
        return ["_frozen_importlib", "_frozen_importlib_external", "zipimport"]
    # `__hello__` and `__phello__` with their aliases are frozen for CPython's own tests.
    return sorted(name for name in names() if not name.startswith(("__hello", "__phello")))


def planned_modules(plan):
    # meson-python keeps sources and what was built in folders of their own. Where each file of a package lies is told by the plan
    # of its installation.
    import json
    import os

    def module(place, path):
        stem, _, ending = place[-1].partition(".")
        if ending.rpartition(".")[2] in ("py", "pyc", "so"):
            name = place[:-1] if stem == "__init__" else place[:-1] + [stem]
            found.append({"name": ".".join(name), "path": path})

    found = []
    with open(plan) as file:
        targets = [target for kind in json.load(file).values() for target in kind.items()]
    for path, target in targets:
        place = target["destination"].split("/")
        if place[0] not in ("{py_platlib}", "{py_purelib}"):
            continue
        if not os.path.isdir(path):
            module(place[1:], path)
        for above, _, names in os.walk(path):
            inner = os.path.relpath(above, path).split(os.sep) if above != path else []
            for name in sorted(names):
                module(place[1:] + inner + [name], os.path.join(above, name))
    return found


def installation_plans():
    import os

    folders = [getattr(finder, "_build_path", None) for finder in sys.meta_path if type(finder).__name__ == "MesonpyMetaFinder"]
    return [os.path.join(folder, "meson-info", "intro-install_plan.json") for folder in folders if folder]


def editable_modules():
    found = [module for plan in installation_plans() for module in planned_modules(plan)]
    for finder in sys.meta_path:
        # setuptools' generated `__editable___NAME_finder` (PEP 660).
        module = sys.modules.get(getattr(finder, "__module__", ""))
        if getattr(module, "__name__", "").startswith("__editable__"):
            for name, path in getattr(module, "MAPPING", {}).items():
                found.append({"name": name, "path": path})
            for name, paths in getattr(module, "NAMESPACES", {}).items():
                found.extend({"name": name, "path": path} for path in paths)
        # The `editables` package, used by Hatchling and PDM where a `.pth` line is not enough.
        for name, path in getattr(finder, "_redirections", {}).items():
            found.append({"name": name, "path": path})
    return found


def binary():
    import os

    try:
        return os.readlink("/proc/self/exe")
    except OSError:
        return os.path.realpath(sys.executable)


def mapped_libpython():
    try:
        with open("/proc/self/maps", "rb") as maps:
            for line in maps:
                path = line.split(None, 5)[5:]
                if path and b"/libpython" in path[0] and b".so" in path[0]:
                    return path[0].rstrip(b"\n").decode("utf-8", "surrogateescape")
    except (OSError, IndexError):
        pass
    return None


def libpython_candidates():
    # An interpreter that has libpython linked in may still have the same library beside it (Debian, python-build-standalone).
    import os

    name = "_sysconfigdata_%s_%s_%s" % (
        getattr(sys, "abiflags", ""),
        sys.platform,
        getattr(sys.implementation, "_multiarch", ""),
    )
    try:
        variables = __import__(name).build_time_vars
    except (ImportError, AttributeError):
        variables = {}
    names = [variables.get("INSTSONAME"), "libpython%d.%d%s.so.1.0" % (sys.version_info[0], sys.version_info[1], getattr(sys, "abiflags", ""))]
    folders = [variables.get("LIBDIR"), os.path.join(sys.base_prefix, "lib")]
    return [os.path.join(folder, file) for folder in folders if folder for file in names if file and ".so" in file]


def facts():
    import _imp
    import os

    uname = os.uname() if hasattr(os, "uname") else None
    version = "%d.%d" % tuple(sys.version_info[:2])
    markers = {
        "implementation_name": sys.implementation.name,
        "implementation_version": full_version(),
        "os_name": os.name,
        "platform_machine": uname.machine if uname else "",
        "platform_python_implementation": "CPython",
        "platform_release": uname.release if uname else "",
        "platform_system": uname.sysname if uname else "",
        "platform_version": uname.version if uname else "",
        "python_full_version": full_version(),
        "python_version": version,
        "sys_platform": sys.platform,
    }
    library = mapped_libpython()
    suffixes = _imp.extension_suffixes()
    # `sys.modules` rather than an import: importlib's frozen half is always there, `importlib.util` need not be.
    magic = sys.modules["_frozen_importlib_external"].MAGIC_NUMBER
    return {
        "executable": sys.executable,
        "binary": binary(),
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "stdlib": os.path.dirname(os.__file__),
        "platlibdir": getattr(sys, "platlibdir", "lib"),
        "search_path": [entry for entry in sys.path if isinstance(entry, str) and entry],
        "editable": editable_modules(),
        "read": installation_plans(),
        "extension_suffixes": suffixes,
        "builtin_modules": sys.builtin_module_names,
        "frozen_modules": frozen_modules(),
        "stdlib_modules": sorted(sys.stdlib_module_names),
        "mapped_libpython": library,
        "libpython_candidates": [] if library else libpython_candidates(),
        "platform": sys.platform,
        "os_name": os.name,
        "machine": uname.machine if uname else "",
        "multiarch": getattr(sys.implementation, "_multiarch", ""),
        "markers": markers,
        "magic": list(magic),
        "cache_tag": sys.implementation.cache_tag,
    }


def main():
    answer = {
        "implementation": implementation(),
        "version": sys.version_info[:3],
        "full_version": full_version(),
        "abiflags": getattr(sys, "abiflags", ""),
    }
    if sys.version_info >= (3, 10) and answer["implementation"] == "cpython":
        answer.update(facts())
    sys.stdout.write("\nrpack-probe:" + encode(answer) + "\n")


main()
