from . import circular_two


def other() -> str:
    return circular_two.__name__
