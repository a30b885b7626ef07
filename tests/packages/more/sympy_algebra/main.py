"""Symbols, equations, and printing to several languages."""

import sympy
from sympy import Eq, Function, Matrix, Symbol, diff, dsolve, integrate, lambdify, latex, pretty, solve, symbols
from sympy.parsing.sympy_parser import parse_expr

x, y = symbols("x y")
print(solve(x**2 - 5 * x + 6, x), integrate(sympy.sin(x) ** 2, x), diff(sympy.exp(x * y), x))
print(Matrix([[1, 2], [3, 4]]).eigenvals(), parse_expr("2*x + 1").subs(x, 3))
f = Function("f")
print(dsolve(Eq(f(x).diff(x), f(x)), f(x)), latex(sympy.sqrt(x) / y))
print(pretty(x**2 / y), sympy.ccode(x**2), sympy.pycode(sympy.sin(x)))
print(lambdify(x, x**2 + 1, "numpy")(3), sympy.N(sympy.pi, 20), sympy.factorint(360), Symbol("t").name)
