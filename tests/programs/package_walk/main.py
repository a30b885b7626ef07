"""Finds its own plugins as programs with plugins do: by listing a package."""

import importlib
import importlib.util
import inspect
import os
import pkgutil
import sys
import tempfile
import warnings

import failing
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
print("resolved", pkgutil.resolve_name("plugins.alpha.Alpha").__name__, pkgutil.resolve_name("plugins").__name__)
for name in ("plugins:no_such_name", "plugins.no_such_module", "no_such_package"):
    try:
        pkgutil.resolve_name(name)
    except (AttributeError, ImportError) as error:
        print(type(error).__name__, error)

# All folders of the path, of which the bundle is one.
print("top level", sorted(found.name for found in pkgutil.iter_modules() if found.name in ("failing", "plugins")))
finder = pkgutil.get_importer(os.path.dirname(plugins.__file__))
print("importer", sorted(found[0] for found in pkgutil.iter_importer_modules(finder)))
print("the finder of what is found", {found.module_finder is finder for found in pkgutil.iter_modules(plugins.__path__)})
for found in pkgutil.iter_modules(plugins.__path__, "plugins."):
    spec = found.module_finder.find_spec(found.name)
    print("spec", spec.name, spec.submodule_search_locations is not None, os.path.basename(spec.origin))

# Finders go by the last part of a name, and loaders still have what they had before PEP 451.
for found in pkgutil.iter_modules([os.path.dirname(plugins.__file__)]):
    spec = found.module_finder.find_spec(found.name)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ImportError as error:
        print("by its own name", module.__name__, module.__package__, error)
    else:
        print("by its own name", module.__name__, module.__package__, [os.path.basename(path) for path in module.__path__])
        print("inside", importlib.import_module("nested.deep").VALUE if sys.modules.setdefault("nested", module) else None)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    loader = finder.find_spec("plugins.beta").loader
    # CPython 3.15 has no loaders of before PEP 451 any more.
    if sys.version_info < (3, 15):
        print("loaded", loader.load_module("plugins.beta").Beta().greet(), loader.load_module("plugins.beta").__name__)
plugins.__path__.append(os.path.join(os.path.dirname(plugins.__file__), "nested"))
module = importlib.import_module("plugins.deep")
print("another one's folder", module.VALUE, module.__name__, module.__spec__.parent, module is plugins.nested.deep)
print("its code", module.__loader__.get_code("plugins.deep").co_names, module.__loader__.is_package("plugins.deep"))
del plugins.__path__[1:]
print("not there", finder.find_spec("plugins.no_such_module"))

# A folder that is made at run time becomes a part of the package.
with tempfile.TemporaryDirectory() as folder:
    os.mkdir(os.path.join(folder, "plugins"))
    for name in ("__init__", "gamma"):
        with open(os.path.join(folder, "plugins", f"{name}.py"), "w", encoding="utf-8") as file:
            file.write("from . import Plugin\n\n\nclass Gamma(Plugin):\n    pass\n")
    sys.path.append(folder)
    plugins.__path__ = pkgutil.extend_path(plugins.__path__, "plugins")
    print("extended", len(plugins.__path__), [found.name for found in pkgutil.iter_modules(plugins.__path__)])
    print("loaded", importlib.import_module("plugins.gamma").Gamma().greet())
    print("still there", importlib.import_module("plugins.nested.deep").VALUE)


def failed(name: str) -> None:
    print("failed", name, type(sys.exc_info()[1]).__name__)


print("walked", [found.name for found in pkgutil.walk_packages(failing.__path__, "failing.", onerror=failed)])
