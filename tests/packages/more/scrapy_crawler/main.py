"""A crawl of a server in the same process; components are named in settings."""

import http.server
import threading

from scrapy import Spider
from scrapy.crawler import CrawlerProcess


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'<a href="/two">next</a><h1>one</h1>' if self.path == "/" else b"<h1>two</h1>"
        self.send_response(200 if self.path != "/robots.txt" else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()


class Pages(Spider):
    name = "pages"
    start_urls = [f"http://127.0.0.1:{server.server_port}/"]

    def parse(self, response):
        yield {"title": response.css("h1::text").get()}
        for link in response.css("a::attr(href)").getall():
            yield response.follow(link, self.parse)


process = CrawlerProcess({"LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "ITEM_PIPELINES": {"pipelines.store.Store": 1}})
process.crawl(Pages)
process.start()
from pipelines.store import SEEN

print(SEEN)
server.shutdown()
