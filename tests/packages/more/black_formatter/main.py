"""A formatter whose modules are compiled, with a grammar in text files."""

import black

print(black.format_str("x = {  'a':1 }\ndef f( a,): return   a\n", mode=black.Mode()))
try:
    black.format_str("def f(:", mode=black.Mode())
except black.InvalidInput as error:
    print(str(error).splitlines()[0])
