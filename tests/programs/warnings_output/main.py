"""Warns, and shows what is shown of it."""

import sys
import warnings

import deprecated


class OwnWarning(UserWarning):
    pass


warnings.warn("in main")
warnings.warn("own category", OwnWarning)
warnings.warn("deprecated in main is shown", DeprecationWarning)
deprecated.function()
deprecated.blames_its_caller()
for _ in range(3):
    warnings.warn("shown once for a place")

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    deprecated.function()
    print([(type(warning.message).__name__, str(warning.message), warning.lineno) for warning in caught])

warnings.simplefilter("error", OwnWarning)
try:
    warnings.warn("as an error", OwnWarning)
except OwnWarning as warning:
    print("raised", warning)

warnings.showwarning = lambda message, category, *place: print("own display:", category.__name__, message)
warnings.warn("elsewhere")
print([(action, category.__name__, line) for action, _, category, _, line in warnings.filters])
print(sys.warnoptions)
