"""Prints what modules tell about themselves, with paths relative to the program's folder."""

import json
import os
import sys
from pathlib import Path
from types import ModuleType

import namespace.member
import package
import package.module
import plain

FOLDER = os.path.dirname(__file__)


def relative(path: str) -> str:
    return os.path.relpath(path, FOLDER)


def describe(module: ModuleType) -> None:
    print(module.__name__)
    print("  package", repr(module.__package__))
    print("  file", relative(module.__file__) if getattr(module, "__file__", None) else None)
    if hasattr(module, "__path__"):
        print("  path", [relative(path) for path in module.__path__])
    spec = module.__spec__
    if spec is None:
        print("  spec", None)
        return
    print("  spec", spec.name, repr(spec.parent), spec.has_location)
    print("  origin", relative(spec.origin) if spec.has_location else spec.origin)
    if spec.submodule_search_locations is not None:
        print("  locations", [relative(path) for path in spec.submodule_search_locations])
    print("  the same loader", spec.loader is module.__loader__)


describe(sys.modules["__main__"])
describe(plain)
describe(package)
describe(package.module)
describe(namespace)
describe(namespace.member)

print("absolute", os.path.isabs(__file__), os.path.isabs(plain.__file__))
print("first of the path", relative(sys.path[0]))
print("documentation", repr(__doc__), repr(plain.__doc__))
print("annotations", plain.__annotations__)
print("by name", sys.modules["package.module"] is package.module, package.module is vars(package)["module"])
print("representation", repr(package.module).replace(FOLDER, "@"))
print("standard library", json.__name__, json.decoder.__package__, Path(json.__file__).parts[-2:])
print("built in", sys, sys.__spec__.origin, hasattr(sys, "__file__"))
print("code", relative(plain.function.__code__.co_filename), plain.function.__module__, plain.function.__qualname__)
