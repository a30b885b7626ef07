from . import area as _area
from ..square import square


def area(radius: float) -> float:
    return _area(radius) * square(radius)
