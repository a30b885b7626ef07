"""Routes and sockets, and the library for sockets alone."""

import asyncio

import websockets
from starlette.applications import Starlette
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient


async def index(request):
    request.session["n"] = request.session.get("n", 0) + 1
    return JSONResponse({"n": request.session["n"]})


app = Starlette(routes=[Route("/", index)], middleware=[Middleware(SessionMiddleware, secret_key="x")])
client = TestClient(app)
client.get("/")
print(client.get("/").json())


async def main():
    async def echo(connection):
        async for message in connection:
            await connection.send(message[::-1])

    async with websockets.serve(echo, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with websockets.connect(f"ws://127.0.0.1:{port}") as connection:
            await connection.send("abc")
            print(await connection.recv())


asyncio.run(main())
