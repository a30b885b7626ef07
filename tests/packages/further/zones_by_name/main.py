"""Time zones by five libraries."""

from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones
import pytz, dateutil.tz, babel.dates, tzlocal
print(datetime(2024, 7, 1, tzinfo=ZoneInfo("Europe/Berlin")).utcoffset(), len(available_timezones()) > 400)
print(pytz.timezone("America/New_York").localize(datetime(2024, 1, 1)).isoformat(), dateutil.tz.gettz("Asia/Tokyo") is not None)
print(babel.dates.format_datetime(datetime(2024, 1, 1), locale="de_DE"), babel.Locale("fr").get_display_name("en"))
