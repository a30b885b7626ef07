"""Templates, static files, a blueprint and a session."""

import os
import tempfile

from flask import Flask, jsonify, render_template, request, session

from shop import blueprint

app = Flask(__name__)
app.secret_key = "not secret"
app.config.from_pyfile("settings.cfg")
app.register_blueprint(blueprint, url_prefix="/shop")


@app.route("/")
def index():
    session["visits"] = session.get("visits", 0) + 1
    return render_template("index.html", title=app.config["TITLE"], visits=session["visits"])


@app.route("/sum", methods=["POST"])
def total():
    return jsonify(total=sum(request.json["numbers"]))


@app.cli.command("greet")
def greet():
    print("greetings")


client = app.test_client()
client.get("/")
print(client.get("/").text.strip())
print(client.post("/sum", json={"numbers": [1, 2, 3]}).json)
print(client.get("/static/logo.svg").mimetype)
print(client.get("/shop/").text.strip())
print(app.test_cli_runner().invoke(args=["greet"]).output.strip())

os.chdir(tempfile.mkdtemp())
kept = Flask("shop")
os.makedirs(kept.instance_path, exist_ok=True)
with kept.open_instance_resource("orders.txt", "w") as orders:
    orders.write("one lamp")
print(os.path.basename(kept.instance_path), kept.open_instance_resource("orders.txt", "r").read())
