"""Libraries that code loads by name."""
from PyInstaller.depend import bindepend


def _resolveCtypesImports(cbinaries):
    """The libraries of these names that there are, each with its path."""
    found = ((name, bindepend.resolve_library_path(name)) for name in cbinaries)
    return [(name, path, "BINARY") for name, path in found if path]
