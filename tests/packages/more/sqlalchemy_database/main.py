"""The ORM on SQLite, and statements for dialects that are named in URLs."""

from pathlib import Path

from sqlalchemy import ForeignKey, create_engine, create_mock_engine, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Parent(Base):
    __tablename__ = "parent"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    children: Mapped[list["Child"]] = relationship(back_populates="parent")


class Child(Base):
    __tablename__ = "child"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("parent.id"))
    parent: Mapped[Parent] = relationship(back_populates="children")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add(Parent(name="one", children=[Child(), Child()]))
    session.execute(text((Path(__file__).parent / "sql" / "extra.sql").read_text()))
    session.commit()
    print(session.execute(select(Parent.name, func.count(Child.id)).outerjoin(Child).group_by(Parent.name).order_by(Parent.name)).all())

for url in ["postgresql://", "mysql+pymysql://", "mssql+pyodbc://", "oracle+oracledb://"]:
    statements = []
    mock = create_mock_engine(url, lambda sql, *_, **__: statements.append(str(sql.compile(dialect=mock.dialect)).strip().split("\n")[0]))
    try:
        Base.metadata.create_all(mock, checkfirst=False)
        print(url, statements)
    except Exception as error:
        print(url, type(error).__name__)
print(AsyncSession.__name__)
