"""Three ways to answer queries, and schemas."""

import strawberry, graphene
@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "x") -> str:
        return f"hi {name}"
print(strawberry.Schema(Query).execute_sync('{ hello(name: "y") }').data)
class Other(graphene.ObjectType):
    a = graphene.Int()
    def resolve_a(root, info): return 3
print(graphene.Schema(query=Other).execute("{a}").data)
from litestar import Litestar, get
from litestar.testing import TestClient
@get("/")
async def index() -> dict[str, int]:
    return {"a": 1}
with TestClient(Litestar([index])) as client:
    print(client.get("/").json(), client.get("/schema/openapi.json").json()["openapi"])
import jsonpickle, openapi_spec_validator
print(jsonpickle.decode(jsonpickle.encode({1, 2})))
openapi_spec_validator.validate({"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "paths": {}})
