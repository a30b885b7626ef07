"""Reads the data files of a package, with `importlib.resources` and `pkgutil`."""

import importlib.resources
import pkgutil

import catalog

files = importlib.resources.files("catalog")
print(files.joinpath("words.txt").read_text(encoding="utf-8").split())
print(sorted(entry.name for entry in files.iterdir() if not entry.name.startswith("__pycache__")))
print((files / "nested" / "numbers.json").read_bytes())
print(files.joinpath("missing.txt").is_file())
with importlib.resources.as_file(files / "words.txt") as path:
    print(path.name, path.stat().st_size)
with files.joinpath("words.txt").open(encoding="utf-8") as file:
    print(file.readline().rstrip())
print(pkgutil.get_data("catalog", "nested/numbers.json"))
print(catalog.first_word())
