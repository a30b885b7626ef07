from . import numbers

numbers.append(8)
