"""Modules of states named in a list of words, found beside this one."""
import importlib
STATES = ("idle", "busy")
class Machine:
    def __init__(self):
        self.states = {name: importlib.import_module("states." + name) for name in STATES}
    def run(self):
        return [self.states[n].describe() for n in STATES]
print(Machine().run())
def load(dotted):
    module, name = dotted.rsplit(".", 1)
    return getattr(importlib.import_module(module), name)
print(load("states.done.describe")())
