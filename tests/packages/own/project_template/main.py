"""Copies a template of a project, in which there are tests and hidden files."""

import os
from pathlib import Path

HERE = Path(os.path.dirname(os.path.realpath(__file__)))
for folder, folders, files in os.walk(HERE / "template"):
    folders.sort()
    for name in sorted(files):
        path = Path(folder, name)
        print(path.relative_to(HERE), path.read_text().strip())
print((HERE / ".defaults").read_text().strip())
for path in sorted(HERE.iterdir()):
    if path.suffix == ".sql":
        print(path.name, path.read_text().strip())
