from . import numbers

numbers.append(2)
