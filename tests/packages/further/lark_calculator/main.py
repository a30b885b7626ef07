"""A grammar in a file of the program that imports grammars of the library."""
from pathlib import Path
from lark import Lark, Transformer, v_args

@v_args(inline=True)
class Calculate(Transformer):
    from operator import add, sub, mul, truediv as div, neg
    number = float

parser = Lark.open("calc.lark", rel_to=__file__, parser="lalr", transformer=Calculate())
print(parser.parse("1+2*3-4/2"))
print(Lark("start: WORD+\n%import common.WORD\n%import common.WS\n%ignore WS", parser="earley").parse("a bc d").children)
python = Lark.open_from_package("lark", "python.lark", ["grammars"], parser="lalr", start="file_input", postlex=None, maybe_placeholders=False, lexer="basic") if False else None
print(python)
