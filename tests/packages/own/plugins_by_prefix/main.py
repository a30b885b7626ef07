"""Imports the modules whose names begin as those of its plugins do, wherever they are found."""

import importlib
import pkgutil


def plugins(start):
    names = sorted(name for _, name, _ in pkgutil.iter_modules() if name.startswith(start))
    return {name.removeprefix(start): importlib.import_module(name) for name in names}


found = plugins("shape_")
for name, plugin in found.items():
    print(name, plugin.area(2))
