from fractions import Fraction


def run(number):
    return Fraction(number * number)
