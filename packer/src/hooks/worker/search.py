# Finds modules as an import would, and imports none of them, not even their packages.
import functools
import importlib.machinery
import os
import pkgutil
import sys


@functools.lru_cache(maxsize=None)
def find(name):
    """The spec of a module, or `None`."""
    spec, path = None, None
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        spec = _find_in(".".join(parts[:end]), path)
        if spec is None:
            return None
        path = _locations(spec)
    return spec


def _locations(spec):
    """Where a package's modules are. Going through what a namespace package has there would ask its parent, which nobody has imported."""
    locations = spec.submodule_search_locations or []
    return list(getattr(locations, "_path", locations))


def _find_in(name, path):
    for finder in sys.meta_path:
        if finder is importlib.machinery.PathFinder and path is not None:
            spec = _find_below(name, path)
        else:
            find_spec = getattr(finder, "find_spec", None)
            spec = find_spec(name, path) if find_spec else None
        if spec is not None:
            return spec
    return None


def _find_below(name, path):
    """What `PathFinder` finds in the folders of a package. It asks the parent of a namespace package, which nobody has imported here."""
    portions = []
    for folder in path:
        finder = pkgutil.get_importer(folder)
        spec = finder.find_spec(name) if finder else None
        if spec is not None and spec.loader is not None:
            return spec
        portions += spec.submodule_search_locations or [] if spec else []
    if not portions:
        return None
    spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = portions
    return spec


def package_folders(name):
    """The folders of a package; none for a module or for what does not exist."""
    spec = find(name)
    return _locations(spec) if spec else []


def file_of(name):
    spec = find(name)
    if spec is None:
        raise ImportError(f"The module '{name}' is not installed", name=name)
    if not spec.has_location:
        raise AttributeError(f"The module '{name}' has no file")
    return spec.origin


def base_of(folder, name):
    """The folder on the search path that a package's folder lies below."""
    for _ in name.split("."):
        folder = os.path.dirname(folder)
    return folder


def submodules(name, accept):
    """A package with what lies below it, as far as `accept` says yes; nothing below a package that it refuses."""
    found = [name] if accept(name) else []
    for module in pkgutil.iter_modules(package_folders(name), name + "."):
        if not accept(module.name):
            continue
        if module.ispkg:
            found.extend(submodules(module.name, accept))
        else:
            found.append(module.name)
    return found
