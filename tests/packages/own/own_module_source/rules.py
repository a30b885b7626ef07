def one(a, b=2):
    return a

def two(*, c):
    return c
