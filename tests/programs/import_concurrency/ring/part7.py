from . import numbers

numbers.append(7)
