"""Shared libraries."""
import os

from _rpack import questions


def get_imports(filename, search_paths=None):
    """The libraries that a file needs, each with its name and its path."""
    return [tuple(pair) for pair in questions.ask("needs", file=os.path.abspath(os.fspath(filename)))]


def resolve_library_path(name, search_paths=None):
    """The path of a library that is known by its name; where it is not found, `None`."""
    for folder in search_paths or []:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
    return questions.ask("library", name=name)


findLibrary = resolve_library_path
