"""Resources of the program's own packages."""

import importlib.resources as resources, pkgutil, json
from importlib.resources import files, as_file
print(json.loads(files("shop.data").joinpath("prices.json").read_text()))
print(pkgutil.get_data("shop", "data/schema.sql").decode().strip())
with as_file(files("shop") / "static" / "logo.txt") as path:
    print(path.read_text().strip(), path.name)
print(sorted(entry.name for entry in files("shop.data").iterdir() if entry.name[0] not in "_."))
print(resources.read_text("shop.data", "prices.json") is not None)
