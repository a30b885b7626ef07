"""Handlers, formatters and filters of the program, named in configuration."""

import logging, logging.config, os
here = os.path.dirname(__file__)
logging.config.fileConfig(os.path.join(here, "logging.ini"))
logging.getLogger("app").warning("from ini")
logging.config.dictConfig({"version": 1, "formatters": {"f": {"()": "logs.formatters.Shout"}}, "filters": {"x": {"()": "logs.filters.Only", "word": "yes"}}, "handlers": {"h": {"class": "logs.handlers.Print", "formatter": "f", "filters": ["x"]}}, "root": {"handlers": ["h"], "level": "INFO"}})
logging.info("yes sir")
logging.info("no")
