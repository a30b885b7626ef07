"""A module of a package that an exception passes through."""

from . import convert


class Reader:
    def read(self) -> int:
        return convert(
            "twelve",
        )


def fail() -> None:
    Reader().read()
