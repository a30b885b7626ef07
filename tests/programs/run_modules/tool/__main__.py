"""What `python -m tool` runs."""

import sys

from . import inside
from .inside.part import NAME

print("ran", __name__, __package__, __spec__.name, __spec__.parent, inside.__name__, NAME)
print("arguments", len(sys.argv), sys.modules["__main__"].__name__)
