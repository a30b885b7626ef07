"""A service with a template and a static file of its own, called through the test client."""

from pathlib import Path

from fastapi import Depends, FastAPI, HTTPException, Request, WebSocket
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from fastapi.testclient import TestClient
from pydantic import BaseModel

here = Path(__file__).resolve().parent
app = FastAPI(title="Shop", version="2")
app.mount("/static", StaticFiles(directory=here / "static"), name="static")
templates = Jinja2Templates(directory=here / "templates")


class Item(BaseModel):
    name: str
    price: float


def tax() -> float:
    return 1.25


@app.post("/items")
def create(item: Item, rate: float = Depends(tax)):
    if item.price < 0:
        raise HTTPException(422, "negative")
    return {"name": item.name, "total": item.price * rate}


@app.get("/page/{name}")
def page(request: Request, name: str):
    return templates.TemplateResponse(request, "page.html", {"name": name})


@app.websocket("/echo")
async def echo(socket: WebSocket):
    await socket.accept()
    await socket.send_text((await socket.receive_text())[::-1])
    await socket.close()


client = TestClient(app)
print(client.post("/items", json={"name": "x", "price": 4}).json())
print(client.post("/items", json={"name": "x", "price": "dear"}).status_code)
print(client.get("/page/Ann").text.strip())
print(client.get("/static/style.css").headers["content-type"])
print(sorted(client.get("/openapi.json").json()["paths"]))
print("swagger" in client.get("/docs").text)
with client.websocket_connect("/echo") as socket:
    socket.send_text("abc")
    print(socket.receive_text())
