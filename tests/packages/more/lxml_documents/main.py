"""XPath, XSLT from a file of the program, schemas and HTML."""

from pathlib import Path

from lxml import etree, html, isoschematron, objectify
from lxml.builder import E

folder = Path(__file__).parent
document = etree.parse(str(folder / "catalog.xml"))
print(document.xpath("//book[price > 10]/title/text()"))
transform = etree.XSLT(etree.parse(str(folder / "list.xsl")))
print(str(transform(document)).strip())
print(html.fromstring("<p>one<br>two <b>three").text_content())
print(etree.tostring(E.a(E.b("text", key="value"))).decode())
print(objectify.fromstring("<r><n>5</n></r>").n + 1)
rules = etree.fromstring(
    '<schema xmlns="http://purl.oclc.org/dsdl/schematron"><pattern><rule context="book">'
    '<assert test="price">no price</assert></rule></pattern></schema>'
)
print(isoschematron.Schematron(rules).validate(document))
