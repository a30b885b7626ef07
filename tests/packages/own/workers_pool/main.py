"""Processes that import a module of the program."""

import concurrent.futures, multiprocessing
from jobs.square import square
if __name__ == "__main__":
    for method in ["fork", "spawn"]:
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
            print(list(pool.map(square, range(4))))
