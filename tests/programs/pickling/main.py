"""Sends objects through pickle, whose data names classes by module and name."""

import copyreg
import decimal
import io
import pickle
import pickletools
import shelve
import tempfile
from datetime import datetime, timezone
from pathlib import Path

import model


class OfMain:
    def __init__(self, value: int) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return type(other) is OfMain and other.value == self.value


objects = [
    OfMain(3),
    model.Node("root", [model.Node("leaf", [])]),
    model.Kind.SECOND,
    {1: (None, True, 2**100, 1.5, "ü", b"\xff")},
    decimal.Decimal("1.10"),
    datetime(2024, 1, 1, tzinfo=timezone.utc),
    model.function,
    len,
]
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    data = pickle.dumps(objects, protocol)
    print(protocol, pickle.loads(data) == objects, len(data))

data = pickle.dumps(OfMain(1), 2)
print([argument for _, argument, _ in pickletools.genops(data) if isinstance(argument, str)])

cycle = []
cycle.append(cycle)
again = pickle.loads(pickle.dumps(cycle))
print(again[0] is again)

copyreg.pickle(model.Celsius, lambda value: (model.Celsius.of_fahrenheit, (value.degrees * 9 / 5 + 32,)))
print(pickle.loads(pickle.dumps(model.Celsius(100))).degrees)


class Restricted(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        raise pickle.UnpicklingError(f"{module}.{name} is forbidden")


try:
    Restricted(io.BytesIO(data)).load()
except pickle.UnpicklingError as error:
    print(error)
try:
    pickle.dumps(lambda: None)
except (pickle.PicklingError, AttributeError) as error:
    print("lambda" in str(error))

with tempfile.TemporaryDirectory() as folder:
    with shelve.open(str(Path(folder, "shelf"))) as shelf:
        shelf["node"] = objects[1]
    with shelve.open(str(Path(folder, "shelf"))) as shelf:
        print(shelf["node"])
