"""Which of the bindings for Qt a program uses."""
import os

from _rpack import search

ALL_QT_BINDINGS = ["PyQt5", "PyQt6", "PySide6", "PySide2"]


def exclude_extraneous_qt_bindings(hook_name, qt_bindings_order=None):
    """The bindings that a package which works with several is not to bring in: all but the one that it would choose."""
    order = qt_bindings_order or ALL_QT_BINDINGS
    wanted = os.environ.get("QT_API", "").lower()
    installed = [name for name in order if search.find(name)]
    chosen = [name for name in installed if name.lower() == wanted] + installed
    return [name for name in ALL_QT_BINDINGS if name not in chosen[:1]]
