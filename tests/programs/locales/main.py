"""Prints the encodings that follow from the locale, and writes a character to see them work."""

import locale
import os
import sys

for name in ("stdin", "stdout", "stderr"):
    stream = getattr(sys, name)
    print(name, stream.encoding, stream.errors)
print("file system", sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())
print("preferred", locale.getpreferredencoding(False))
print("UTF-8 mode", sys.flags.utf8_mode)
print("locale", locale.setlocale(locale.LC_CTYPE), locale.setlocale(locale.LC_NUMERIC))
# `python` sets LC_CTYPE when it replaces the C locale (PEP 538); a packed program leaves its environment as it was.
print("environment", {name: os.environ.get(name) for name in ("LC_ALL", "LANG")})
print("ü", file=sys.stderr)
print("ü")
