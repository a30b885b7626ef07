"""The asynchronous mode of the server is imported by a computed name."""
import socketio, flask, flask_socketio
app = flask.Flask(__name__)
sockets = flask_socketio.SocketIO(app, async_mode="threading")
@sockets.on("ping")
def ping(data):
    flask_socketio.emit("pong", {"got": data})
@app.route("/")
def index():
    return flask.render_template("index.html", name="you")
client = sockets.test_client(app)
client.emit("ping", 3)
print(client.get_received(), sockets.async_mode)
print(app.test_client().get("/").text)
server = socketio.AsyncServer(async_mode="asgi")
print(type(socketio.ASGIApp(server)).__name__, socketio.Server(async_mode="threading").eio.async_mode)
