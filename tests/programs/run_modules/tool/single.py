"""Run by name."""

import sys

print("ran", __name__, __package__, __spec__ and __spec__.name, sys.argv[1:])
result = given if "given" in globals() else "nothing given"
