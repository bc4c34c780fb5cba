"""Takes one step of TRL's DPOTrainer for each line on standard input; answers as TrainingSteps does.

trl_steps.py MODEL PAIRS SIZE THREADS FOLDER default|best: TRL's defaults but for float32 on the CPU,
or without gradient checkpointing and with the reference's log-probabilities computed beforehand.
"""

import json
import os
import sys
import time

import torch
from datasets import Dataset
from torch.utils.data import SequentialSampler
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import DPOConfig, DPOTrainer

ANSWERS = sys.stdout
sys.stdout = sys.stderr


class Steps(DPOTrainer):
    """Given token ids in the file's order."""

    def _prepare_dataset(self, dataset, *args, **kwargs):
        return dataset

    def _get_train_sampler(self, dataset=None):
        return SequentialSampler(self.train_dataset)

    def compute_loss(self, *args, **kwargs):
        loss = super().compute_loss(*args, **kwargs)
        self.last_loss = loss.item()
        return loss


class Turns(TrainerCallback):
    def __init__(self, pairs):
        self.pairs = pairs
        self.began = time.perf_counter()

    def answer(self, **values):
        print(json.dumps(values), file=ANSWERS, flush=True)

    def on_step_begin(self, args, state, control, **kwargs):
        if state.global_step == 0:
            self.reference = (time.perf_counter() - self.began) / self.pairs
            self.answer(ready=True)
        if not sys.stdin.readline():
            os._exit(0)
        self.start = time.perf_counter()

    def on_step_end(self, args, state, control, **kwargs):
        self.seconds = time.perf_counter() - self.start

    def on_log(self, args, state, control, logs=None, **kwargs):
        if "grad_norm" in logs:
            reference = self.reference * args.per_device_train_batch_size
            self.answer(
                seconds=self.seconds,
                reference_seconds=reference if args.precompute_ref_log_probs else 0.0,
                loss=self.trainer.last_loss,
                grad_norm=float(logs["grad_norm"]),
            )


def main(model, file, size, threads, folder, kind):
    torch.set_num_threads(int(threads))
    rows = [json.loads(line) for line in open(file, encoding="utf-8")]
    best = {"gradient_checkpointing": False, "precompute_ref_log_probs": True}
    turns = Turns(len(rows))
    turns.trainer = Steps(
        model=AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32),
        processing_class=AutoTokenizer.from_pretrained(model),
        train_dataset=Dataset.from_list(rows),
        callbacks=[turns],
        args=DPOConfig(
            output_dir=folder + "/trl-" + kind,
            per_device_train_batch_size=int(size),
            learning_rate=1e-6,
            lr_scheduler_type="constant",
            max_length=None,
            num_train_epochs=1,
            logging_steps=1,
            save_strategy="no",
            report_to=[],
            bf16=False,
            use_cpu=True,
            disable_tqdm=True,
            **(best if kind == "best" else {}),
        ),
    )
    turns.began = time.perf_counter()
    turns.trainer.train()


if __name__ == "__main__":
    main(*sys.argv[1:])
