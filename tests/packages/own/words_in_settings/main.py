"""Imports the packages that its settings name by one word."""

import importlib
import tomllib
from pathlib import Path

settings = tomllib.loads((Path(__file__).parent / "settings.toml").read_text())
validator = importlib.import_module(settings["checks"]["validator"])


class Point(validator.Schema):
    x = validator.fields.Integer(required=True)


print(Point().load({"x": "3"}), Point().validate({}))
for name in settings["formats"]:
    print(name, importlib.import_module(name).__name__)

module, _, name = settings["number"].partition(".")
print(getattr(importlib.import_module(module), name)(3, 6))

print(importlib.import_module(settings["report"]["module"]).summary([1, 2]))
