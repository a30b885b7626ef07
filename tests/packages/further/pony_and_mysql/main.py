"""Three ways to a database; providers are modules."""

from pony.orm import Database, Required, db_session, select
import mysql.connector
from mysql.connector.errors import Error
database = Database()
class Person(database.Entity):
    name = Required(str)
    age = Required(int)
database.bind(provider="sqlite", filename=":memory:")
database.generate_mapping(create_tables=True)
with db_session:
    Person(name="a", age=3), Person(name="b", age=30)
    print(select(p.name for p in Person if p.age > 10)[:].to_list())
try:
    mysql.connector.connect(host="127.0.0.1", port=1, user="x", connection_timeout=1)
except Error as error:
    print(error.errno, type(error).__name__)
from sqlmodel import Field, Session, SQLModel, create_engine, select as choose
class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
engine = create_engine("sqlite://")
SQLModel.metadata.create_all(engine)
with Session(engine) as session:
    session.add(Hero(name="x"))
    session.commit()
    print(session.exec(choose(Hero.name)).all())
