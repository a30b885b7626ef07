from . import numbers

numbers.append(6)
