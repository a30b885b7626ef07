"""Logs tracebacks with their lines."""

import io
import logging

import parts

log = logging.getLogger("parts")
shown = io.StringIO()
logging.basicConfig(stream=shown, format="%(levelname)s %(message)s")
try:
    parts.divide(1, 0)
except ZeroDivisionError:
    log.exception("not divided")
print([line for line in shown.getvalue().splitlines() if "File" not in line])
