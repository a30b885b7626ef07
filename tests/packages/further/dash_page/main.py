"""A page whose scripts lie in the library."""

import dash, json
from dash import html, dcc, Input, Output
app = dash.Dash(__name__)
app.layout = html.Div([dcc.Graph(id="g", figure={"data": [{"y": [1, 2]}]}), dcc.Dropdown(["a"], "a", id="d"), html.P(id="p")])
@app.callback(Output("p", "children"), Input("d", "value"))
def show(value):
    return value
client = app.server.test_client()
print(client.get("/").status_code, len(client.get("/_dash-layout").json["props"]["children"]), client.get("/assets/style.css").status_code)
import re
scripts = re.findall(r'src="(/_dash-component-suites/[^"]+)"', client.get("/").text)
print(len(scripts) > 3, {client.get(script).status_code for script in scripts})
