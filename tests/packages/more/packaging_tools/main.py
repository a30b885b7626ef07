"""Metadata of distributions, and setuptools in a program."""

import importlib.metadata
import tempfile
from pathlib import Path

import setuptools
from packaging.requirements import Requirement
from setuptools import Distribution, find_packages

with tempfile.TemporaryDirectory() as folder:
    Path(folder, "one", "two").mkdir(parents=True)
    for name in ["one", "one/two"]:
        Path(folder, name, "__init__.py").touch()
    print(sorted(find_packages(folder)))
print(Distribution({"name": "x", "version": "1"}).get_fullname(), sorted(setuptools.Distribution().get_command_list()[0]) != [])
print(importlib.metadata.version("requests").count("."), importlib.metadata.metadata("flask")["Name"])
print(Requirement("a>=1; python_version > '3'").specifier)
print([str(requirement).split(">")[0] for requirement in importlib.metadata.requires("flask")][:2])
try:
    importlib.metadata.version("not-installed")
except importlib.metadata.PackageNotFoundError as error:
    print(error.name)
