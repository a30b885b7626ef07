"""Properties and made-up people."""

from hypothesis import given, settings, strategies as st, database
import factory, faker
@settings(max_examples=20, database=None, derandomize=True)
@given(st.lists(st.integers()), st.emails(), st.timezones(), st.from_regex(r"[a-z]+"))
def check(numbers, mail, zone, word):
    assert sorted(numbers) == sorted(sorted(numbers)) and "@" in mail
check()
class Person:
    def __init__(self, name, city): self.name, self.city = name, city
class PersonFactory(factory.Factory):
    class Meta: model = Person
    name = factory.Faker("first_name", locale="de_DE")
    city = factory.Faker("city", locale="fr_FR")
import factory.random; factory.random.reseed_random(3)
print(PersonFactory().name, PersonFactory().city)
generator = faker.Faker(["ja_JP", "en_US"])
faker.Faker.seed(1)
print(generator.name(), generator.credit_card_provider(), generator["ja_JP"].address())
