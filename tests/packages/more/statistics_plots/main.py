"""Regression and plots of it."""

import io

import matplotlib

matplotlib.use("Agg")
import numpy as np
import pandas as pd
import seaborn as sns
import statsmodels.api as sm
import statsmodels.formula.api as smf

frame = pd.DataFrame({"x": np.arange(10.0), "y": np.arange(10.0) * 2 + np.sin(np.arange(10)), "k": ["a", "b"] * 5})
model = smf.ols("y ~ x + C(k)", frame).fit()
print(model.params.round(3).to_dict(), "OLS Regression" in str(model.summary()))
print(sm.tsa.ARIMA(frame.y.values, order=(1, 0, 0)).fit().params.shape)
sns.set_theme()
grid = sns.lmplot(frame, x="x", y="y", hue="k")
buffer = io.BytesIO()
grid.savefig(buffer)
print(buffer.getvalue()[:4], sns.color_palette("rocket", 2).as_hex())
