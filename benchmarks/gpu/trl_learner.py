"""The same steps with TRL's DPOTrainer, one batch a call."""

import copy
import os
import tempfile

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from torch.utils.data import SequentialSampler
from transformers import PreTrainedTokenizerFast, PrinterCallback, TrainerCallback
from trl import DPOConfig, DPOTrainer

from program import MODULES
from timing import now


class InOrder(DPOTrainer):
    """Takes token ids as they are, in their order."""

    def _prepare_dataset(self, dataset, *args, **kwargs):
        return dataset

    def _get_train_sampler(self, dataset=None):
        return SequentialSampler(self.train_dataset)


class Clock(TrainerCallback):
    def __init__(self, device):
        self.device = device
        self.begun = 0.0
        self.seconds = []

    def on_step_begin(self, *args, **kwargs):
        self.begun = now(self.device)

    def on_step_end(self, *args, **kwargs):
        self.seconds.append(now(self.device) - self.begun)


def tokenizer(vocabulary):
    words = {"<pad>": 0, "</s>": 1, **{f"w{i}": i for i in range(2, vocabulary)}}
    words = Tokenizer(models.WordLevel(words, unk_token="<pad>"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=words, eos_token="</s>", pad_token="<pad>")


def start_from(model, adapters):
    """Overwrites PEFT's random A with ours; B is zero on both sides."""
    parameters = dict(model.named_parameters())
    for place in range(0, len(adapters), 2):
        layer, module = divmod(place // 2, len(MODULES))
        part = "self_attn" if MODULES[module][0] in "qkvo" else "mlp"
        name = f"base_model.model.model.layers.{layer}.{part}.{MODULES[module]}.lora_A.default.weight"
        with torch.no_grad():
            parameters[name].copy_(adapters[place])


def steps(model, batches, dtype, device, adapters, rate, checkpointing):
    """Seconds, losses and gradient norms of the steps. The model is trained in place."""
    rank = adapters[0].shape[0] if adapters else 0
    rows = [
        dict(prompt_ids=p, chosen_ids=c, rejected_ids=r) for batch in batches for p, c, r in batch
    ]
    peft = None
    if rank:
        from peft import LoraConfig

        peft = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear")
    clock = Clock(device)
    with tempfile.TemporaryDirectory() as scratch:
        trainer = InOrder(
            model=model,
            ref_model=None if rank else copy.deepcopy(model),  # with adapters: the model without
            processing_class=tokenizer(model.config.vocab_size),
            train_dataset=Dataset.from_list(rows),
            peft_config=peft,
            callbacks=[clock],
            args=DPOConfig(
                output_dir=scratch,
                per_device_train_batch_size=len(batches[0]),
                learning_rate=rate,
                lr_scheduler_type="constant",
                weight_decay=0.0,
                max_grad_norm=1.0,
                optim="adamw_torch_fused",
                num_train_epochs=1,
                max_length=None,
                beta=0.1,
                logging_steps=1,
                save_strategy="no",
                report_to=[],
                bf16=dtype == "bfloat16",
                gradient_checkpointing=checkpointing,
                use_cpu=device == "cpu",
                disable_tqdm=True,
            ),
        )
        trainer.remove_callback(PrinterCallback)
        start_from(trainer.model, adapters)
        trainer.train()
    history = [row for row in trainer.state.log_history if "grad_norm" in row]
    return clock.seconds, [float(r["loss"]) for r in history], [float(r["grad_norm"]) for r in history]
