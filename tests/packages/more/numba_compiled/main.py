"""Functions compiled while the program runs."""

import numpy as np
from numba import int64, njit, prange, vectorize


@njit
def total(numbers):
    result = 0.0
    for number in numbers:
        result += number * number
    return result


@vectorize([int64(int64, int64)])
def greatest(a, b):
    while b:
        a, b = b, a % b
    return a


@njit(parallel=True)
def rows(matrix):
    result = np.zeros(matrix.shape[0])
    for index in prange(matrix.shape[0]):
        result[index] = matrix[index].sum()
    return result


print(total(np.arange(10.0)), greatest(np.array([12, 18]), 8), rows(np.ones((3, 4))))
print(total.signatures)
