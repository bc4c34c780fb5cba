"""Reads an offline run's folder with TensorBoard, transformers and PEFT.

usage: check_run.py RUN_FOLDER MODEL_FOLDER    (a run with adapters on that model)
"""

import importlib.metadata
import json
import math
import pathlib
import sys

import peft
import torch
import transformers
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

TOLERANCE = 1e-4
NOT_SHOWN = {"step", "pairs", "skipped", "applied"}


def check_events(run):
    """Every number of steps.jsonl is in the event files, as float32."""
    events = EventAccumulator(str(run / "tensorboard"), size_guidance={"scalars": 0})
    events.Reload()
    shown = {
        (tag, event.step): event.value
        for tag in events.Tags()["scalars"]
        for event in events.Scalars(tag)
    }
    compared = 0
    for line in (run / "steps.jsonl").read_text().splitlines():
        row = json.loads(line)
        for name, value in row.items():
            if name in NOT_SHOWN or value is None:
                continue
            seen = shown.get((name, row["step"]), math.nan)
            if not abs(seen - value) <= 1e-6 * max(1, abs(value)):
                sys.exit(f"step {row['step']}: {name} is {value}, TensorBoard shows {seen}")
            compared += 1
    version = importlib.metadata.version("tensorboard")
    print(f"TensorBoard {version}: {compared} values of {len(events.Tags()['scalars'])} scalars")
    print("  " + ", ".join(sorted(events.Tags()["scalars"])))


def check_adapter(run, model):
    """Model and adapter give what the merged weights give, and not what the model gives."""
    base = transformers.AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    merged = transformers.AutoModelForCausalLM.from_pretrained(
        run / "policy", dtype=torch.float32
    )
    ids = torch.arange(3, 35).reshape(2, 16) % base.config.vocab_size
    with torch.no_grad():
        before = base(ids).logits
        after = merged(ids).logits
        adapted = peft.PeftModel.from_pretrained(base, run / "policy" / "adapter")(ids).logits
    worst = (adapted - after).abs().max().item()
    moved = (after - before).abs().max().item()
    print(
        f"PEFT {peft.__version__}, transformers {transformers.__version__}: largest difference of a "
        f"logit {worst:.1e} between adapter and merged weights; training moved one by {moved:.1e}"
    )
    if not worst <= TOLERANCE < moved:
        sys.exit(f"more than {TOLERANCE}, or nothing was trained")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    check_events(pathlib.Path(sys.argv[1]))
    check_adapter(pathlib.Path(sys.argv[1]), sys.argv[2])
