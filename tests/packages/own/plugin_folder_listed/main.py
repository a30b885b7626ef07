"""Plugins are imported from a folder that is put on the path and listed."""

import importlib, os, sys
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "plugins"))
for name in sorted(os.listdir(os.path.join(here, "plugins"))):
    if name.endswith(".py"):
        print(importlib.import_module(name[:-3]).NAME)
