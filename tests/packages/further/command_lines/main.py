"""Command lines by five libraries."""

import sys, io, contextlib
import fire
from docopt import docopt
from cement import App
import click, typer
print(fire.Fire({"add": lambda a, b: a + b}, command=["add", "1", "2"]))
print(docopt("Usage: x [--flag] <name>", ["--flag", "n"]))
with App("shop", argv=[], config_files=[], extensions=["json", "yaml"], output_handler="json") as app:
    app.run()
    app.render({"a": 1})
@click.command()
@click.version_option(package_name="click", message="%(prog)s %(package)s")
def cli(): pass
from click.testing import CliRunner
print(CliRunner().invoke(cli, ["--version"]).output)
from croniter import croniter
from datetime import datetime
print(croniter("*/5 * * * *", datetime(2024, 1, 1)).get_next(datetime))
