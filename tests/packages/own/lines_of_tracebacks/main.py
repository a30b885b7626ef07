"""Shows the lines of its own tracebacks."""

import sys
import traceback

import parts

try:
    parts.divide(1, 0)
except ZeroDivisionError:
    for frame in traceback.extract_tb(sys.exc_info()[2]):
        print(frame.name, frame.lineno, frame.line)
    shown = traceback.format_exc().splitlines()
    print([line for line in shown if "File" not in line])
