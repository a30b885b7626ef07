"""The database of time zones comes from a package where the system has none."""

import zoneinfo
from datetime import datetime, timezone

zoneinfo.reset_tzpath(to=())
for name in ["Europe/Berlin", "America/New_York", "Asia/Kolkata"]:
    zone = zoneinfo.ZoneInfo(name)
    print(name, datetime(2024, 7, 1, 12, tzinfo=timezone.utc).astimezone(zone).isoformat())
print(len(zoneinfo.available_timezones()) > 400)

import pytz

print(pytz.timezone("Australia/Sydney").localize(datetime(2024, 1, 1)).isoformat(), pytz.country_timezones["ch"])
import dateutil.tz
import dateutil.zoneinfo

print(dateutil.zoneinfo.get_zonefile_instance().get("Europe/Paris").utcoffset(datetime(2024, 7, 1)))
import tzlocal

print(callable(tzlocal.get_localzone))
