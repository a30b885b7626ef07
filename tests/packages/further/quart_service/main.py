"""A service with templates, static files and a socket."""

import asyncio
from quart import Quart, render_template, websocket
app = Quart(__name__)
@app.route("/")
async def index():
    return await render_template("page.html", items=[1, 2])
@app.websocket("/ws")
async def ws():
    await websocket.send("got " + await websocket.receive())
async def main():
    client = app.test_client()
    answer = await client.get("/")
    print(answer.status_code, (await answer.get_data()).decode().split())
    print((await client.get("/static/a.css")).status_code)
    async with client.websocket("/ws") as socket:
        await socket.send("x")
        print(await socket.receive())
asyncio.run(main())
