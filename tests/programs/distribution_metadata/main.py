"""Asks for the metadata of an installed distribution: here one that lies beside the program."""

import importlib.metadata as metadata
from importlib.resources import files

import widgets

# What else is installed for plain Python is of no interest.
OWN = "widgets"

print("version", metadata.version(OWN), metadata.version("Widgets"))
print("metadata", metadata.metadata(OWN)["Summary"], metadata.metadata(OWN).get_all("Requires-Dist"))
print("description", metadata.metadata(OWN).get_payload().strip())
print("requires", metadata.requires(OWN))
try:
    metadata.version("no-such-distribution")
except metadata.PackageNotFoundError as error:
    print("not found", error, isinstance(error, ImportError))

distribution = metadata.distribution(OWN)
print("distribution", distribution.name, distribution.version, distribution.metadata["Author"])
print("text", distribution.read_text("top_level.txt"), distribution.read_text("no_such_file"))
print("among all", [found.version for found in metadata.distributions() if found.metadata["Name"] == OWN])
print("by path", [found.version for found in metadata.distributions(name=OWN)])

for group in ("console_scripts", "widgets.kinds", "no.such.group"):
    found = [entry for entry in metadata.entry_points(group=group) if entry.value.startswith(OWN)]
    print("group", group, sorted((entry.name, entry.value, entry.module, entry.attr, entry.extras) for entry in found))
(command,) = metadata.entry_points(group="console_scripts", name=OWN)
print("loaded", command.load()(), command.dist.name)
for entry in sorted(distribution.entry_points.select(group="widgets.kinds"), key=lambda entry: entry.name):
    try:
        print("loaded", entry.name, entry.load().__qualname__)
    except AttributeError as error:
        print("loaded", entry.name, error)
print("names", "round" in metadata.entry_points().select(group="widgets.kinds").names)

for file in metadata.files(OWN):
    print("file", file, file.size, file.hash and file.hash.mode, file.parent, file.suffix)
(sizes,) = [file for file in metadata.files(OWN) if file.name == "sizes.txt"]
print("read", repr(sizes.read_text()), sizes.locate().is_file(), sizes.read_binary())
print("located", distribution.locate_file("widgets/sizes.txt").read_text(encoding="utf-8") == sizes.read_text())
print("same as the resource", files(widgets).joinpath("sizes.txt").read_text(encoding="utf-8") == sizes.read_text())
print("packages", metadata.packages_distributions()[OWN])
