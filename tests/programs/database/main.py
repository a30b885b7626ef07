"""Works with a SQLite database: types, functions of its own, transactions, errors, a file."""

import sqlite3
import tempfile
from contextlib import closing
from datetime import date
from pathlib import Path


class Longest:
    """An aggregate function."""

    def __init__(self) -> None:
        self.text = ""

    def step(self, text: str) -> None:
        self.text = max(self.text, text, key=len)

    def finalize(self) -> str:
        return self.text


def tried(path: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        connection.create_function("backwards", 1, lambda text: text[::-1], deterministic=True)
        connection.create_aggregate("longest", 1, Longest)
        connection.create_collation("by_length", lambda a, b: len(a) - len(b))
        with connection:
            connection.execute("create table person (id integer primary key, name text unique, born text, photo blob)")
            people = [("Ada", "1815-12-10", b"\x00\xff"), ("Grace", "1906-12-09", None), ("Æthelflæd", None, b"")]
            connection.executemany("insert into person (name, born, photo) values (?, ?, ?)", people)
        rows = connection.execute("select *, backwards(name) as reversed from person order by name collate by_length")
        for row in rows:
            print(dict(row))
        print(connection.execute("select longest(name), count(*) from person").fetchone()[:])
        try:
            with connection:
                connection.execute("delete from person")
                connection.execute("insert into person (name) values ('Ada'), ('Ada')")
        except sqlite3.IntegrityError as error:
            print(error)
        print("after the rollback", connection.execute("select count(*) from person").fetchone()[0])
        print([line.split("(")[0] for line in connection.iterdump()][:3])


tried(":memory:")
with tempfile.TemporaryDirectory() as folder:
    file = str(Path(folder, "people.db"))
    tried(file)
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        born = connection.execute("select born from person where id = 1").fetchone()[0]
        print(date.fromisoformat(born).year)
        try:
            connection.execute("delete from person")
        except sqlite3.OperationalError as error:
            print(error)
