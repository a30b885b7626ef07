"""Reports of errors; integrations are imported by name."""

import sentry_sdk, logging
events = []
sentry_sdk.init("http://x@127.0.0.1:1/1", before_send=lambda event, hint: events.append(event), default_integrations=True, traces_sample_rate=1.0)
import flask, requests, sqlalchemy
app = flask.Flask("x")
@app.route("/")
def index():
    raise ValueError("bad")
app.test_client().get("/")
print([event["exception"]["values"][0]["type"] for event in events], [event.get("transaction") for event in events])
print(sorted(name for name in sentry_sdk.get_client().integrations if name in {"flask", "logging", "stdlib", "sqlalchemy"}))
