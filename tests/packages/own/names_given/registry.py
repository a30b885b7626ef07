import importlib


def load(name):
    return importlib.import_module(name)


class Registry:
    def module(self, name, *, reload=False):
        return load(name)
