"""Models are modules that are imported when their names are asked for."""
import transformers
from transformers import AutoConfig, BertConfig, PreTrainedTokenizerFast, BertTokenizerFast
from tokenizers import Tokenizer, models
print(BertConfig(hidden_size=12, num_attention_heads=2).hidden_size, AutoConfig.for_model("gpt2").model_type, AutoConfig.for_model("t5").model_type)
tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"a": 0, "[UNK]": 1}, unk_token="[UNK]")))
print(tokenizer("a")["input_ids"])
print(transformers.GenerationConfig(max_length=3).max_length, transformers.utils.logging.get_verbosity() > 0)
