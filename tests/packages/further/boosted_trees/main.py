"""A shared library that is loaded by its path."""

import numpy as np, lightgbm
from sklearn.datasets import load_iris
data = load_iris()
model = lightgbm.LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=1).fit(data.data, data.target)
print(model.score(data.data, data.target) > 0.9)
import onnxruntime
print(sorted(onnxruntime.get_available_providers())[-1])
