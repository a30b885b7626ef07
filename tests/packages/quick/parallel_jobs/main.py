"""Jobs in processes that joblib starts by itself, with functions of the main file and of a module beside it."""

import os

import joblib

from shapes import area

PARENT = os.getppid()


def is_elsewhere(number: int) -> tuple[int, bool]:
    return number * number, os.getppid() != PARENT


if __name__ == "__main__":
    with joblib.parallel_config(backend="loky", n_jobs=2):
        print(joblib.Parallel()(joblib.delayed(area)(side, side + 1) for side in range(4)))
        print(joblib.Parallel()(joblib.delayed(is_elsewhere)(base) for base in range(3)))
        print(joblib.Parallel()(joblib.delayed(lambda number: -number)(number) for number in range(3)))
    print(joblib.hash([1, 2, 3]), joblib.effective_n_jobs(3))
