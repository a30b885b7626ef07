"""Words in many languages, from dictionaries and tables."""

import inflect, pyphen
from num2words import num2words
from unidecode import unidecode
import ftfy, emoji
from pypinyin import pinyin, lazy_pinyin, Style
import chardet
engine = inflect.engine()
print(engine.plural("mouse"), engine.number_to_words(1234), engine.a("hour"))
print(num2words(42, lang="de"), num2words(42, lang="fr", to="ordinal"), num2words(7, lang="pt_BR"))
print(pyphen.Pyphen(lang="de_DE").inserted("Donaudampfschiff"), pyphen.Pyphen(lang="en_US").inserted("hyphenation"))
print(unidecode("Kožušček 北京"), ftfy.fix_text("âœ” No problems"), emoji.emojize(":thumbs_up:"), emoji.demojize("👍", language="de"))
print(pinyin("中心"), lazy_pinyin("聪明的小兔子"), chardet.detect("Ελληνικά κείμενα για δοκιμή".encode("iso-8859-7"))["encoding"] is not None)
