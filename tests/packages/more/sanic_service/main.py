"""A service with generated pages, driven by its own client protocol."""

import asyncio

import httpx
from sanic import Sanic, response

app = Sanic("shop", configure_logging=False)


@app.get("/hello/<name:str>")
async def hello(request, name):
    return response.json({"hello": name})


@app.middleware("response")
async def mark(request, answer):
    answer.headers["x-made-by"] = "sanic"


async def main():
    server = await app.create_server(host="127.0.0.1", port=0, return_asyncio_server=True, access_log=False)
    await server.startup()
    port = server.server.sockets[0].getsockname()[1]
    serving = asyncio.ensure_future(server.serve_forever())
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"http://127.0.0.1:{port}/hello/you")
        print(answer.json(), answer.headers["x-made-by"])
        print((await client.get(f"http://127.0.0.1:{port}/none")).status_code)
    server.server.close()
    serving.cancel()


asyncio.run(main())
