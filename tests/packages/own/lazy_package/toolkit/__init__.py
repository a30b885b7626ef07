import importlib
_TABLE = {"Light": "light", "heavy": None}
def __getattr__(name):
    if name not in _TABLE:
        raise AttributeError(name)
    if _TABLE[name] is None:
        return importlib.import_module("." + name, __name__)
    return getattr(importlib.import_module("." + _TABLE[name], __name__), name)
