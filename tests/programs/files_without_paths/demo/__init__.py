"""A package with data files."""

import os


def path(*names):
    return os.path.join(os.path.dirname(__file__), *names)


def listing():
    return sorted(name for name in os.listdir(path("nested")))


def hello():
    return "hello from a plugin"
