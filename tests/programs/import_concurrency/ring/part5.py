from . import numbers

numbers.append(5)
