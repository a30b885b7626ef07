"""Imports from several threads at once, in circles, and modules that put something else in their place."""

import importlib
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import gate
import first
import second

# Six threads want one module; the first of them waits inside of it until it is allowed to go on.
found: list[tuple] = []


def import_shared() -> None:
    module = importlib.import_module("slow.shared")
    found.append((module.WHOLE, module.COUNT, id(module)))


threads = [threading.Thread(target=import_shared) for _ in range(6)]
threads[0].start()
gate.reached.wait()
print("being imported", "slow.shared" in sys.modules, hasattr(sys.modules["slow.shared"], "WHOLE"))
for thread in threads[1:]:
    thread.start()
gate.opened.set()
for thread in threads:
    thread.join()
print("the same for all", len(found), len(set(found)), found[0][:2])

# Each of two threads holds what the other one wants: the import system gives way instead of waiting forever.
with ThreadPoolExecutor(2) as pool:
    both = list(pool.map(importlib.import_module, ("slow.left", "slow.right")))
print("no deadlock", [module.NAME for module in both])

with ThreadPoolExecutor(8) as pool:
    list(pool.map(importlib.import_module, [f"ring.part{number}" for number in range(1, 9)] * 4))
print("each once", sorted(sys.modules["ring"].numbers))

for _ in range(2):
    try:
        print("attempt", importlib.import_module("slow.second_time").ATTEMPT)
    except RuntimeError as error:
        print("failed", error, "slow.second_time" in sys.modules)

print("circle", second.EARLY, second.REASON, first.use())

import replaced
from replaced import anything

print("replaced", type(replaced).__name__, replaced.name, anything)
try:
    import vanishing
except (ImportError, KeyError) as error:
    print("vanished", type(error).__name__, error)


class Counting(type(sys)):
    """A module whose attributes are watched."""

    def __setattr__(self, name: str, value: object) -> None:
        print("set", name)
        super().__setattr__(name, value)


gate.__class__ = Counting
gate.changed = True
print("class of a module", type(gate).__name__, gate.changed)
