"""Logs from a module."""

import logging

logger = logging.getLogger(__name__)


class OnlyOdd(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.args[0] % 2 == 1


def work() -> None:
    try:
        int("x")
    except ValueError:
        logger.exception("failed")
    logger.debug("with the stack", stack_info=True)
