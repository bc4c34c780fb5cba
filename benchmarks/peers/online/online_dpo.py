"""TRL's OnlineDPOTrainer with the quickstart's model, prompts, rates and judge.

    online_dpo.py SEED OUT STEPS

Leaves a folder OUT/version-NNNNNN every two steps, as the quickstart publishes a version.
"""
import json
import os
import pathlib
import re
import sys

os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import torch  # noqa: E402
from datasets import Dataset  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback  # noqa: E402
from trl.experimental.online_dpo import OnlineDPOConfig, OnlineDPOTrainer  # noqa: E402

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
SAID = re.compile(r"(?i)\banswer(?:\s+is|\s*[:=])")
TINY = pathlib.Path(__file__).resolve().parents[3] / "pipeline/src/main/resources/tiny"
PUBLISH_STEPS = 2


def is_right(text, answer):
    """The judge's rule, as far as this model's answers need it."""
    if NUMBER.fullmatch(answer):
        said = list(SAID.finditer(text))
        after = NUMBER.search(text, said[-1].end()) if said else None
        numbers = NUMBER.findall(text)
        return (after.group() if after else numbers[-1] if numbers else None) == answer
    return f" {words(answer)} " in f" {words(text)} "


def words(text):
    return " ".join(re.findall(r"\w+", text.lower()))


def reward(completions, reference_answer, **_):
    """The judge's order: right before wrong, and of two right ones the shorter."""
    texts = [completion[0]["content"] for completion in completions]
    return [1000.0 - len(t.strip()) if is_right(t, a) else 0.0 for t, a in zip(texts, reference_answer)]


class Published(TrainerCallback):
    def __init__(self, out, tokenizer):
        self.out, self.tokenizer = out, tokenizer

    def on_step_end(self, args, state, control, model=None, **_):
        if state.global_step % PUBLISH_STEPS == 0:
            version = self.out / f"version-{state.global_step // PUBLISH_STEPS:06d}"
            hidden = self.out / ".unfinished"
            model.save_pretrained(hidden)
            self.tokenizer.save_pretrained(hidden)
            hidden.rename(version)


seed, out, steps = int(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
out.mkdir(parents=True)
torch.set_num_threads(int(os.environ.get("THREADS", os.cpu_count())))
rows = [json.loads(line) for line in (TINY / "prompts.jsonl").read_text().splitlines()]
data = Dataset.from_list([{"prompt": row["prompt"], "reference_answer": row["reference_answer"]} for row in rows])
tokenizer = AutoTokenizer.from_pretrained(TINY / "model", padding_side="left")
config = OnlineDPOConfig(
    output_dir=str(out / ".trainer"),
    seed=seed,
    use_cpu=True,
    bf16=False,
    gradient_checkpointing=False,
    max_steps=steps,
    per_device_train_batch_size=32,
    learning_rate=2e-4,
    lr_scheduler_type="constant_with_warmup",
    warmup_steps=10,
    weight_decay=0.0,
    max_grad_norm=1.0,
    beta=0.3,
    temperature=1.0,
    max_new_tokens=32,
    max_length=96,
    save_strategy="no",
    report_to=[],
    logging_steps=1000,
    disable_tqdm=True,
)
trainer = OnlineDPOTrainer(
    model=AutoModelForCausalLM.from_pretrained(TINY / "model", dtype=torch.float32),
    ref_model=AutoModelForCausalLM.from_pretrained(TINY / "model", dtype=torch.float32),
    reward_funcs=reward,
    args=config,
    train_dataset=data,
    processing_class=tokenizer,
    callbacks=[Published(out, tokenizer)],
)
trainer.train()
