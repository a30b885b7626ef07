"""Writes modules and imports them, beside imports that this version of Python never comes to."""

import sys
import tempfile
from pathlib import Path

folder = Path(tempfile.mkdtemp())
sys.path.insert(0, str(folder))
with open(folder / "generated.py", "w") as file:
    file.write("import fractions\n\nVALUE = fractions.Fraction(6, 4)\n")
(folder / "made").mkdir()
(folder / "made" / "__init__.py").write_text("from made.part import NAME\n")
(folder / "made" / "part.py").write_text("NAME = __name__\n")

import generated
import made
from made import part

reader = __import__("absent_reader") if sys.version_info < (3,) else __import__("json")
clock = sys.platform == "win32" and __import__("absent_clock")
print(generated.VALUE, made.NAME, part.NAME, reader.dumps([clock]))
