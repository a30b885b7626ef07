"""Runs the examples in its own texts, which import what no statement does.

>>> from decimal import Decimal; Decimal("1.10") + 1
Decimal('2.10')
"""

import doctest

import shapes

print(doctest.testmod())
print(doctest.testmod(shapes))
print(doctest.testfile("texts/guide.txt"))
