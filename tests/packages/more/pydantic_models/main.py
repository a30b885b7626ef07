"""Validation, JSON schema and settings of nested models."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AnyUrl, BaseModel, Field, ValidationError, computed_field, field_validator
from pydantic.dataclasses import dataclass


@dataclass
class Address:
    street: str
    number: int


class Person(BaseModel):
    name: Annotated[str, Field(min_length=2)]
    born: date
    balance: Decimal = Decimal("0")
    home: Address
    site: AnyUrl | None = None
    kind: Literal["a", "b"] = "a"
    key: UUID

    @field_validator("name")
    @classmethod
    def capital(cls, value: str) -> str:
        return value.title()

    @computed_field
    @property
    def year(self) -> int:
        return self.born.year


person = Person.model_validate_json(
    '{"name": "ada", "born": "1815-12-10", "home": {"street": "x", "number": "3"}, "site": "http://e.org",'
    ' "key": "12345678-1234-5678-1234-567812345678"}'
)
print(person.model_dump_json())
print(sorted(Person.model_json_schema()["properties"]))
try:
    Person(name="a", born="never", home={}, key=1, kind="c")
except ValidationError as error:
    print([(item["loc"], item["type"]) for item in error.errors()])
