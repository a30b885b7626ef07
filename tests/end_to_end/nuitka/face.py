"""A program whose face is that of plain Python, compiled or not."""

import importlib.resources
import multiprocessing
import pickle
import pkgutil
import sys

import helper
import shop
from shop import basket
from shop.prices import price


class Point:
    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return isinstance(other, Point) and other.x == self.x


def square(point):
    return Point(point.x**2)


def fail(x):
    return 1 / x


def main():
    print(__name__, __spec__, __package__, __doc__, __file__.rpartition("/")[2])
    print(sys.modules["__main__"].Point is Point, sys.modules["__main__"].__dict__ is globals())
    print(pickle.loads(pickle.dumps(Point(3))) == Point(3))
    print(helper.table(3), helper.__name__, helper.__file__.rpartition("/")[2])
    print(basket.total([price("a"), price("b")]), basket.__name__, basket.__package__, basket.__spec__.name)
    modules = list(pkgutil.iter_modules(shop.__path__, "shop."))
    print([module.name for module in modules])
    print([module.module_finder.find_spec(module.name).name for module in modules])
    print(importlib.resources.files("shop").joinpath("prices.txt").read_text())
    with open(shop.__path__[0] + "/prices.txt") as prices:
        print(prices.read())
    for method in ["spawn", "fork", "forkserver"]:
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(method, [point.x for point in pool.map(square, [Point(1), Point(2), Point(3)])])
    print(sys.argv[1:], [name for name in ("helper", "shop", "shop.prices") if name in sys.modules])
    fail(0)


if __name__ == "__main__":
    main()
