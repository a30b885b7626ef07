"""Uses the subpackages of SciPy as attributes, which the package imports when they are asked for."""

import numpy as np
import scipy

result = scipy.optimize.minimize(lambda x: (x[0] - 1) ** 2 + (x[1] + 2) ** 2, [0, 0])
print(result.x.round(4))
print(round(scipy.stats.norm.cdf(1.96), 6))
print(scipy.integrate.quad(np.sin, 0, np.pi)[0])
spline = scipy.interpolate.CubicSpline([0, 1, 2, 3], [0, 1, 4, 9])
print(float(spline(1.5)))
print(scipy.linalg.det(np.array([[1.0, 2.0], [3.0, 4.0]])).round(6))
print(scipy.sparse.csr_matrix(np.eye(3)).nnz)
print(scipy.spatial.KDTree([[0, 0], [1, 1], [5, 5]]).query([0.9, 0.8])[1])
print(scipy.signal.butter(2, 0.3)[0].round(5))
print(scipy.special.gamma(5), scipy.constants.c)
print(scipy.ndimage.label(np.array([1, 1, 0, 1]))[1])
