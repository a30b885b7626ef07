"""Coordinates; the database of reference systems is a data file of the package."""

from pyproj import CRS, Geod, Transformer

print(CRS.from_epsg(4326).name, CRS("EPSG:32633").utm_zone)
print([round(value, 3) for value in Transformer.from_crs(4326, 3857, always_xy=True).transform(13.4, 52.5)])
print(round(Geod(ellps="WGS84").inv(13.4, 52.5, 2.35, 48.85)[2], 1))
