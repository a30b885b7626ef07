"""The program shows sources of modules that it imports, and opens others where their specs say that they lie."""

import ast
import bisect
import importlib.util
import inspect
import textwrap

print(inspect.getsource(textwrap.dedent).splitlines()[0])
for given in (textwrap.indent, bisect):
    print(given.__name__, inspect.getsource(given).count("\n"))
with open(textwrap.__file__, encoding="utf-8") as source:
    print(len(ast.parse(source.read()).body))
for name in ("string", "json.decoder"):
    with open(importlib.util.find_spec(name).origin, encoding="utf-8") as source:
        print(name, sum(isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(source.read()))))
