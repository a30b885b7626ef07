"""Drivers named in addresses; the asynchronous engine needs greenlet."""
import asyncio
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine
async def main():
    engine = create_async_engine("sqlite+aiosqlite://")
    async with engine.connect() as connection:
        print((await connection.execute(text("select 1+1"))).scalar())
    await engine.dispose()
asyncio.run(main())
for url in ["postgresql+asyncpg://u@127.0.0.1:1/x"]:
    engine = create_async_engine(url)
    print(engine.dialect.driver)
for url in ["postgresql+psycopg2://u@127.0.0.1:1/x", "mysql+pymysql://u@127.0.0.1:1/x", "mysql+mysqlconnector://u@127.0.0.1:1/x"]:
    engine = create_engine(url)
    try:
        engine.connect()
    except Exception as error:
        print(engine.dialect.driver, type(error).__name__)
