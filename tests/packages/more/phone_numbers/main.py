"""Data that stands in hundreds of modules, imported by computed names."""

import phonenumbers
from phonenumbers import carrier, geocoder, timezone

number = phonenumbers.parse("+41 44 668 18 00")
print(phonenumbers.is_valid_number(number), phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
print(geocoder.description_for_number(number, "de"), timezone.time_zones_for_number(number))
print(carrier.name_for_number(phonenumbers.parse("+447912345678"), "en"))
print([match.raw_string for match in phonenumbers.PhoneNumberMatcher("call 510-748-8230 now", "US")])
