"""A module that an exception passes through."""

from collections.abc import Callable


def outer(call: Callable[[], None]) -> None:
    try:
        call()
    except ZeroDivisionError as error:
        raise ModuleError("outer") from error


class ModuleError(Exception):
    """Its name is shown with that of its module."""
