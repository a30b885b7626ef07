"""Stems, n-grams and grammars, and a corpus beside the program."""

import os

import nltk
from nltk.metrics import edit_distance
from nltk.stem import PorterStemmer, SnowballStemmer
from nltk.tokenize import RegexpTokenizer, TreebankWordTokenizer, WordPunctTokenizer

words = TreebankWordTokenizer().tokenize("The cats aren't running quickly.")
print(words, [PorterStemmer().stem(word) for word in words])
print(SnowballStemmer("german").stem("gelaufen"), RegexpTokenizer(r"\w+").tokenize("a, b"), WordPunctTokenizer().tokenize("a.b"))
print(list(nltk.bigrams(["a", "b", "c"])), edit_distance("kitten", "sitting"), nltk.FreqDist("hello").most_common(1))
grammar = nltk.CFG.fromstring("S -> NP VP\nNP -> 'I'\nVP -> 'run'")
print([str(tree) for tree in nltk.ChartParser(grammar).parse(["I", "run"])])
nltk.data.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "nltk_data"))
print(nltk.corpus.stopwords.words("english"))
