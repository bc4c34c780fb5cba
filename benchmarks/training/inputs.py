"""Writes the models and pairs that the benchmark trains on: random weights, random token ids.

inputs.py FOLDER [STORIES260K]: the third model is a copy of the folder given, without it one of its
shape. Lengths are those of pairs of up to 256 tokens: prompts of 16-96, answers of 16-160.
"""

import json
import random
import shutil
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from transformers import Qwen2Config, Qwen2ForCausalLM

COMMON = {"max_position_embeddings": 2048, "bos_token_id": 1, "eos_token_id": 2, "tie_word_embeddings": True}
MODELS = {
    "260k": (LlamaForCausalLM, LlamaConfig, dict(
        vocab_size=512, hidden_size=64, intermediate_size=172, num_hidden_layers=5,
        num_attention_heads=8, num_key_value_heads=4)),
    "15m": (LlamaForCausalLM, LlamaConfig, dict(
        vocab_size=32000, hidden_size=288, intermediate_size=768, num_hidden_layers=6,
        num_attention_heads=6, num_key_value_heads=6)),
    "49m": (Qwen2ForCausalLM, Qwen2Config, dict(
        vocab_size=151936, hidden_size=256, intermediate_size=1024, num_hidden_layers=10,
        num_attention_heads=4, num_key_value_heads=2)),
}
STEPS = 24


def write_model(folder, model, config, shape):
    torch.manual_seed(1)
    model(config(**COMMON, **shape)).float().save_pretrained(folder)
    # TRL wants a tokenizer, though it is given ids.
    words = {"<unk>": 0, "<s>": 1, "</s>": 2}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="<unk>"
    ).save_pretrained(folder)


def write_pairs(file, vocab, pairs, prompt, answer):
    draw = random.Random(1)

    def ids(bounds):
        return [draw.randrange(3, vocab) for _ in range(draw.randint(*bounds))]

    rows = (
        {"prompt_ids": ids(prompt), "chosen_ids": ids(answer), "rejected_ids": ids(answer)}
        for _ in range(pairs)
    )
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))


def main(out, stories=None):
    for kind, (model, config, shape) in MODELS.items():
        folder = out / kind
        folder.mkdir(parents=True)
        if kind == "260k" and stories:
            shutil.copytree(stories, folder, dirs_exist_ok=True)
        else:
            write_model(folder, model, config, shape)
        size = 2 if kind == "49m" else 8
        write_pairs(out / f"{kind}.jsonl", shape["vocab_size"], size * STEPS, (16, 96), (16, 160))
        # Four fifths of a sequence are its prompt.
        write_pairs(out / f"{kind}-long.jsonl", shape["vocab_size"], size * STEPS, (192, 320), (48, 80))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(Path, sys.argv[2:3]))
