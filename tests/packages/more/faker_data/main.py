"""Providers are found by scanning a package, locales by name."""

from faker import Faker

for locale in ["en_US", "de_DE", "ja_JP"]:
    fake = Faker(locale)
    Faker.seed(4)
    print(fake.name(), "|", fake.city(), "|", fake.job() != "", "|", fake.iban()[:2])
print(Faker(["it_IT", "fr_FR"]).locales, Faker().file_name(extension="txt").endswith(".txt"))
