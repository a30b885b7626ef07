# Finds modules as an import would, and imports none of them, not even their packages.
import functools
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
        path = list(spec.submodule_search_locations or [])
    return spec


def _find_in(name, path):
    for finder in sys.meta_path:
        find_spec = getattr(finder, "find_spec", None)
        spec = find_spec(name, path) if find_spec else None
        if spec is not None:
            return spec
    return None


def package_folders(name):
    """The folders of a package; none for a module or for what does not exist."""
    spec = find(name)
    return list(spec.submodule_search_locations or []) if spec else []


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
