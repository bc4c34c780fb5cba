"""Trains a tiny random Llama with TRL's DPOTrainer and writes every step's numbers.

The model, the pairs and the numbers go to trainer/src/test/resources/trl, where TrlParityTest trains
on the same with this project's learner and compares. Run through ./run.sh.
"""

import json
import os
import random
import sys
from pathlib import Path

import torch
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from torch.utils.data import SequentialSampler
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import DPOConfig, DPOTrainer

VOCAB = 64
STEPS = 50
PAIRS_A_STEP = 4
METRICS = [
    "grad_norm",
    "rewards/chosen",
    "rewards/rejected",
    "rewards/accuracies",
    "rewards/margins",
    "logps/chosen",
    "logps/rejected",
]
# name: loss types, loss weights, label smoothing
LOSSES = {
    "sigmoid": (["sigmoid"], None, 0.0),
    "ipo": (["ipo"], None, 0.0),
    "hinge": (["hinge"], None, 0.0),
    "robust": (["robust"], None, 0.1),
    "exo_pair": (["exo_pair"], None, 0.01),
    "nca_pair": (["nca_pair"], None, 0.0),
    "apo_zero": (["apo_zero"], None, 0.0),
    "sigmoid_norm": (["sigmoid_norm"], None, 0.0),
    "discopop": (["discopop"], None, 0.0),
    "sigmoid+nca_pair": (["sigmoid", "nca_pair"], [0.8, 0.2], 0.0),
}


class Recorder(DPOTrainer):
    """TRL's trainer, given token ids in the file's order, its numbers kept before they are rounded."""

    def __init__(self, *args, **kwargs):
        self.rows = []
        self.losses = []
        super().__init__(*args, **kwargs)

    def _prepare_dataset(self, dataset, *args, **kwargs):
        return dataset

    def _get_train_sampler(self, dataset=None):
        return SequentialSampler(self.train_dataset)

    def compute_loss(self, *args, **kwargs):
        loss = super().compute_loss(*args, **kwargs)
        self.losses.append(loss.item())
        return loss

    def log(self, logs, *args, **kwargs):
        super().log(logs, *args, **kwargs)
        if "grad_norm" in logs:
            row = {"loss": sum(self.losses) / len(self.losses)}
            row.update({name: float(logs[name]) for name in METRICS})
            self.rows.append(row)
            self.losses = []


def write_model(folder):
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=VOCAB,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=64,
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
        initializer_range=0.3,
    )
    LlamaForCausalLM(config).float().save_pretrained(folder)
    words = {"<unk>": 0, "<s>": 1, "</s>": 2, **{f"w{i}": i for i in range(3, VOCAB)}}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="<unk>"
    ).save_pretrained(folder)
    for extra in ("tokenizer_config.json", "special_tokens_map.json", "generation_config.json"):
        (folder / extra).unlink(missing_ok=True)


def write_pairs(file):
    draw = random.Random(1)

    def ids(least, most):
        return [draw.randrange(3, VOCAB) for _ in range(draw.randint(least, most))]

    rows = [
        {"prompt_ids": ids(1, 12), "chosen_ids": ids(1, 16), "rejected_ids": ids(1, 16)}
        for _ in range(STEPS * PAIRS_A_STEP)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return rows


def train(folder, rows, name, accumulation):
    types, weights, smoothing = LOSSES[name]
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"),
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<unk>",
    )
    trainer = Recorder(
        model=LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32),
        processing_class=tokenizer,
        train_dataset=Dataset.from_list(rows),
        args=DPOConfig(
            output_dir=os.environ.get("TMPDIR", "/tmp") + "/trl-goldens",
            per_device_train_batch_size=PAIRS_A_STEP // accumulation,
            gradient_accumulation_steps=accumulation,
            learning_rate=5e-5,
            lr_scheduler_type="constant",
            weight_decay=0.01,
            max_grad_norm=1.0,
            optim="adamw_torch",
            num_train_epochs=1,
            max_length=None,
            beta=0.1,
            loss_type=types,
            loss_weights=weights,
            label_smoothing=smoothing,
            logging_steps=1,
            save_strategy="no",
            report_to=[],
            bf16=False,
            gradient_checkpointing=False,
            use_cpu=True,
            disable_tqdm=True,
        ),
    )
    trainer.train()
    return trainer.rows


def main(out):
    torch.set_num_threads(1)
    model = out / "model"
    model.mkdir(parents=True, exist_ok=True)
    write_model(model)
    rows = write_pairs(out / "pairs.jsonl")
    for name in LOSSES:
        for accumulation in (1, PAIRS_A_STEP):
            steps = train(model, rows, name, accumulation)
            assert len(steps) == STEPS, len(steps)
            lines = [",".join(["loss", *METRICS])]
            lines += [",".join(f"{row[c]:.9g}" for c in ["loss", *METRICS]) for row in steps]
            (out / f"{name}.{accumulation}.csv").write_text("\n".join(lines) + "\n")
            print(name, accumulation, "last loss", steps[-1]["loss"], flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
