"""A file of groups and arrays, in memory."""

import io

import h5py
import numpy as np

buffer = io.BytesIO()
with h5py.File(buffer, "w") as file:
    group = file.create_group("a/b")
    group.create_dataset("x", data=np.arange(6).reshape(2, 3), compression="gzip")
    group.attrs["unit"] = "m"
    file["text"] = "grüße"
with h5py.File(buffer) as file:
    print(file["a/b/x"][1].tolist(), file["a/b"].attrs["unit"], file["text"].asstr()[()])
    file.visit(print)
print(h5py.h5z.filter_avail(h5py.h5z.FILTER_DEFLATE))
