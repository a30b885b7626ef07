"""A namespace package that a second folder becomes a part of while the program runs."""

import sys
from pathlib import Path

import company
from company.core import colours

print([Path(folder).name for folder in company.__path__], colours.RED)
sys.path.append(str(Path(__file__).parent / "extras"))
from company.plugins import blue

print([Path(folder).parent.name == "extras" for folder in company.__path__], blue.name())

# One that lies in two folders of the search path, and not beside the program.
sys.path.append(str(Path(__file__).parent / "others"))
import union.one
import union.other

print([Path(folder).parent.name for folder in union.__path__], union.one.NAME, union.other.NAME)
