"""Templates from a folder and from a package."""

import json
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined, UndefinedError

folder = Path(__file__).parent
environment = Environment(
    loader=ChoiceLoader([FileSystemLoader(folder / "templates"), PackageLoader("letters")]),
    extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols", "jinja2.ext.i18n"],
    undefined=StrictUndefined,
    autoescape=True,
)
environment.install_null_translations()
people = json.loads((folder / "people.json").read_text())
print(environment.get_template("list.txt").render(people=people))
print(environment.get_template("letter.txt").render(name="<Ann>"))
print(environment.list_templates())
try:
    environment.from_string("{{ nothing.here }}").render()
except UndefinedError as error:
    print(error)
