from ..square import square


def area(radius: float) -> float:
    return 3 * square(radius)
