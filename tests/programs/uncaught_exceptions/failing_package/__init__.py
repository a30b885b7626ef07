"""A package that an exception passes through."""


def convert(text: str) -> int:
    return int(text)
