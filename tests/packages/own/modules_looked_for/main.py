"""Asks which modules there are, and lists the folder that its own ones lie in."""

import importlib.util
import os
from importlib import resources
from pathlib import Path

print(importlib.util.find_spec("colorsys").name, importlib.util.find_spec("jinja2") is not None)
print(importlib.util.find_spec("never_installed"))
print(sorted(entry.name for entry in resources.files("parts").iterdir() if entry.name != "__pycache__"))
print(sorted(set(os.listdir(Path(__file__).parent / "parts")) - {"__pycache__"}))
