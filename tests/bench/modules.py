"""A program that imports many modules of pure Python."""

from pathlib import Path

COUNT = 300

# What modules are usually made of: constants, a class with methods, functions with defaults and docstrings.
MODULE = '''
"""Module {number} of a program that is all imports."""
import os
import re

LIMITS = {{"first": {number}, "second": [1, 2, 3], "third": ("a", "b", "c")}}
PATTERN = "^[a-z]+{number}$"


class Item{number}:
    """Holds one value, and says what it is."""

    kind = "item {number}"

    def __init__(self, value=0, name="", parent=None):
        self.value, self.name, self.parent = value, name, parent

    def describe(self):
        """A text for people."""
        return f"{{self.kind}} {{self.name}}: {{self.value}}"

    def matches(self, text):
        return re.match(PATTERN, text) is not None

    @property
    def path(self):
        parts = [self.name]
        item = self.parent
        while item is not None:
            parts.append(item.name)
            item = item.parent
        return os.sep.join(reversed(parts))


def total(items, start=0):
    """The sum of all values."""
    for item in items:
        start += item.value
    return start


def by_name(items):
    return {{item.name: item for item in items if item.name}}


def limited(items, limit=LIMITS["first"]):
    return [item for item in items if item.value < limit]
'''


def write(folder: Path) -> Path:
    """Writes the program below `folder`, which is new, and returns its entry point."""
    package = folder / "parts"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    for number in range(COUNT):
        (package / f"part{number}.py").write_text(MODULE.format(number=number))
    main = folder / "main.py"
    lines = [f"from parts import part{number}\n" for number in range(COUNT)]
    main.write_text("".join(lines) + 'print("hi")\n')
    return main
