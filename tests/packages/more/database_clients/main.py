"""Clients as far as they go without a server."""

import bson
import peewee
import psycopg
import pymongo
import pymysql
import redis
from psycopg import sql

print(bson.decode(bson.encode({"a": [1, "x"], "id": bson.ObjectId("0" * 24)})))
try:
    pymongo.MongoClient("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=100).admin.command("ping")
except pymongo.errors.ServerSelectionTimeoutError:
    print("no mongo")
for client in [redis.Redis(port=1)]:
    try:
        client.ping()
    except redis.ConnectionError:
        print("no redis")
try:
    psycopg.connect("host=127.0.0.1 port=1 user=x")
except psycopg.OperationalError:
    print("no postgres", psycopg.pq.__impl__, sql.SQL("SELECT {}").format(sql.Literal(3)).as_string(None))
try:
    pymysql.connect(host="127.0.0.1", port=1)
except pymysql.err.OperationalError as error:
    print(error.args[0])
database = peewee.SqliteDatabase(":memory:")


class Note(peewee.Model):
    text = peewee.TextField()

    class Meta:
        database = database


database.create_tables([Note])
Note.create(text="one")
print([note.text for note in Note.select()], pymysql.__name__)
