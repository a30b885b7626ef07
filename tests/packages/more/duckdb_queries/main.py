"""SQL over files of the program and over frames."""

from pathlib import Path

import duckdb

folder = Path(__file__).parent
connection = duckdb.connect()
connection.execute((folder / "schema.sql").read_text())
connection.execute(f"COPY cities FROM '{folder / 'cities.csv'}' (HEADER)")
print(connection.sql("SELECT country, sum(people) FROM cities GROUP BY 1 ORDER BY 1").fetchall())
print(connection.sql("SELECT json_extract('{\"a\": [1, 2]}', '$.a[1]')").fetchall())
print(connection.sql("SELECT 1 AS x").df().to_dict(), connection.sql("SELECT 1 AS x").arrow().__class__.__name__)
