"""Reads CSV and JSON beside the program, groups, reshapes, and goes through Excel and Parquet."""

import io
from pathlib import Path

import pandas as pd

here = Path(__file__).parent
sales = pd.read_csv(here / "data" / "sales.csv", parse_dates=["day"])
regions = pd.read_json(here / "data" / "regions.json")
joined = sales.merge(regions, on="region")
print(joined.groupby("country")["amount"].agg(["sum", "mean", "count"]))
print(joined.pivot_table(index="day", columns="country", values="amount", aggfunc="sum").resample("2D").sum())

workbook = io.BytesIO()
joined.to_excel(workbook, index=False)
workbook.seek(0)
print(pd.read_excel(workbook).shape)

columns = io.BytesIO()
joined.to_parquet(columns)
columns.seek(0)
print(pd.read_parquet(columns).dtypes.astype(str).to_dict())
print(joined.head(2).to_html(index=False).count("<td>"))
print(joined.head(2).style.hide(axis="index").highlight_max(subset="amount").to_html(table_uuid="table").splitlines()[:3])
print(pd.Timestamp("2024-03-31", tz="Europe/Berlin") + pd.Timedelta(hours=3))
