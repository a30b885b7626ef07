"""A module with examples.

>>> double(4)
8
>>> double("ab")
'abab'
"""

import unittest


def double(value):
    """Gives twice the value.

    >>> double([1])
    [1, 1]
    >>> double(None)
    Traceback (most recent call last):
        ...
    TypeError: unsupported operand type(s) for *: 'NoneType' and 'int'
    """
    return value * 2


def wrong():
    """
    >>> wrong()
    'something else'
    """
    return "this"


class DoubleTest(unittest.TestCase):
    def test_number(self):
        self.assertEqual(double(2), 4)

    def test_failing(self):
        self.assertEqual(double(2), 5)

    @unittest.skip("not now")
    def test_skipped(self):
        raise AssertionError
