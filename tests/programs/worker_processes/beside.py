"""A module beside the main file, which children import too."""

import sys


def negate(number: int) -> int:
    return -number


def first_argument() -> str:
    return sys.argv[0]
