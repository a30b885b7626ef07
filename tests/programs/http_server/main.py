"""Serves HTTP from a thread, and asks itself."""

import http.client
import json
import threading
import urllib.error
import urllib.request
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/missing":
            self.send_error(404)
            return
        self.answer({"path": self.path, "agent": self.headers["User-Agent"]})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer({"sum": sum(json.loads(body))})

    def answer(self, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "session=abc; HttpOnly")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        print("log:", format % arguments)

    def version_string(self) -> str:
        return "tried"


with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
    threading.Thread(target=server.serve_forever).start()
    port = server.server_port
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.addheaders = [("User-Agent", "tests")]

    with opener.open(f"http://127.0.0.1:{port}/a?b=c") as response:
        print(response.status, response.headers.get_content_charset(), json.load(response))
        print(SimpleCookie(response.headers["Set-Cookie"])["session"].value)
    with opener.open(f"http://127.0.0.1:{port}/", data=b"[1, 2, 3]") as response:
        print(json.load(response))
    try:
        opener.open(f"http://127.0.0.1:{port}/missing")
    except urllib.error.HTTPError as error:
        print(error)
        error.close()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("PUT", "/")
    print(connection.getresponse().reason)
    connection.close()
    server.shutdown()

try:
    opener.open("http://127.0.0.1:1/")
except urllib.error.URLError as error:
    print(error.reason.errno)
