"""Parquet, CSV, datasets and compute."""

import io
import tempfile

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.dataset as ds
import pyarrow.parquet as pq

table = pa.table({"n": [1, 2, 3], "s": ["a", "b", None]})
buffer = io.BytesIO()
pq.write_table(table, buffer, compression="zstd")
print(pq.read_table(buffer).schema.names, pc.sum(table["n"]).as_py())
print(pyarrow.csv.read_csv(io.BytesIO(b"a,b\n1,2\n")).to_pydict())
with tempfile.TemporaryDirectory() as folder:
    ds.write_dataset(table, folder, format="parquet", partitioning=["n"])
    print(ds.dataset(folder, partitioning=["n"]).count_rows())
    import fastparquet
    import pandas as pd

    fastparquet.write(folder + "/x.parq", pd.DataFrame({"a": [1, 2]}))
    print(fastparquet.ParquetFile(folder + "/x.parq").to_pandas().a.tolist())
    pd.DataFrame({"a": [1]}).to_feather(folder + "/x.feather")
    print(pd.read_feather(folder + "/x.feather").shape)
