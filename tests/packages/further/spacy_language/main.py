"""Components and languages are found in registries that entry points fill."""
import spacy
from spacy.lang.de import German
nlp = spacy.blank("en")
nlp.add_pipe("sentencizer")
ruler = nlp.add_pipe("entity_ruler")
ruler.add_patterns([{"label": "ORG", "pattern": "Apple"}])
document = nlp("Apple isn't here. It's 3 o'clock.")
print([token.text for token in document], [sentence.text for sentence in document.sents], [(e.text, e.label_) for e in document.ents])
print([token.text for token in German()("z.B. das Haus")], [t.is_stop for t in spacy.blank("fr")("le chat")])
again = spacy.blank("en").from_bytes(spacy.blank("en").to_bytes())
print(again.lang, spacy.registry.has("tokenizers", "spacy.Tokenizer.v1"))
