"""Plugins are found by walking through a package."""

import importlib, pkgutil
import extensions
for module in pkgutil.walk_packages(extensions.__path__, "extensions."):
    print(module.name, module.ispkg, getattr(importlib.import_module(module.name), "NAME", None))
