"""Imported by several threads at once: all of them see it whole."""

import threading

import gate

COUNT = globals().get("COUNT", 0) + 1
gate.reached.set()
gate.opened.wait()
IMPORTED_BY = threading.current_thread().name
WHOLE = True
