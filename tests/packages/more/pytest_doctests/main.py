"""Examples that pytest runs, in a module and in a document that the program writes."""

import contextlib
import io
import os
import pathlib
import re
import tempfile

import pytest

MODULE = '''
def half(x):
    """
    >>> from fractions import Fraction
    >>> half(Fraction(1, 2))
    Fraction(1, 4)
    """
    return x / 2
'''
out = io.StringIO()
with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(out):
    os.chdir(folder)
    pathlib.Path("halves.py").write_text(MODULE, encoding="utf-8")
    pathlib.Path("guide.txt").write_text(">>> import colorsys\n>>> colorsys.rgb_to_hls(0, 0, 0)\n(0.0, 0.0, 0.0)\n", encoding="utf-8")
    status = pytest.main(["-q", "--doctest-modules", "--doctest-glob=*.txt", "-p", "no:cacheprovider"])
print(status, re.findall(r"\d+ (?:passed|failed)", out.getvalue()))
