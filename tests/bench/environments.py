"""Virtual environments for the programs and for the peers."""

import json
import os
import subprocess
import tomllib
from pathlib import Path

from processes import run_tool

BROUGHT_BY_VENV = ["pip", "setuptools"]


def make(base: Path, folder: Path, requirements: list[str]) -> Path:
    """Makes an environment from the interpreter `base`, and returns its own."""
    variables = installing()
    run_tool([str(base), "-m", "venv", str(folder)], variables)
    python = folder / "bin" / "python"
    if requirements:
        run_tool([str(python), "-m", "pip", "install", "--quiet", *requirements], variables)
    return python


def dependencies(project: Path) -> list[str]:
    """What the project declares to need."""
    return tomllib.loads((project / "pyproject.toml").read_text())["project"]["dependencies"]


def packages(python: Path) -> dict[str, str]:
    """Every package that was installed into an environment, with its version."""
    question = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"
    answer = subprocess.run([str(python), "-I", "-c", question], capture_output=True, check=True)
    return {name: version for name, version in json.loads(answer.stdout).items() if name not in BROUGHT_BY_VENV}


def version(python: Path) -> str:
    """Which Python this is."""
    question = "import platform as p; print(p.python_implementation(), p.python_version())"
    return subprocess.run([str(python), "-I", "-c", question], capture_output=True, check=True, text=True).stdout.strip()


def installing() -> dict[str, str]:
    """The caller's variables, because they may say where packages come from; those that change how Python runs are left
    out."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
