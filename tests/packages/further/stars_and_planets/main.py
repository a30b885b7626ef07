"""Units whose parsers are made from tables."""

from astropy import units as u
from astropy.coordinates import SkyCoord, EarthLocation
from astropy.time import Time
from astropy.io import fits
from astropy.table import Table
import astropy.constants, io
from astropy.utils import iers
iers.conf.auto_download = False
coordinate = SkyCoord("00h42m30s", "+41d12m00s", frame="icrs")
print(coordinate.galactic.l.deg.round(4), (3 * u.km).to(u.lyr).value > 0, astropy.constants.c)
print(Time("2020-01-01").jd, Table({"a": [1, 2]})["a"].sum())
out = io.BytesIO()
fits.PrimaryHDU([[1, 2], [3, 4]]).writeto(out)
print(fits.open(io.BytesIO(out.getvalue()))[0].data.sum())
table = io.StringIO()
Table({"a": [1, 2]}).write(table, format="ascii.ecsv")
print(len(table.getvalue().splitlines()), Table.read(table.getvalue(), format="ascii.ecsv")["a"].sum())
