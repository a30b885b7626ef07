"""Labelled and chunked arrays; file formats are entry points."""

import io

import dask
import dask.array
import dask.bag
import dask.dataframe
import numpy as np
import pandas as pd
import xarray

data = xarray.DataArray(np.arange(6).reshape(2, 3), dims=("x", "y"), coords={"x": [10, 20]}, name="v")
print(data.sel(x=20).mean().item(), data.groupby("x").sum("y").values.tolist())
print(sorted(engine for engine in xarray.backends.list_engines() if engine in ("scipy", "h5netcdf", "store")))
raw = data.to_dataset().to_netcdf(engine="scipy")
print(xarray.open_dataset(io.BytesIO(bytes(raw)), engine="scipy")["v"].shape)
dask.config.set(scheduler="synchronous")
print(dask.array.ones((4, 4), chunks=2).sum().compute(), dask.bag.from_sequence([1, 2, 3]).map(lambda x: x * 2).compute())
print(dask.dataframe.from_pandas(pd.DataFrame({"a": [1, 2, 3]}), npartitions=2).a.sum().compute())
print("<svg" in dask.array.ones((4, 4), chunks=2)._repr_html_())
