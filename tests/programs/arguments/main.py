"""Prints its arguments as characters and as bytes."""

import os
import sys

print(len(sys.argv) - 1)
for argument in sys.argv[1:]:
    # `ascii` shows a byte that is no character as the lone surrogate that stands for it (PEP 383).
    print(ascii(argument), os.fsencode(argument).hex())
