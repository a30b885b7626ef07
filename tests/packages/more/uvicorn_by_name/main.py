"""A server that is given the application as a text, and runs until it has answered once."""

import socket
import threading

import httpx
import uvicorn

listener = socket.socket()
listener.bind(("127.0.0.1", 0))
port = listener.getsockname()[1]
server = uvicorn.Server(uvicorn.Config("web.app:application", log_level="error"))
thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
thread.start()
while not server.started:
    pass
response = httpx.get(f"http://127.0.0.1:{port}/hello?name=you")
print(response.status_code, response.json(), response.headers["x-made-by"])
server.should_exit = True
thread.join()
