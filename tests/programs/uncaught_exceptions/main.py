"""Ends with the uncaught exception that its argument names."""

import sys

import failing_module
from failing_package import inner


class OwnError(Exception):
    pass


class Unprintable(Exception):
    def __str__(self) -> str:
        raise ValueError("no text")


def simple() -> None:
    value = 1
    value / 0


def message_of_lines() -> None:
    raise OwnError("first line\nsecond line: äöü")


def without_message() -> None:
    raise OwnError


def chained() -> None:
    try:
        simple()
    except ZeroDivisionError as error:
        raise RuntimeError("chained") from error


def during_handling() -> None:
    try:
        {}["missing"]
    except KeyError:
        simple()


def suppressed() -> None:
    try:
        simple()
    except ZeroDivisionError:
        raise OwnError("alone") from None


def in_module() -> None:
    failing_module.outer(lambda: simple())


def in_package() -> None:
    inner.fail()


def in_executed_text() -> None:
    exec("a = 1\nb = )\n")


def in_compiled_text() -> None:
    exec(compile("def f():\n    raise OwnError('in text')\nf()\n", "<text>", "exec"))


def assertion() -> None:
    assert 1 + 1 == 3, "sums"


def attribute() -> None:
    sys.not_there


def unprintable() -> None:
    raise Unprintable


def surrogate() -> None:
    "\udcff".encode()


def interrupt() -> None:
    raise KeyboardInterrupt


def in_comprehension() -> None:
    [1 / number for number in (1, 0)]


def own_hook() -> None:
    def hook(kind, value, traceback) -> None:
        print("hook:", kind.__name__, value, traceback.tb_lineno > 0, file=sys.stderr)

    sys.excepthook = hook
    simple()


def failing_hook() -> None:
    def hook(kind, value, traceback) -> None:
        raise OwnError("in the hook")

    sys.excepthook = hook
    simple()


def deep() -> None:
    def descend(depth: int) -> None:
        if depth == 0:
            raise OwnError("at the bottom")
        descend(depth - 1)

    descend(20)


def missing_module() -> None:
    exec("import no_such_module")


print("before")
sys.stdout.flush()
globals()[sys.argv[1]]()
