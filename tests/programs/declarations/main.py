"""Declares classes by dataclasses, enumerations, typing, and calls by type and context."""

import abc
import collections
import contextlib
import copy
import functools
import itertools
import types
import typing
from dataclasses import asdict, dataclass, field, fields, replace
from enum import Enum, Flag, IntEnum, auto, unique


@unique
class Color(Enum):
    RED = auto()
    GREEN = auto()


class Level(IntEnum):
    LOW = 1
    HIGH = 10


class Permission(Flag):
    READ = auto()
    WRITE = auto()


@dataclass(order=True, frozen=True)
class Item:
    name: str
    level: Level = Level.LOW
    tags: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("no name")


class Pair(typing.NamedTuple):
    first: int
    second: str = "default"


class Options(typing.TypedDict, total=False):
    depth: int


@typing.runtime_checkable
class Closes(typing.Protocol):
    def close(self) -> None: ...


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self) -> float: ...


@functools.singledispatch
def describe(value: object) -> str:
    return "object"


@describe.register
def _(value: int) -> str:
    return "int"


@describe.register(list)
def _(value: list) -> str:
    return "list"


@functools.lru_cache(maxsize=None)
def fibonacci(number: int) -> int:
    return number if number < 2 else fibonacci(number - 1) + fibonacci(number - 2)


@contextlib.contextmanager
def block(name: str) -> typing.Iterator[str]:
    print("enter", name)
    try:
        yield name
    finally:
        print("leave", name)


T = typing.TypeVar("T")


class Box(typing.Generic[T]):
    content: "T"


item = Item("pen", tags=("a",))
print(item, replace(item, level=Level.HIGH) > item, asdict(item), [one.name for one in fields(Item)])
print(Color["RED"], Color(2).name, Level.HIGH > 5, list(Color), bool(Permission.READ & Permission.WRITE))
print(Pair(1), Pair._field_defaults, typing.get_type_hints(Item)["tags"], typing.get_type_hints(Options))
print(isinstance(types.SimpleNamespace(close=print), Closes), Box[int].__args__)
print(describe(1), describe([]), describe("x"), fibonacci(80), fibonacci.cache_info().misses)
try:
    Shape()
except TypeError as error:
    print("abstract:", "area" in str(error))
with contextlib.ExitStack() as stack:
    print([stack.enter_context(block(name)) for name in "ab"])
print(list(itertools.pairwise("abc")), [list(group) for _, group in itertools.groupby("aab")])
print(collections.Counter("abracadabra").most_common(2), collections.ChainMap({"a": 1}, {"a": 2, "b": 3})["b"])
print(copy.deepcopy({"item": [item]})["item"][0] is item, functools.reduce(lambda a, b: a * b, range(1, 6)))

match {"kind": "point", "at": [1, 2]}:
    case {"kind": "point", "at": [x, y]} if x < y:
        print("matched", x, y)
