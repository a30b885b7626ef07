"""A folder that is run itself. Its `__main__.py` has no guard, because plain Python does not run it again in the children."""

import multiprocessing

from beside import square

print(__name__, __package__, __spec__.name, __spec__.loader is __loader__, flush=True)

for method in ("fork", "spawn", "forkserver"):
    with multiprocessing.get_context(method).Pool(1) as pool:
        print(method, pool.map(square, range(4)), flush=True)
