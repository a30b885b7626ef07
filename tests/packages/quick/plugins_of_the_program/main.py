"""Plugins in a folder, found in four ways; nothing names them."""

import importlib
import importlib.util
import os
import pkgutil
from pathlib import Path

import click

import steps

folder = Path(__file__).resolve().parent
print(sorted(module.name for module in pkgutil.iter_modules(steps.__path__)))
for module in pkgutil.iter_modules(steps.__path__, "steps."):
    print(importlib.import_module(module.name).run(2))
for name in sorted(os.listdir(folder / "commands")):
    if name.endswith(".py") and not name.startswith("_"):
        print(importlib.import_module("commands." + name[:-3]).NAME)
for path in sorted(folder.glob("handlers/*.py")):
    specification = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    print(path.name, module.handle())
for line in (folder / "enabled.txt").read_text().split():
    module, attribute = line.split(":")
    print(getattr(importlib.import_module(module), attribute)())
print(click.unstyle(click.style("done", fg="red")))
