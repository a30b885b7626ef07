"""Looks at its own code."""

import ast
import inspect
import linecache
import sys
import textwrap
import traceback
from pathlib import Path

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

print([Path(inspect.getsourcefile(thing)).name for thing in (subject, subject.Example, subject.function, here)])
print(inspect.getfile(subject) == inspect.getsourcefile(subject) == inspect.getabsfile(subject) == subject.__file__)
print(inspect.getsource(subject) == Path(subject.__file__).read_text(encoding="utf-8"))
print(inspect.getsource(subject.Example.method) in inspect.getsource(subject.Example))
print([(Path(frame.filename).name, frame.function, frame.code_context) for frame in subject.calls(inspect.stack)])
print(inspect.getsource(sys.modules["__main__"]).splitlines()[0], inspect.getmodule(here).__name__)
print(inspect.getsource(textwrap.dedent).splitlines()[0], Path(inspect.getsourcefile(textwrap)).name)
print(inspect.getclosurevars(subject.calls).builtins, inspect.getblock(["if True:\n", "    pass\n", "other\n"]))
print(repr(linecache.getline(__file__, 1)), linecache.checkcache(__file__), len(linecache.getlines(subject.__file__)))
print(subject.__loader__.get_source("subject") == inspect.getsource(subject))
print(ast.dump(ast.parse(inspect.getsource(subject.function))))
for thing in (len, sys, 5):
    try:
        inspect.getsource(thing)
    except (OSError, TypeError) as error:
        print(type(error).__name__, error)
