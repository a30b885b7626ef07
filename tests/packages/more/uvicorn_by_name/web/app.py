import json
from importlib import import_module

SETTINGS = import_module("web.settings")


async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    headers = [(b"content-type", b"application/json"), (b"x-made-by", SETTINGS.NAME.encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(scope["query_string"].decode()).encode()})
