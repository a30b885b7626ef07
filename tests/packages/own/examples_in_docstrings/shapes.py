"""Shapes."""


def area(side):
    """The area of a square.

    >>> import fractions
    >>> area(fractions.Fraction(1, 2))
    Fraction(1, 4)
    """
    return side * side
