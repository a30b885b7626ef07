"""Imports modules in every way that Python has."""

import importlib
import importlib.util
import os.path as operating_system_path
import sys
from importlib import import_module as load

import shapes
import shapes.round.circle as circle
from shapes import *
from shapes.round import area as round_area

try:
    import no_such_module
except ImportError as error:
    print("missing:", error, error.name)

try:
    from shapes import no_such_name
except ImportError as error:
    print("missing:", str(error).partition(" (")[0], error.name)

if sys.platform == "no such platform":
    import module_of_another_platform


def lazily() -> str:
    from shapes import lazy

    return lazy.NAME


print("star", sorted(name for name in ("square", "hidden", "triangle", "_private") if name in globals()))
print("as", circle.area(1), round_area(2), operating_system_path.join("a", "b"))
print("before", "shapes.lazy" in sys.modules, "after", lazily(), "shapes.lazy" in sys.modules)
print("by name", importlib.import_module("shapes.by_name").NAME)
print("by relative name", load(".relative", package="shapes").NAME)
print("by __import__", __import__("shapes.by_import").by_import.NAME)
print("circular", shapes.circular_one.other(), shapes.circular_two.other())
print("attribute of a module", shapes.computed)
print("found", importlib.util.find_spec("shapes.never_imported") is not None, "shapes.never_imported" in sys.modules)
print("not found", importlib.util.find_spec("no_such_module"), importlib.util.find_spec("shapes.no_such_module"))
print("again", importlib.reload(shapes.counted).count)
print("the same", importlib.import_module("shapes") is shapes, sys.modules["shapes.round"] is shapes.round)

for name in ("shapes.broken", "shapes.no_such_module", "shapes.round.circle.no_package"):
    try:
        importlib.import_module(name)
    except Exception as error:
        print(type(error).__name__, error, "left" if name in sys.modules else "not left")
