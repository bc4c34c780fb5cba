"""Answers the lines of side_by_side.py with `generate` of transformers: MODEL THREADS."""

import json
import sys
import time

import torch
from transformers import AutoModelForCausalLM

torch.set_num_threads(int(sys.argv[2]))
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32)
model.generation_config.eos_token_id = None
print('{"ready": true}', flush=True)
for line in sys.stdin:
    task = json.loads(line)
    prompts, new = task["prompts"], task["new_tokens"]
    width = max(map(len, prompts))
    ids = torch.tensor([[0] * (width - len(p)) + p for p in prompts])
    seen = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts])
    begun = time.perf_counter()
    with torch.no_grad():
        out = model.generate(
            input_ids=ids, attention_mask=seen, do_sample=True, temperature=1.0, top_k=0, top_p=1.0,
            min_new_tokens=new, max_new_tokens=new, pad_token_id=0)
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "tokens": (out.shape[1] - width) * len(prompts)}), flush=True)
