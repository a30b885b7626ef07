"""Commands are modules that are named on a command line."""

import sys
from importlib import import_module
def run(name, *args):
    command = import_module(f"commands.{name}")
    return command.run(*args)
for name in ["greet", "add"]:
    print(run(name, 1, 2))
print(getattr(__import__("commands.greet", fromlist=["run"]), "run")(3, 4))
