import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

SERVED = {"remote_settings": "answer = 42", "generated": "", "generated.tables": "SIZES = [1, 2]"}


class Finder(MetaPathFinder, Loader):
    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self, is_package=name == "generated") if name in SERVED else None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(SERVED[module.__name__], module.__dict__)


def install():
    sys.meta_path.insert(0, Finder())
