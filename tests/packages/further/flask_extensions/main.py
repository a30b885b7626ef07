"""Extensions of Flask, which bring pages and catalogues of their own."""

from flask import Flask
from flask_restx import Api, Resource, fields
from flask_babel import Babel, gettext, format_currency, force_locale
from flask_sqlalchemy import SQLAlchemy
app = Flask(__name__, instance_path="/tmp")
app.config.update(SQLALCHEMY_DATABASE_URI="sqlite://", SECRET_KEY="x", BABEL_DEFAULT_LOCALE="de")
database = SQLAlchemy(app)
Babel(app)
api = Api(app, title="Shop")
model = api.model("Item", {"name": fields.String})
class Item(database.Model):
    id = database.Column(database.Integer, primary_key=True)
    name = database.Column(database.String)
@api.route("/items")
class Items(Resource):
    @api.marshal_list_with(model)
    def get(self):
        return Item.query.all()
with app.app_context():
    database.create_all()
    database.session.add(Item(name="one"))
    database.session.commit()
    with app.test_request_context():
        print(gettext("Cheese"), format_currency(3.5, "EUR"))
client = app.test_client()
print(client.get("/items").json, client.get("/swagger.json").json["info"], client.get("/").status_code, client.get("/swaggerui/swagger-ui.css").status_code)
