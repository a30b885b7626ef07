"""A package with everything that packages do."""

from . import circular_one, circular_two, counted
from .round import area
from .square import square as square

__all__ = ["square", "triangle"]

hidden = True
_private = True


def __getattr__(name: str) -> object:
    """Computes names that are asked for (PEP 562)."""
    if name == "computed":
        return "computed on demand"
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), "computed"]
