"""Tests of the program, which it looks for itself."""

import unittest, sys, io
from pathlib import Path
suite = unittest.defaultTestLoader.discover(str(Path(__file__).parent / "tests"), pattern="test_*.py", top_level_dir=str(Path(__file__).parent))
result = unittest.TextTestRunner(stream=io.StringIO()).run(suite)
print(result.testsRun, len(result.failures), len(result.errors))
