"""Two small frameworks."""

import falcon, falcon.testing, bottle, cherrypy, io
class Thing:
    def on_get(self, request, response):
        response.media = {"a": request.get_param_as_int("n")}
app = falcon.App()
app.add_route("/thing", Thing())
print(falcon.testing.TestClient(app).simulate_get("/thing?n=3").json)
bottle.TEMPLATE_PATH.insert(0, __file__.rsplit("/", 1)[0] + "/views")
print(bottle.template("hello", name="World").strip(), bottle.jinja2_template("{{ a }}", a=1))
class Root:
    @cherrypy.expose
    def index(self):
        return "cherry"
cherrypy.config.update({"log.screen": False})
tree = cherrypy.tree.mount(Root(), "/")
