"""Removes itself from `sys.modules`."""

import sys

del sys.modules[__name__]
