"""Logs with the standard library: places in the code, exceptions, configuration, files."""

import logging
import logging.config
import logging.handlers
import tempfile
from pathlib import Path

import worker

# The place is found by walking up the stack past `logging` itself, which is recognized by its file's name.
logging.basicConfig(
    level=logging.DEBUG,
    format="%(levelname)s %(name)s %(filename)s:%(lineno)d %(module)s.%(funcName)s %(processName)s: %(message)s",
)
logging.info("started with %d of %s", 3, ["a", "b"])
worker.work()

configuration = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"short": {"format": "{levelname:>8} {message}", "style": "{"}},
    "filters": {"odd": {"()": "worker.OnlyOdd"}},
    "handlers": {
        "screen": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "short",
            "filters": ["odd"],
        }
    },
    "loggers": {"configured": {"handlers": ["screen"], "propagate": False, "level": "INFO"}},
}
logging.config.dictConfig(configuration)
for number in range(4):
    logging.getLogger("configured").info("number %d", number)

with tempfile.TemporaryDirectory() as folder:
    handler = logging.handlers.RotatingFileHandler(Path(folder, "log"), maxBytes=60, backupCount=2)
    rotating = logging.getLogger("rotating")
    rotating.propagate = False
    rotating.addHandler(handler)
    for number in range(9):
        rotating.warning("a line with the number %d", number)
    handler.close()
    for file in sorted(Path(folder).iterdir()):
        print(file.name, file.read_text().splitlines())

logging.captureWarnings(True)
logging.getLogger("broken").warning("%d", "not a number")
