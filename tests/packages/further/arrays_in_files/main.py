"""Arrays in five formats; backends are entry points."""

import tempfile, os
import numpy as np, netCDF4, zarr, tables, blosc2, xarray
with tempfile.TemporaryDirectory() as folder:
    with netCDF4.Dataset(folder + "/x.nc", "w") as data:
        data.createDimension("t", 3)
        data.createVariable("v", "f4", ("t",))[:] = [1, 2, 3]
    print(netCDF4.Dataset(folder + "/x.nc")["v"][:].sum(), xarray.open_dataset(folder + "/x.nc").v.values.tolist())
    array = zarr.create_array(store=folder + "/x.zarr", shape=(10,), chunks=(5,), dtype="i4")
    array[:] = range(10)
    print(zarr.open(folder + "/x.zarr")[:].sum())
    with tables.open_file(folder + "/x.h5", "w") as file:
        file.create_carray("/", "c", obj=np.arange(100), filters=tables.Filters(complib="blosc", complevel=5))
    with tables.open_file(folder + "/x.h5") as file:
        print(file.root.c[:].sum())
print(blosc2.decompress2(blosc2.compress2(b"x" * 1000)) == b"x" * 1000)
xarray.Dataset({"a": ("x", [1, 2])}).to_netcdf("y.nc", engine="scipy")
print(xarray.open_dataset("y.nc", engine="scipy").a.sum().item())
os.remove("y.nc")
