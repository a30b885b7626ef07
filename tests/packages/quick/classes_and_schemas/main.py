"""Classes from annotations and their serialization."""

import attrs
import cattrs
import marshmallow
from cattrs.preconf.json import make_converter


@attrs.define
class Point:
    x: int = attrs.field(validator=attrs.validators.ge(0))
    y: int = 0


class Person(marshmallow.Schema):
    name = marshmallow.fields.Str(required=True)
    mail = marshmallow.fields.Email()
    born = marshmallow.fields.Date()


print(Point(1), cattrs.structure({"x": "3"}, Point), make_converter().dumps(Point(1, 2)))
print(Person().load({"name": "x", "born": "2024-01-01"}))
try:
    Person().load({"mail": "none"})
except marshmallow.ValidationError as error:
    print(error.messages)
try:
    Point(-1)
except ValueError as error:
    print(error.args[0].split(":")[0])
