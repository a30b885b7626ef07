"""Names of modules are given to a function of the program that imports them."""

from registry import Registry, load

print(load("fractions").Fraction(1, 2) + 1)
print(Registry().module("colorsys").rgb_to_hls(1.0, 0.5, 0.0)[1])
NAME = "statistics"
print(load(NAME).mean([1, 2, 3]))
