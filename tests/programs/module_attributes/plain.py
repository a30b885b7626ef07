"""A module beside the program."""

number: int = 1


def function() -> None:
    pass
