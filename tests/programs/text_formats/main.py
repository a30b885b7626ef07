"""Reads and writes the text formats of the standard library."""

import configparser
import csv
import difflib
import html
import io
import json
import re
import shlex
import string
import textwrap
import urllib.parse
import xml.dom.minidom
import xml.etree.ElementTree as etree
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

document = {"name": "Ærø", "list": [1, 2.5, None, True], "nested": {"a": "\u2028"}}
print(json.dumps(document, sort_keys=True), json.loads(json.dumps(document)) == document)
try:
    json.loads('{"broken": }')
except json.JSONDecodeError as error:
    print(error)

print(re.sub(r"(?P<year>\d{4})-(\d\d)", r"\2/\g<year>", "2024-05 and 1999-12"))
print(re.findall(r"(?i)\bstraße\b", "Straße STRASSE straße"))
print(re.compile(r"(a|b)*?c(?=d)").search("xxababcd").span())

table = io.StringIO()
csv.writer(table, quoting=csv.QUOTE_MINIMAL).writerows([["a", 'quo"te'], ["line\nbreak", 3]])
print(repr(table.getvalue()), list(csv.reader(io.StringIO(table.getvalue()))))

settings = configparser.ConfigParser()
settings.read_string("[paths]\nhome = /home\nlogs = %(home)s/logs\n")
print(dict(settings["paths"]))

root = etree.fromstring('<root xmlns:n="urn:n"><n:item key="1">text &amp; more</n:item><item/></root>')
print([(item.tag, item.attrib, item.text) for item in root.iter()])
print(xml.dom.minidom.parseString("<a><b>c</b></a>").documentElement.toprettyxml(indent=" ").split())
print(html.unescape("&auml;&#x41;&lt;"), html.escape("<'\">"))

print(textwrap.fill("the quick brown fox jumps over the lazy dog", width=16))
print("".join(difflib.unified_diff(["one\n", "two\n"], ["one\n", "three\n"], "before", "after")), end="")
print(string.Template("$who owes $$5").substitute(who="Ada"), shlex.split("a 'b c' \"d\""))
print(urllib.parse.urlsplit("https://user@host:8080/path;p?q=ä&r=1#f"), urllib.parse.quote("ä/ö?"))

message = EmailMessage()
message["Subject"] = "Grüße"
message["To"] = "Ada Lovelace <ada@example.org>"
message.set_content("Text mit Umlauten: äöü\n")
message.add_attachment(b"\x00\x01", maintype="application", subtype="octet-stream", filename="data.bin")
message.set_boundary("boundary")
print(bytes(message).decode("utf-8"))
parsed = BytesParser(policy=default).parsebytes(bytes(message))
print(parsed["subject"], parsed["to"].addresses[0].domain, [part.get_content_type() for part in parsed.walk()])
