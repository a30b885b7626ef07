"""Three libraries that write HTML with their own scripts."""

import altair
import bokeh.embed
import bokeh.plotting
import bokeh.resources
import pandas as pd
import plotly.express as px
import plotly.graph_objects as go
import plotly.io

figure = px.scatter(pd.DataFrame({"x": [1, 2], "y": [3, 4]}), x="x", y="y", template="plotly_dark")
figure.add_trace(go.Bar(x=[1], y=[2]))
print(len(figure.data), "plotly.js" in figure.to_html(include_plotlyjs=True)[:5000], plotly.io.templates.default)
plot = bokeh.plotting.figure(title="t")
plot.scatter([1, 2], [3, 4])
html = bokeh.embed.file_html(plot, bokeh.resources.INLINE, "page")
print(len(html) > 500_000, "Bokeh" in html)
chart = altair.Chart(pd.DataFrame({"a": ["x"], "b": [1]})).mark_bar().encode(x="a:N", y="b:Q")
print(chart.to_dict()["mark"], "vega" in chart.to_html())
