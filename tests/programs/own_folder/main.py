"""Finds its files by the place of its modules, whatever else lies there: `Path(__file__).parent`."""

import configparser
import glob
import json
import os
import string
from pathlib import Path

import mixed
import pure
import pure.inside
import space.portion.module

for folder in (Path(__file__).parent, pure.FOLDER, pure.inside.FOLDER, mixed.FOLDER, space.portion.module.FOLDER):
    print(folder.name if folder != Path(__file__).parent else "@", folder.exists(), folder.is_dir(), folder.is_absolute())
    # Sources are not among the files of a packed program.
    print([name for name in sorted(os.listdir(folder)) if name.endswith((".ini", ".txt"))])
    print([path.name for path in folder.glob("*.ini")], os.access(folder, os.R_OK | os.X_OK))
print("standard library", Path(json.__file__).parent.is_dir(), Path(os.__file__).parent.is_dir())
print("joined", os.path.isdir(os.path.join(os.path.dirname(pure.__file__), "..", "mixed", "templates")))
print("resolved", pure.FOLDER.resolve() == pure.FOLDER, mixed.FOLDER.resolve() == mixed.FOLDER)

settings = configparser.ConfigParser()
print("settings", len(settings.read(mixed.FOLDER / "settings.ini")), settings["main"]["name"])
page = string.Template((mixed.FOLDER / "templates" / "page.txt").read_text(encoding="utf-8"))
print(page.substitute(name="reader"), end="")
found = glob.glob(os.path.join(os.path.dirname(mixed.__file__), "templates", "**", "*.txt"), recursive=True)
print("pattern", sorted(os.path.relpath(path, mixed.FOLDER) for path in found))
print("walked", [(os.path.basename(top), sorted(files)) for top, _, files in os.walk(mixed.FOLDER / "templates")])

working_folder = os.getcwd()
os.chdir(pure.FOLDER)
print("entered", os.path.samefile(os.getcwd(), pure.FOLDER))
os.chdir(working_folder)
