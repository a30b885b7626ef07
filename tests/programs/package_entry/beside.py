import sys

STATUS = 11


def name_of_main() -> str:
    return sys.modules["__main__"].__name__
