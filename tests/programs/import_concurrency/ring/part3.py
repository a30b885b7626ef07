from . import numbers

numbers.append(3)
