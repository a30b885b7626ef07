"""Tokens; encodings are plugins in a namespace package."""

from tokenizers import Tokenizer, models, pre_tokenizers, trainers
import sentencepiece, io, tiktoken
tokenizer = Tokenizer(models.BPE(unk_token="?"))
tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
tokenizer.train_from_iterator(["hello world", "hello there"] * 5, trainers.BpeTrainer(vocab_size=40, special_tokens=["?"], show_progress=False))
print(tokenizer.encode("hello world").tokens)
model = io.BytesIO()
sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(["hello world this is a test"] * 20), model_writer=model, vocab_size=17, minloglevel=9)
print(len(sentencepiece.SentencePieceProcessor(model_proto=model.getvalue()).encode("hello", out_type=str)) > 0)
encoding = tiktoken.Encoding("x", pat_str=r"\w+|\s", mergeable_ranks={bytes([i]): i for i in range(256)}, special_tokens={})
print(encoding.encode("ab"), "cl100k_base" in tiktoken.list_encoding_names())
