"""Commands by click and typer, with completion and help."""

import click
import typer
from click.testing import CliRunner
from typer.testing import CliRunner as TyperRunner


@click.group()
@click.version_option(package_name="click", message="%(package)s has a version")
def tool():
    """A tool."""


@tool.command()
@click.argument("name")
@click.option("--count", default=1, show_default=True)
def greet(name, count):
    """Greets."""
    click.secho(f"hello {name} " * count, fg="green")


app = typer.Typer()


@app.command()
def add(a: int, b: int = 2):
    """Adds."""
    typer.echo(a + b)


runner = CliRunner()
print(runner.invoke(tool, ["greet", "you", "--count", "2"]).output.strip())
print(runner.invoke(tool, ["--help"]).output)
print(runner.invoke(tool, ["--version"]).output.strip())
print(TyperRunner().invoke(app, ["3"]).output.strip())
print("Adds." in TyperRunner().invoke(app, ["--help"]).output, TyperRunner().invoke(app, ["x"]).exit_code)
