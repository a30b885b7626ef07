"""Reads the data files of packages, with `importlib.resources` and `pkgutil`."""

import importlib.resources
import pkgutil
import sys
import warnings

import catalog
import shared.part.module

# The functions that came before `files` are deprecated, in a version of Python even absent.
warnings.simplefilter("ignore", DeprecationWarning)


def names(folder) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("__pycache__"))


files = importlib.resources.files("catalog")
print(files.joinpath("words.txt").read_text(encoding="utf-8").split())
print(names(files), files.name, files.is_dir(), files.is_file())
print((files / "nested" / "numbers.json").read_bytes())
print(files.joinpath("missing.txt").is_file(), files.joinpath("missing").is_dir())
with importlib.resources.as_file(files / "words.txt") as path:
    print(path.name, path.stat().st_size)
with importlib.resources.as_file(files) as path:
    print(path.name, sorted(file.name for file in path.rglob("*.json")))
with files.joinpath("words.txt").open(encoding="utf-8") as file:
    print(file.readline().rstrip())
print(pkgutil.get_data("catalog", "nested/numbers.json"))
print(catalog.first_word())
try:
    (files / "missing.txt").read_text(encoding="utf-8")
except FileNotFoundError as error:
    print("missing", error.errno)

print("a module", importlib.resources.files(catalog) == files)
try:
    importlib.resources.files("no_such_package")
except ModuleNotFoundError as error:
    print(error)

portion = importlib.resources.files("shared.part")
print("namespace", names(portion), portion.joinpath("note.txt").read_text(encoding="utf-8"), end="")
print("namespace", names(importlib.resources.files("shared")))
print("namespace", importlib.resources.files(shared.part).joinpath("note.txt").is_file())
try:
    print(pkgutil.get_data("shared.part", "note.txt"))
except Exception as error:
    print(type(error).__name__)

if sys.version_info >= (3, 12):
    print("of the caller", catalog.of_the_caller().joinpath("words.txt").is_file())

for name in ("open_text", "read_text", "open_binary", "read_binary", "path", "is_resource", "contents"):
    function = getattr(importlib.resources, name, None)
    if function is None:
        print("gone", name)
    elif name == "contents":
        print(name, sorted(entry for entry in function("catalog") if entry != "__pycache__"))
    elif name == "is_resource":
        print(name, [function("catalog", entry) for entry in ("words.txt", "nested", "missing.txt")])
    elif name.startswith("open"):
        with function("catalog", "words.txt") as file:
            print(name, type(file).__name__, len(file.read()))
    elif name == "path":
        with function("catalog", "words.txt") as path:
            print(name, path.name, path.is_file())
    else:
        print(name, function("catalog", "words.txt"))

reader = catalog.__spec__.loader.get_resource_reader("catalog")
print("reader", sorted(entry for entry in reader.contents() if entry != "__pycache__"), reader.is_resource("words.txt"))
with reader.open_resource("words.txt") as file:
    print("reader", file.read())
