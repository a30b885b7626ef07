"""Reads the files of packages and the metadata of a distribution, all without a path, and then by path."""

import importlib.metadata
import importlib.resources
import os
import pkgutil
import sys

import demo
import demo.bare
import space.part

files = importlib.resources.files("demo")
print(sorted(entry.name for entry in files.iterdir() if entry.name.endswith((".txt", "nested"))))
print((files / "words.txt").read_text(encoding="utf-8").split(), files.joinpath("nested", "bytes.bin").read_bytes())
print(files.joinpath("nested/bytes.bin").is_file(), (files / "nested").is_dir(), (files / "nothing").is_file())
with (files / "words.txt").open("rb") as file:
    print(file.readline())
with (files / "words.txt").open(encoding="ascii", errors="replace") as file:
    print(ascii(file.read()))
for attempt in (files / "nothing", files / "nested"):
    try:
        attempt.read_bytes()
    except OSError as error:
        print(type(error).__name__, error.errno)
print(pkgutil.get_data("demo", "nested/bytes.bin"))

bare = importlib.resources.files("demo.bare")
print(bare.is_dir(), [entry.name for entry in bare.iterdir() if not entry.name.startswith("__")])
print(sorted(entry.name for entry in files.iterdir() if entry.is_dir() and not entry.name.startswith("__")))

# A namespace package, and a package inside of it.
print([entry.name for entry in importlib.resources.files("space").iterdir() if entry.name == "note.txt"])
print(importlib.resources.files("space").joinpath("note.txt").read_text())
print(importlib.resources.files(space.part).joinpath("inner.txt").read_text())

print(importlib.metadata.version("demo-tool"), importlib.metadata.version("Demo_Tool"))
distribution = importlib.metadata.distribution("demo.tool")
print(distribution.metadata["Name"], distribution.metadata["Summary"], distribution.requires)
print([(entry.name, entry.value) for entry in distribution.entry_points])
print([entry.load()() for entry in importlib.metadata.entry_points(group="demo.plugins")])
print(sorted(str(path) for path in importlib.metadata.files("demo-tool")))
record = [path for path in importlib.metadata.files("demo-tool") if path.name == "words.txt"]
print(record[0].read_text().split(), record[0].size)
print([each.metadata["Name"] for each in importlib.metadata.distributions() if each.metadata["Name"] == "demo-tool"])
try:
    importlib.metadata.version("missing-tool")
except importlib.metadata.PackageNotFoundError as error:
    print("no", error)

if "by-path" in sys.argv:
    with importlib.resources.as_file(files / "words.txt") as path:
        print(path.name, path.stat().st_size)
    print(demo.listing(), [name for name in os.listdir(demo.path("bare")) if not name.startswith("__")])
    with open(demo.path("words.txt"), encoding="utf-8") as file:
        print(file.read().split())
