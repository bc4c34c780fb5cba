"""Loads a folder that this project wrote with Hugging Face transformers and compares the two.

usage: check_transformers.py FOLDER    (with the logits.json that WrittenCheckpoint puts into it)
"""

import json
import pathlib
import sys

import torch
import transformers

TOLERANCE = 1e-4


def main(folder):
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    worst = 0.0
    tokens = 0
    for row in json.loads(pathlib.Path(folder, "logits.json").read_text()):
        ids = tokenizer(row["text"])["input_ids"]
        if ids != row["ids"]:
            sys.exit(f"other ids for {row['text']!r}: {ids}, not {row['ids']}")
        with torch.no_grad():
            theirs = model(torch.tensor([ids])).logits[0]
        worst = max(worst, (theirs - torch.tensor(row["logits"])).abs().max().item())
        tokens += len(ids)
    parameters = sum(p.numel() for p in model.parameters())
    print(
        f"{folder}: {type(model).__name__}, {parameters} parameters, ids equal, "
        f"largest difference of a logit {worst:.1e} over {tokens} tokens "
        f"(transformers {transformers.__version__}, torch {torch.__version__})"
    )
    if not worst <= TOLERANCE:
        sys.exit(f"more than {TOLERANCE}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    main(sys.argv[1])
