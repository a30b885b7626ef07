"""Puts something else in its own place, as some libraries do."""

import sys


class Stand:
    name = __name__

    def __getattr__(self, name: str) -> str:
        if name.startswith("__"):
            raise AttributeError(name)
        return f"computed {name}"


sys.modules[__name__] = Stand()
