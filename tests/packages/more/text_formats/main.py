"""YAML, JSON, MessagePack, Markdown and HTML."""

import bs4
import html5lib
import markdown
import mistune
import msgpack
import orjson
import yaml

document = {"name": "grüße", "list": [1, 2.5, None], "nested": {"a": True}}
print(yaml.dump(document, Dumper=yaml.CSafeDumper, allow_unicode=True).splitlines())
print(yaml.safe_load("a: &x [1, 2]\nb: *x\nday: 2024-01-01"))
print(orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode(), orjson.loads(b"[1]"))
print(msgpack.unpackb(msgpack.packb(document)) == document)
print(markdown.markdown("# T\n\n|a|b|\n|-|-|\n|1|2|\n\n```\nx\n```\n\nnote[^1]\n\n[^1]: foot", extensions=["tables", "fenced_code", "footnotes", "toc", "codehilite", "markdown.extensions.smarty"])[:60])
print(mistune.create_markdown(plugins=["table", "strikethrough", "footnotes", "task_lists"])("~~x~~").strip())
for parser in ["html.parser", "lxml", "html5lib", "lxml-xml"]:
    print(parser, bs4.BeautifulSoup("<p>one<b>two", parser).find("b").text)
print(html5lib.parse("<p>x", treebuilder="lxml").getroot().tag, html5lib.serialize(html5lib.parse("<p>x")))
