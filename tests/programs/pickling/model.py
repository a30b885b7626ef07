"""Classes that are pickled."""

from dataclasses import dataclass
from enum import Enum


@dataclass
class Node:
    name: str
    children: list["Node"]


class Kind(Enum):
    FIRST = "first"
    SECOND = "second"


class Celsius:
    def __init__(self, degrees: float) -> None:
        self.degrees = degrees

    @classmethod
    def of_fahrenheit(cls, degrees: float) -> "Celsius":
        return cls((degrees - 32) * 5 / 9)


def function() -> None:
    pass
