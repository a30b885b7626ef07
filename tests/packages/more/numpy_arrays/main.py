"""Linear algebra, transforms, random numbers and files of arrays."""

import io

import numpy as np

matrix = np.array([[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 2.0]])
print(np.linalg.eigvalsh(matrix).round(6))
print(np.linalg.solve(matrix, [1.0, 2.0, 3.0]).round(6))
print(np.abs(np.fft.rfft(np.sin(np.arange(16)))).round(4))
print(np.random.default_rng(7).integers(0, 100, 8))
print(np.polynomial.Polynomial.fit([0, 1, 2, 3], [1, 3, 7, 13], 2).convert().coef.round(6))
print(np.ma.masked_less(np.arange(5), 2).sum(), np.char.upper(np.array(["a", "b"])))

buffer = io.BytesIO()
np.savez_compressed(buffer, matrix=matrix, names=np.array(["x", "y"]))
buffer.seek(0)
loaded = np.load(buffer)
print(sorted(loaded.files), loaded["matrix"].dtype, loaded["names"])
np.testing.assert_allclose(loaded["matrix"], matrix)
