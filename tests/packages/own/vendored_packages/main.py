"""A package in a folder that is put on the path."""

import os
import sys
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "vendor"))
import tinylib
from tinylib.deep import value
print(tinylib.NAME, value())
