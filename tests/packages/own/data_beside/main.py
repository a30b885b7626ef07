"""Data of every kind beside the program, some of it under computed names."""

import csv, configparser, glob, os, sqlite3, string, tomllib
from pathlib import Path
BASE = Path(__file__).resolve().parent
DATA = BASE / "data"
print(list(csv.reader(open(DATA / "table.csv"))))
config = configparser.ConfigParser()
config.read(os.path.join(BASE, "app.ini"))
print(config["main"]["name"], tomllib.loads((BASE / "conf.d" / "a.toml").read_text()))
connection = sqlite3.connect(":memory:")
for path in sorted(glob.glob(str(BASE / "migrations" / "*.sql"))):
    connection.executescript(open(path).read())
print(connection.execute("select name from sqlite_master").fetchall())
print(string.Template((BASE / "letter.txt").read_text()).substitute(name="you").strip(), sorted(p.name for p in DATA.rglob("*.*")))
for language in ("en", "de"):
    print((BASE / f"strings_{language}.properties").read_text().strip())
