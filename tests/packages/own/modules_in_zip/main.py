"""Imports modules from a zip file beside it, which need more of the standard library than the program."""

import os
import sys
import zipimport

ARCHIVE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "archive.zip")
sys.path.insert(0, ARCHIVE)

import zipped
from zipped_package import inner

print(zipped.hue(), inner.name())
print(zipimport.zipimporter(ARCHIVE).get_data("zipped_package/words.txt"))
