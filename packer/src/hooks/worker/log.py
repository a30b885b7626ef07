"""What hooks say."""
import logging
from logging import *

from _rpack.notes import logger

TRACE = 5


def getLogger(name=None):
    return logging.getLogger(name if name and name.startswith("PyInstaller") else f"PyInstaller.{name or 'hooks'}")
