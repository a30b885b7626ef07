"""Has a loader of its own compile the modules of a package, by a hook for paths, as checkers of types do."""

import ast
import sys
from importlib.machinery import FileFinder, SourceFileLoader, SOURCE_SUFFIXES


class Doubling(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.copy_location(ast.Constant(node.value * 2), node) if isinstance(node.value, int) else node


class Loader(SourceFileLoader):
    def source_to_code(self, data, path, *, _optimization=-1):
        tree = Doubling().visit(ast.parse(data))
        return compile(tree, path, "exec", dont_inherit=True, optimize=_optimization)

    def get_code(self, fullname):
        return self.source_to_code(self.get_data(self.path), self.path)


sys.path_hooks.insert(0, FileFinder.path_hook((Loader, SOURCE_SUFFIXES)))
sys.path_importer_cache.clear()

import shapes
from shapes.square import area

print(shapes.SIDES, area(3), type(shapes.__loader__).__name__)
