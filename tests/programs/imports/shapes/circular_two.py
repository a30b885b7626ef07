from . import circular_one


def other() -> str:
    return circular_one.__name__
