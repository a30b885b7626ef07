"""Encodes and decodes: the codecs are found by their names at run time."""

import codecs
import io
import unicodedata

text = "Grüße, Ærø, 日本語, Привет, 🐍"
WHOLE = ["utf-8", "UTF8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-7", "gb18030", "punycode"]
for name in WHOLE:
    encoded = text.encode(name)
    print(name, codecs.lookup(name).name, len(encoded), encoded.decode(name) == text)

SAMPLES = {
    "cp1252": "naïve €",
    "latin-1": "naïve",
    "iso8859_15": "€uro",
    "cp437": "╔═╗ é",
    "cp850": "ñ",
    "koi8-r": "Привет",
    "mac_roman": "naïve",
    "shift_jis": "日本語",
    "euc_jp": "日本語",
    "iso2022_jp": "日本語",
    "euc_kr": "한국어",
    "big5": "中文",
    "gbk": "中文",
    "hz": "中文",
    "cp949": "한국어",
    "cp037": "EBCDIC",
    "ascii": "plain",
    "idna": "bücher.example",
    "raw_unicode_escape": "ü日",
}
for name, sample in SAMPLES.items():
    print(name, sample.encode(name).hex(), sample.encode(name).decode(name) == sample)

for errors in ("replace", "ignore", "backslashreplace", "surrogateescape"):
    print("decoded", errors, ascii(b"a\xffb".decode("ascii", errors)))
for errors in ("replace", "ignore", "backslashreplace", "xmlcharrefreplace", "namereplace"):
    print("encoded", errors, "aü日".encode("ascii", errors))
for name in ("rot13", "hex", "base64", "quopri", "bz2", "zlib", "uu"):
    original = "text" if name == "rot13" else b"text" * 10
    print(name, codecs.decode(codecs.encode(original, name), name) == original)
for wrong in (lambda: "日".encode("cp1252"), lambda: b"\xff".decode("utf-8"), lambda: "x".encode("no-such-codec")):
    try:
        wrong()
    except (UnicodeError, LookupError) as error:
        print(type(error).__name__, error)

reader = io.TextIOWrapper(io.BytesIO("één\r\ntwee\r".encode("cp1252")), encoding="cp1252")
print(reader.readlines(), reader.newlines)
decoder = codecs.getincrementaldecoder("utf-8")()
print([decoder.decode(bytes([byte])) for byte in "ü€".encode()])

print(unicodedata.name("🐍"), unicodedata.lookup("GREEK SMALL LETTER ALPHA"), unicodedata.category("Ⅷ"))
print(ascii(unicodedata.normalize("NFKD", "ﬁ é Å")), unicodedata.numeric("Ⅷ"), "\N{SNOWMAN}")
print("ß".casefold(), "ŉ".upper(), "İ".lower().encode())
