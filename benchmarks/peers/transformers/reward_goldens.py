"""Makes small reward models with Hugging Face transformers, and their scores: the expected values
of RewardModelTest.

usage: reward_goldens.py policy/src/test/resources/reward
"""

import json
import pathlib
import sys

import torch
import transformers

SHAPE = dict(
    vocab_size=40,
    hidden_size=16,
    intermediate_size=24,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=32,
    bos_token_id=1,
    eos_token_id=2,
    num_labels=1,
)
MODELS = {
    "llama": (transformers.LlamaForSequenceClassification, transformers.LlamaConfig, 0),
    # the filling is the end token, as in models without one of their own
    "qwen2": (transformers.Qwen2ForSequenceClassification, transformers.Qwen2Config, 2),
}
SEQUENCES = [
    [1, 5, 9, 30, 2],
    [1, 7],
    [1, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 2],
    [1, 5, 9, 31, 2, 0, 0],
    [39],
]


def main(folder):
    for name, (model_class, config_class, pad) in MODELS.items():
        torch.manual_seed(7)
        model = model_class(config_class(pad_token_id=pad, **SHAPE)).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(0.2 * torch.randn_like(parameter))
            scores = [model(torch.tensor([ids])).logits.item() for ids in SEQUENCES]
        out = pathlib.Path(folder, name)
        model.save_pretrained(out)
        (out / "tokenizer.json").write_text("{}\n")
        rows = [{"ids": ids, "score": score} for ids, score in zip(SEQUENCES, scores)]
        (out / "scores.json").write_text(json.dumps(rows, indent=1) + "\n")
        print(name, scores)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    main(sys.argv[1])
