"""Imports modules whose names are words in texts."""

import importlib
import sys

for name in "json csv xml.dom.minidom".split():
    __import__(name)
    print(name, sys.modules[name].__name__)
print([module.__name__ for module in map(__import__, ["wave", "quopri"])])
FORMATS = {"plist": "plistlib", "ini": "configparser"}
print([importlib.import_module(module).__name__ for module in FORMATS.values()])
print(eval("__import__('colorsys').rgb_to_hls(1, 1, 1)"))
