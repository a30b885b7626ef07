"""Finds its own plugins as programs with plugins do: by listing a package."""

import importlib
import inspect
import pkgutil

import plugins

for module in pkgutil.iter_modules(plugins.__path__):
    print("found", module.name, module.ispkg)

for module in pkgutil.walk_packages(plugins.__path__, prefix="plugins."):
    print("walked", module.name)

for _, name, is_package in sorted(pkgutil.iter_modules(plugins.__path__, "plugins."), key=lambda found: found[1]):
    module = importlib.import_module(name)
    classes = inspect.getmembers(module, inspect.isclass)
    print("loaded", name, [kind().greet() for _, kind in classes if kind.__module__ == name])

print("resolved", pkgutil.resolve_name("plugins.nested.deep:VALUE"))
