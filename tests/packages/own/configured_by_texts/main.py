"""What does the work is named in texts that are configuration, of several kinds."""

import configparser, io, json, logging.config, pydoc

LOGGING = """
[loggers]
keys = root

[handlers]
keys = loud

[formatters]
keys = plain

[logger_root]
level = DEBUG
handlers = loud

[handler_loud]
class = parts.handlers.Loud
args = ()
formatter = plain

[formatter_plain]
format = %(levelname)s %(message)s
class = parts.formats.Shouting
"""
STEPS = '{"steps": [{"call": "parts.steps.double"}, {"call": "parts.more.add_one"}]}'
PLUGINS = f"""
[plugins]
module = {__name__}
enabled =
    colorsys.rgb_to_hsv
    fractions.Fraction
"""

logging.config.fileConfig(io.StringIO(LOGGING))
logging.info("begun")
value = 20
for step in json.loads(STEPS)["steps"]:
    value = pydoc.locate(step["call"])(value)
print(value)
parser = configparser.ConfigParser()
parser.read_string(PLUGINS)
for name in parser["plugins"]["enabled"].split():
    print(pydoc.locate(name).__name__)
