"""Loads shiboken, of which the Python part lies in a shared library."""

import shiboken6
from shiboken6 import Shiboken

print(shiboken6.__version__.split(".")[0], Shiboken.isValid(object()))
