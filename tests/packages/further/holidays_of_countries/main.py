"""Countries are modules that are named in a table; names of days come from catalogues."""
import holidays, pycountry
print(sorted(holidays.Germany(years=2024, prov=None, subdiv="BY").items())[:3] if False else sorted(holidays.country_holidays("DE", subdiv="BY", years=2024).items())[:3])
print(sorted(holidays.country_holidays("FR", years=2024, language="en_US").items())[:2])
print(sorted(holidays.financial_holidays("NYSE", years=2024).items())[:2])
print(len(holidays.list_supported_countries()) > 100)
print(pycountry.countries.get(alpha_2="DE").name, pycountry.languages.get(alpha_2="fr").name, len(pycountry.subdivisions.get(country_code="CH")))
import gettext
print(gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["de"]).gettext("Germany"))
