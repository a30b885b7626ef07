"""Templates found by a package and by a folder; an extension named in a text."""

import os
from jinja2 import Environment, PackageLoader, FileSystemLoader, ChoiceLoader, select_autoescape
env = Environment(loader=ChoiceLoader([PackageLoader("site_pages"), FileSystemLoader(os.path.join(os.path.dirname(__file__), "extra"))]), extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols", "site_pages.extension.Shout"])
print(env.get_template("page.html").render(items=[1, 2]), env.get_template("more.html").render())
