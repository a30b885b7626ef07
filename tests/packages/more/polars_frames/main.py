"""Frames in Rust."""

import io
from datetime import date

import polars as pl

frame = pl.DataFrame({"name": ["a", "b", "a"], "size": [1, 2, 3], "day": [date(2024, 1, day) for day in (1, 2, 3)]})
print(frame.group_by("name").agg(pl.col("size").sum()).sort("name"))
print(frame.lazy().filter(pl.col("size") > 1).select(pl.col("day").dt.weekday()).collect().to_series().to_list())
buffer = io.BytesIO()
frame.write_parquet(buffer)
print(pl.read_parquet(buffer.getvalue()).shape, pl.read_csv(io.StringIO("a,b\n1,2")).to_dicts())
print(pl.SQLContext(t=frame).execute("SELECT count(*) AS n FROM t").collect().item())
print(frame.to_pandas().shape)
