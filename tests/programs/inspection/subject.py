"""What is looked at."""


class Example:
    """An example."""

    def method(self, first: int, *rest: str, key: float = 1.5) -> list[str]:
        return [*rest, str(first * key)]


# A comment on the function.
def function(value):
    return value + 1


def calls(value):
    return value()
