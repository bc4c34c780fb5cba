"""Trains a tiny random Llama with TRL's DPOTrainer and writes every step's numbers.

The model, the pairs and the numbers go to trainer/src/test/resources/trl, where TrlParityTest trains
on the same with this project's learner and compares. Run through ./run.sh; `goldens.py OUT lora`
makes the numbers of the adapters alone, from a model and pairs that are there.
"""

import json
import math
import os
import random
import sys
from pathlib import Path

import torch
from datasets import Dataset
from peft import LoraConfig, PeftModel, get_peft_model
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
    "lora": (["sigmoid"], None, 0.0),
    "lora-pattern": (["ipo"], None, 0.0),
    "lora-start": (["sigmoid"], None, 0.0),
    "lora-rank-stabilized": (["sigmoid"], None, 0.0),
}
# rank, alpha, target modules, rank-stabilized; the last two start from an adapter that has learned.
ADAPTERS = {
    "lora": (4, 16, "all-linear", False),
    "lora-pattern": (3, 6, r".*layers\.1\.(mlp\..*_proj|self_attn\.o_proj)", False),
    "lora-start": (2, 8, ["q_proj", "v_proj", "down_proj"], False),
    "lora-rank-stabilized": (4, 4, ["k_proj", "up_proj"], True),
}
SEED = 42


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


class JavaRandom:
    """java.util.Random, with which the learner draws the A of a new adapter."""

    def __init__(self, seed):
        self.state = (seed ^ 0x5DEECE66D) & ((1 << 48) - 1)

    def bits(self, count):
        self.state = (self.state * 0x5DEECE66D + 0xB) & ((1 << 48) - 1)
        return self.state >> (48 - count)

    def double(self):
        return ((self.bits(26) << 27) + self.bits(27)) * 2.0**-53


def draw_adapter(model):
    """Overwrites a new adapter's A with this project's first values; PEFT's B is 0 already."""
    order = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    found = {}
    for name, value in model.named_parameters():
        if ".lora_A." in name:
            parts = name.split(".")
            layer = int(parts[parts.index("layers") + 1])
            module = next(part for part in parts if part in order)
            found[layer, order.index(module)] = value
    draw = JavaRandom(SEED)
    for key in sorted(found):
        value = found[key]
        bound = 1 / math.sqrt(value.shape[1])
        drawn = [bound * (2 * draw.double() - 1) for _ in range(value.numel())]
        value.data.copy_(torch.tensor(drawn, dtype=torch.float64).view_as(value))


def lora_config(name):
    rank, alpha, modules, stabilized = ADAPTERS[name]
    return LoraConfig(
        r=rank,
        lora_alpha=alpha,
        target_modules=modules,
        use_rslora=stabilized,
        task_type="CAUSAL_LM",
    )


def write_adapter(name, model, folder):
    """Saves an adapter as if it had learned something, in PEFT's own files."""
    torch.manual_seed(len(name))
    adapted = get_peft_model(LlamaForCausalLM.from_pretrained(model), lora_config(name))
    for parameter_name, value in adapted.named_parameters():
        if ".lora_B." in parameter_name:
            torch.nn.init.normal_(value, std=0.1)
    adapted.save_pretrained(folder)
    (folder / "README.md").unlink()
    file = folder / "adapter_config.json"
    config = json.loads(file.read_text())
    config["base_model_name_or_path"] = "../" + model.name
    config["target_modules"] = sorted(config["target_modules"])
    file.write_text(json.dumps(config, indent=2) + "\n")


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
    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
    start = folder.parent / name
    if start.is_dir():
        model = PeftModel.from_pretrained(model, start, is_trainable=True)
    new = name in ADAPTERS and not start.is_dir()
    trainer = Recorder(
        model=model,
        peft_config=lora_config(name) if new else None,
        processing_class=tokenizer,
        train_dataset=Dataset.from_list(rows),
        args=DPOConfig(
            output_dir=os.environ.get("TMPDIR", "/tmp") + "/trl-goldens",
            per_device_train_batch_size=PAIRS_A_STEP // accumulation,
            gradient_accumulation_steps=accumulation,
            learning_rate=5e-3 if name in ADAPTERS else 5e-5,
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
    if new:
        draw_adapter(trainer.model)
    trainer.train()
    return trainer.rows


def main(out, only):
    torch.set_num_threads(1)
    model = out / "model"
    if only:
        rows = [json.loads(line) for line in (out / "pairs.jsonl").read_text().splitlines()]
    else:
        model.mkdir(parents=True, exist_ok=True)
        write_model(model)
        rows = write_pairs(out / "pairs.jsonl")
    for name in ("lora-start", "lora-rank-stabilized"):
        write_adapter(name, model, out / name)
    for name in LOSSES:
        for accumulation in (1, PAIRS_A_STEP):
            if not name.startswith(only) or (name in ADAPTERS and name != "lora" and accumulation > 1):
                continue
            steps = train(model, rows, name, accumulation)
            assert len(steps) == STEPS, len(steps)
            lines = [",".join(["loss", *METRICS])]
            lines += [",".join(f"{row[c]:.9g}" for c in ["loss", *METRICS]) for row in steps]
            (out / f"{name}.{accumulation}.csv").write_text("\n".join(lines) + "\n")
            print(name, accumulation, "last loss", steps[-1]["loss"], flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), "".join(sys.argv[2:]))
