"""HTTP against a server in the same process, certificates, encodings, cookies."""

import http.server
import os
import ssl
import threading

import certifi
import requests


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = "grüße ".encode("latin-1") * 20
        self.send_response(200 if self.path == "/ok" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "a=b")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_port}"
with requests.Session() as session:
    session.trust_env = False
    answer = session.get(base + "/ok", params={"q": "ä"})
    print(answer.status_code, answer.cookies.get_dict(), answer.apparent_encoding is not None)
    try:
        session.get(base + "/missing").raise_for_status()
    except requests.HTTPError as error:
        print(error.response.status_code)
server.shutdown()
print(os.path.getsize(certifi.where()) > 100000, len(ssl.create_default_context(cafile=certifi.where()).get_ca_certs()) > 100)
print(requests.Request("GET", "http://bücher.example/").prepare().url)
