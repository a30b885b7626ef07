"""The metaschemas are data of another distribution."""

import json
from pathlib import Path

import jsonschema
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

schema = json.loads((Path(__file__).parent / "schema.json").read_text())
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema, format_checker=FormatChecker())
for error in sorted(validator.iter_errors({"name": 5, "mail": "none", "tags": ["a", "a"]}), key=str):
    print(error.json_path, error.message)
print(validator.is_valid({"name": "x", "mail": "a@b.c"}))
try:
    Draft7Validator.check_schema({"type": "nothing"})
except jsonschema.SchemaError as error:
    print(error.validator)
