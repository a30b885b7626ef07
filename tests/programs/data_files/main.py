"""Reads data files that stand beside it, in the ways that programs do."""

import os
import sys
from pathlib import Path

# Where PyInstaller's users look.
bundle = getattr(sys, "_MEIPASS", os.path.dirname(os.path.abspath(__file__)))
with open(os.path.join(bundle, "data", "greeting.txt"), encoding="utf-8") as file:
    print(file.read(), end="")

# Where everybody else looks.
folder = Path(__file__).parent / "data"
print((folder / "bytes.bin").read_bytes().hex())
print(sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()))
print((folder / "nested" / "empty.txt").stat().st_size)
print((folder / "missing.txt").exists())
