"""Server and client in one loop."""

import asyncio

import aiohttp
from aiohttp import web


async def greet(request):
    return web.json_response({"hello": request.match_info["name"]})


async def socket(request):
    connection = web.WebSocketResponse()
    await connection.prepare(request)
    async for message in connection:
        await connection.send_str(message.data.upper())
        break
    await connection.close()
    return connection


async def main():
    app = web.Application()
    app.add_routes([web.get("/hello/{name}", greet), web.get("/socket", socket)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
        async with client.get("/hello/world") as response:
            print(response.status, await response.json())
        async with client.ws_connect("/socket") as connection:
            await connection.send_str("abc")
            print((await connection.receive()).data)
    await runner.cleanup()


asyncio.run(main())
