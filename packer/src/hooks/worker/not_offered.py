# What of PyInstaller a hook asked for that rpack has not got. Such a hook is left out, and is not at fault.
import types


class NotOffered(AttributeError):
    """An attribute of PyInstaller's own objects that stands for something that rpack does not build."""


def named_by(error):
    """The name in PyInstaller that was asked for in vain, or nothing if the error is another one."""
    if isinstance(error, NotOffered):
        return str(error)
    if isinstance(error, ImportError) and (error.name or "").split(".")[0] == "PyInstaller":
        # `from PyInstaller.x import y` has the name in its message only, before 3.12.
        imported = getattr(error, "name_from", None) or _quoted(str(error))
        return error.name if imported == error.name else f"{error.name}.{imported}"
    if isinstance(error, AttributeError) and isinstance(error.obj, types.ModuleType):
        if error.obj.__name__.split(".")[0] == "PyInstaller":
            return f"{error.obj.__name__}.{error.name}"
    return None


def _quoted(text):
    return text.split("'")[1] if text.count("'") > 1 else text
