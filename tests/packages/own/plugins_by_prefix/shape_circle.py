"""A plugin."""


def area(size):
    return 3 * size * size
