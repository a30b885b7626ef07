FACTOR = 5


def area(side):
    return side * side * FACTOR
