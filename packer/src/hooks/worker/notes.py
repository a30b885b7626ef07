# What hooks have to say, by the logger of PyInstaller or because something in them is not as it should be.
import logging

_taken = []


def start():
    _taken.clear()


def take(text):
    _taken.append(text)


def taken():
    return list(_taken)


class _Handler(logging.Handler):
    def emit(self, record):
        take(record.getMessage())


logger = logging.getLogger("PyInstaller")
logger.propagate = False
logger.setLevel(logging.WARNING)
logger.addHandler(_Handler())
# `TRACE` is PyInstaller's own, below `DEBUG`.
logger.trace = lambda message, *arguments, **named: logger.log(5, message, *arguments, **named)
