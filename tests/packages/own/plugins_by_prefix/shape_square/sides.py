"""The length of sides."""


def area(size):
    return size**2
