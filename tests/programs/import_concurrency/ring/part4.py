from . import numbers

numbers.append(4)
