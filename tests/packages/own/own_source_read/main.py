"""A program that looks at itself."""
import ast, inspect, linecache, doctest
def double(x):
    """Doubles.

    >>> double(2)
    4
    """
    return 2 * x
print(inspect.getsource(double).splitlines()[-1].strip())
print(len([n for n in ast.walk(ast.parse(open(__file__).read())) if isinstance(n, ast.FunctionDef)]))
print(doctest.testmod())
print(linecache.getline(__file__, 1).strip(), inspect.getdoc(double).splitlines()[0])
