import fractions
def run(a, b): return fractions.Fraction(a, b)
