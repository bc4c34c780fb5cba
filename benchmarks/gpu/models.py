"""Random models of published shapes; nothing is downloaded."""

import torch
import transformers

QWEN3 = dict(head_dim=128, rms_norm_eps=1e-6, rope_theta=1000000.0, max_position_embeddings=40960)
SHAPES = {
    "qwen3-0.6b": (
        transformers.Qwen3Config,
        dict(
            vocab_size=151936,
            hidden_size=1024,
            intermediate_size=3072,
            num_hidden_layers=28,
            num_attention_heads=16,
            num_key_value_heads=8,
            tie_word_embeddings=True,
            **QWEN3,
        ),
    ),
    "qwen2.5-7b": (
        transformers.Qwen2Config,
        dict(
            vocab_size=152064,
            hidden_size=3584,
            intermediate_size=18944,
            num_hidden_layers=28,
            num_attention_heads=28,
            num_key_value_heads=4,
            max_position_embeddings=32768,
            rope_theta=1000000.0,
            rms_norm_eps=1e-6,
            tie_word_embeddings=False,
        ),
    ),
    # for a trial of the script on a CPU
    "small": (
        transformers.Qwen3Config,
        dict(
            vocab_size=2000,
            hidden_size=128,
            intermediate_size=256,
            num_hidden_layers=4,
            num_attention_heads=4,
            num_key_value_heads=2,
            tie_word_embeddings=True,
            **(QWEN3 | dict(head_dim=32)),
        ),
    ),
}


def make(shape, device, dtype=torch.float32, seed=1):
    """A model with transformers' own random weights, which its configuration scales."""
    config_class, sizes = SHAPES[shape]
    torch.manual_seed(seed)
    config = config_class(bos_token_id=None, eos_token_id=1, pad_token_id=0, **sizes)
    with torch.device(device):
        model = transformers.AutoModelForCausalLM.from_config(config, dtype=dtype)
    return model.eval()


def parameters(model):
    return sum(p.numel() for p in model.parameters())
