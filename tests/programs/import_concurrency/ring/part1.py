from . import numbers

numbers.append(1)
