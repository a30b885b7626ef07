"""The program shows the source of its own module."""

import inspect
import rules
for name, function in inspect.getmembers(rules, inspect.isfunction):
    print(name, inspect.getsource(function).count("\n"), inspect.signature(function))
