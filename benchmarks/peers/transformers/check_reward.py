"""Scores texts with a reward model in Hugging Face transformers, one by one and in one padded batch,
and compares with this project's scores.

usage: check_reward.py FOLDER SCORES.json    (SCORES.json is what ScoredTexts wrote)
"""

import json
import pathlib
import sys

import torch
import transformers

TOLERANCE = 1e-4


def main(folder, file):
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(
        folder, dtype=torch.float32
    ).eval()
    rows = json.loads(pathlib.Path(file).read_text())
    for row in rows:
        turns = [
            {"role": "user", "content": row["question"]},
            {"role": "assistant", "content": row["answer"]},
        ]
        if tokenizer.chat_template:
            ids = tokenizer.apply_chat_template(turns, return_dict=False)
            while ids[-1] != tokenizer.eos_token_id:
                ids.pop()
            if ids != row["ids"]:
                sys.exit(f"other ids for {turns}: {ids}, not {row['ids']}")
    width = max(len(row["ids"]) for row in rows)
    pad = model.config.pad_token_id
    batch = torch.tensor([row["ids"] + [pad] * (width - len(row["ids"])) for row in rows])
    mask = torch.tensor([[1] * len(row["ids"]) + [0] * (width - len(row["ids"])) for row in rows])
    ours = torch.tensor([row["score"] for row in rows])
    with torch.no_grad():
        alone = torch.cat([model(torch.tensor([row["ids"]])).logits[0] for row in rows])
        together = model(batch, attention_mask=mask).logits[:, 0]
    worst = max((alone - ours).abs().max().item(), (together - ours).abs().max().item())
    print(
        f"{folder}: {type(model).__name__}, {len(rows)} texts with scores from "
        f"{ours.min():.3f} to {ours.max():.3f}, largest difference {worst:.1e} "
        f"(transformers {transformers.__version__}, torch {torch.__version__})"
    )
    if not worst <= TOLERANCE:
        sys.exit(f"more than {TOLERANCE}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    main(*sys.argv[1:])
