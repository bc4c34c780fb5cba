"""Answers the lines of side_by_side.py with llama.cpp, one prompt after the other: MODEL THREADS.

The folder's weights are written as float32 GGUF beside a throwaway vocabulary, since only ids are
used. Needs llama-cpp-python and gguf.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import gguf
import numpy as np
import torch
from llama_cpp import Llama
from safetensors.torch import load_file

NAMES = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
}


def written(folder, out):
    config = json.loads((folder / "config.json").read_text())
    heads, kv = config["num_attention_heads"], config["num_key_value_heads"]
    file = gguf.GGUFWriter(out, "llama")
    file.add_context_length(config["max_position_embeddings"])
    file.add_embedding_length(config["hidden_size"])
    file.add_block_count(config["num_hidden_layers"])
    file.add_feed_forward_length(config["intermediate_size"])
    file.add_head_count(heads)
    file.add_head_count_kv(kv)
    file.add_rope_dimension_count(config["hidden_size"] // heads)
    file.add_layer_norm_rms_eps(config["rms_norm_eps"])
    file.add_vocab_size(config["vocab_size"])
    file.add_tokenizer_model("llama")
    words = ["<unk>", "<s>", "</s>"] + [f"w{i}" for i in range(3, config["vocab_size"])]
    file.add_token_list(words)
    file.add_token_scores([0.0] * len(words))
    file.add_token_types([2, 3, 3] + [1] * (len(words) - 3))
    for name, tensor in load_file(folder / "model.safetensors").items():
        values = tensor.float()
        part = name.removeprefix("model.").removesuffix(".weight").split(".", 2)
        if part[0] == "embed_tokens":
            target = "token_embd"
        elif part[0] == "norm":
            target = "output_norm"
        elif part[0] == "layers":
            target = f"blk.{part[1]}.{NAMES[part[2]]}"
            count = {"attn_q": heads, "attn_k": kv}.get(NAMES[part[2]])
            if count:  # llama.cpp rotates neighbours
                size = values.shape[0] // count // 2
                values = values.reshape(count, 2, size, -1).transpose(1, 2).reshape(values.shape)
        else:
            continue
        file.add_tensor(target + ".weight", np.ascontiguousarray(values.numpy()))
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()


torch.set_num_threads(1)
path = Path(tempfile.mkdtemp()) / "model.gguf"
written(Path(sys.argv[1]), path)
threads = int(sys.argv[2])
llama = Llama(str(path), n_ctx=512, n_threads=threads, n_threads_batch=threads, verbose=False)
print('{"ready": true}', flush=True)
for line in sys.stdin:
    task = json.loads(line)
    begun, tokens = time.perf_counter(), 0
    for prompt in task["prompts"]:
        llama.reset()
        for _ in llama.generate(prompt, temp=1.0, top_k=0, top_p=1.0, min_p=0.0, repeat_penalty=1.0):
            tokens += 1
            if tokens % task["new_tokens"] == 0:
                break
    print(json.dumps({"seconds": time.perf_counter() - begun, "tokens": tokens}), flush=True)
