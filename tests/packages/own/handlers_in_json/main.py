"""Handlers are named in a JSON file and by `pydoc.locate`."""

import json, pydoc
from pathlib import Path
table = json.loads(Path(__file__).with_name("handlers.json").read_text())
for name, path in table.items():
    module, _, attribute = path.partition(":")
    print(name, getattr(__import__(module, fromlist=[attribute]), attribute)(3))
print(pydoc.locate("handlers.square.Square").__name__)
