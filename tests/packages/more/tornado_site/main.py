"""A site with templates, static files and translations."""

import asyncio
from pathlib import Path

import tornado.httpclient
import tornado.locale
import tornado.web

folder = Path(__file__).parent
tornado.locale.load_translations(str(folder / "translations"))


class Main(tornado.web.RequestHandler):
    def get(self):
        self.render("index.html", items=["a", "b"], word=tornado.locale.get("es_ES").translate("Sign out"))


async def main():
    app = tornado.web.Application([("/", Main)], template_path=str(folder / "templates"), static_path=str(folder / "static"))
    server = app.listen(0, "127.0.0.1")
    port = next(iter(server._sockets.values())).getsockname()[1]
    client = tornado.httpclient.AsyncHTTPClient()
    print((await client.fetch(f"http://127.0.0.1:{port}/")).body.decode().strip())
    print((await client.fetch(f"http://127.0.0.1:{port}/static/note.txt")).body)
    server.stop()


asyncio.run(main())
