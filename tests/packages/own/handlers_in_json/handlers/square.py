class Square:
    pass
def of(x): return x * x
globals()["Square.of"] = of
