"""Formats by locale, and catalogs of the program's own."""

import gettext
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from babel import Locale, dates, lists, numbers
from babel.messages import mofile, pofile
from babel.support import Translations

moment = datetime(2024, 2, 29, 14, 5)
for locale in ["en_US", "de_DE", "ja_JP", "ar_EG"]:
    print(locale, dates.format_datetime(moment, "long", locale=locale), numbers.format_currency(Decimal("1234.5"), "EUR", locale=locale))
print(Locale("fr").get_display_name("de"), lists.format_list(["a", "b", "c"], locale="es"))
print(dates.format_datetime(moment, tzinfo=dates.get_timezone("Asia/Tokyo"), locale="en"))
folder = Path(__file__).parent / "locale"
print(gettext.translation("shop", folder, ["de"]).gettext("cheese"))
print(Translations.load(folder, ["de"], "shop").ugettext("cheese"))
catalog = pofile.read_po((folder / "de" / "LC_MESSAGES" / "shop.po").open("rb"))
print([message.id for message in catalog if message.id], mofile.__name__)
