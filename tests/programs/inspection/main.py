"""Looks at its own code."""

import inspect
import linecache
import sys
import traceback

import subject


def here() -> str:
    frame = inspect.currentframe()
    return f"{frame.f_code.co_name}:{frame.f_lineno}"


print(here())
print(inspect.signature(subject.Example.method))
print(inspect.getdoc(subject.Example), inspect.getcomments(subject.function))
print(inspect.getmodule(subject.Example) is subject, inspect.getmodulename(subject.__file__))
print([name for name, _ in inspect.getmembers(subject, inspect.isfunction)])
print(inspect.stack()[0].lineno, inspect.stack()[0].function)
print(inspect.getsource(subject.function))
print(inspect.getsourcelines(subject.Example.method))
print(inspect.getsource(here).splitlines()[0])
print(repr(linecache.getline(subject.__file__, 1)))

try:
    subject.function("x")
except TypeError as error:
    summary = traceback.extract_tb(error.__traceback__)
    print([(frame.name, frame.lineno, frame.line) for frame in summary])
    traceback.print_exc()
    traceback.print_exception(error, limit=1)

traceback.print_stack(file=sys.stdout)
