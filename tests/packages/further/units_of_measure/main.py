"""Definitions of units in files of the library."""
import pint
units = pint.UnitRegistry()
print((3 * units.meter / (2 * units.second)).to("km/hour"), units("2 inch").to("cm").magnitude)
with units.context("sp"):
    print(round((500 * units.nm).to("THz").magnitude))
units.define("fortnightly = 14 * day")
print(units("1 fortnightly").to("week"))
