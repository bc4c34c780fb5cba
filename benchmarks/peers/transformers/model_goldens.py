"""Makes small random models of every family and kind of rotary embedding that the decoder runs,
and what Hugging Face transformers computes with them: the expected values of GoldenModelsTest.

usage: model_goldens.py policy/src/test/resources/golden

`MODELS` become one file each, with config.json and values. Their weights are a function of seed,
name and index, which the test computes too. `STORED` are folders as transformers writes them:
sharded, in float32, bfloat16 and float16.
"""

import json
import pathlib
import shutil
import sys
import tempfile

import numpy
import torch
import transformers

GOLDEN_RATIO = 0x9E3779B97F4A7C15
MARGIN = 1e-3  # between the most probable token and the next, so that rounding decides nothing

SHAPE = dict(
    vocab_size=60,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=3,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
    rms_norm_eps=1e-6,
    bos_token_id=1,
    eos_token_id=2,
    hidden_act="silu",
)
QWEN = SHAPE | dict(bos_token_id=None)
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16)


def llama(**more):
    return SHAPE | dict(model_type="llama", head_dim=16) | more


# Configurations in the spelling of transformers 4; those in FIVE are written by transformers 5.
MODELS = {
    "llama2": llama(num_key_value_heads=4, tie_word_embeddings=False, rms_norm_eps=1e-5),
    "llama2-tied": llama(tie_word_embeddings=True),
    "llama-biased": llama(attention_bias=True),
    "llama3": llama(
        tie_word_embeddings=True,
        rope_theta=500000.0,
        max_position_embeddings=128,
        rope_scaling=dict(
            rope_type="llama3",
            factor=8.0,
            low_freq_factor=1.0,
            high_freq_factor=4.0,
            original_max_position_embeddings=16,
        ),
    ),
    "linear": llama(rope_scaling=dict(type="linear", factor=4.0)),
    "dynamic": llama(
        max_position_embeddings=24, rope_scaling=dict(type="dynamic", factor=2.0)
    ),
    "yarn": llama(rope_scaling=YARN),
    # as Qwen2.5's model cards say: the original length stays in max_position_embeddings
    "yarn-qwen2": QWEN
    | dict(
        model_type="qwen2",
        max_position_embeddings=16,
        rope_theta=1000000.0,
        rope_scaling=dict(type="yarn", factor=4.0, original_max_position_embeddings=16),
    ),
    "yarn-mscale": llama(rope_scaling=YARN | dict(mscale=0.7, mscale_all_dim=1.3)),
    "yarn-untruncated": llama(
        rope_scaling=YARN
        | dict(attention_factor=1.25, beta_fast=16.0, beta_slow=2.0, truncate=False)
    ),
    "mistral": SHAPE
    | dict(model_type="mistral", head_dim=8, sliding_window=7, tie_word_embeddings=False),
    "mistral-unwindowed": SHAPE | dict(model_type="mistral", head_dim=8, sliding_window=None),
    "qwen2": QWEN | dict(model_type="qwen2", tie_word_embeddings=True, rope_theta=1000000.0),
    "qwen2-windowed": QWEN
    | dict(
        model_type="qwen2", use_sliding_window=True, sliding_window=5, max_window_layers=1
    ),
    "qwen3": QWEN | dict(model_type="qwen3", head_dim=16, tie_word_embeddings=True),
    "qwen3-untied": QWEN
    | dict(model_type="qwen3", head_dim=16, tie_word_embeddings=False, rope_theta=1000000.0),
}
FIVE = {"llama3", "linear", "yarn", "yarn-mscale", "mistral", "qwen2-windowed", "qwen3"}

SMALL = SHAPE | dict(vocab_size=40, hidden_size=16, intermediate_size=24, num_hidden_layers=2)
STORED = {
    "float32": SMALL | dict(model_type="llama", head_dim=8, tie_word_embeddings=False),
    "bfloat16": SMALL | dict(model_type="qwen3", head_dim=8, tie_word_embeddings=True),
    "float16": SMALL | dict(model_type="mistral", head_dim=4, sliding_window=6),
}


def mixed(z):
    """The finalizer of SplitMix64."""
    z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return z ^ (z >> numpy.uint64(31))


def values(seed, name, count):
    """Uniform in mean +- 0.35; norms are about 1, all else about 0."""
    start = seed
    for byte in name.encode():
        start = ((start ^ byte) * 0x100000001B3) % 2**64
    with numpy.errstate(over="ignore"):
        index = numpy.arange(1, count + 1, dtype=numpy.uint64)
        bits = mixed(numpy.uint64(start) + index * numpy.uint64(GOLDEN_RATIO))
    uniform = (bits >> numpy.uint64(11)).astype(numpy.float64) * 2.0**-53
    mean = 1.0 if "norm" in name else 0.0
    return (mean + 0.35 * (2.0 * uniform - 1.0)).astype(numpy.float32)


def made(config, seed):
    model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():  # a tied head is not named again
            drawn = values(seed, name, parameter.numel())
            parameter.copy_(torch.from_numpy(drawn).view(parameter.shape))
    return model


def ids(seed, count, vocabulary):
    return [int(x) for x in numpy.random.RandomState(seed).randint(3, vocabulary, count)]


def rounded(tensor):
    return [round(x, 6) for x in tensor.tolist()]


def scored(model, tokens, prompt):
    """Logits at three places, and the log-probability of each token after the prompt."""
    with torch.no_grad():
        logits = model(torch.tensor([tokens]), use_cache=False).logits[0].float()
    at = sorted({0, len(tokens) // 2, len(tokens) - 1})
    logp = torch.log_softmax(logits, -1)
    return dict(
        ids=tokens,
        prompt=prompt,
        at=at,
        logits=[rounded(logits[i]) for i in at],
        logprobs=rounded(
            torch.stack([logp[i - 1, tokens[i]] for i in range(prompt, len(tokens))])
        ),
    )


def greedy(model, prompt, count):
    """What `generate` writes with its cache, and the log-probability of each token."""
    model.generation_config.eos_token_id = None  # nothing ends a text early
    settings = transformers.GenerationConfig(
        do_sample=False, max_new_tokens=count, pad_token_id=0
    )
    with torch.no_grad():
        out = model.generate(
            torch.tensor([prompt]),
            attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
            generation_config=settings,
            output_logits=True,
            return_dict_in_generate=True,
        )
    written = out.sequences[0, len(prompt) :].tolist()
    assert len(written) == count
    logits = torch.cat(out.logits).float()
    best = torch.topk(logits, 2, -1).values
    margin = (best[:, 0] - best[:, 1]).min().item()
    if margin < MARGIN:
        return None
    logp = torch.log_softmax(logits, -1)
    return dict(
        prompt=prompt,
        ids=written,
        logprobs=rounded(torch.stack([logp[i, token] for i, token in enumerate(written)])),
    )


def clear(model, first, length, count):
    """A text from the first prompt whose tokens are all chosen clearly."""
    for seed in range(first, first + 1000):
        found = greedy(model, ids(seed, length, model.config.vocab_size), count)
        if found:
            return found
    raise RuntimeError("no clear text")


def expected(fresh, name):
    """A model for each row: transformers' dynamic frequencies depend on what was computed before."""
    longest = 24 if name == "dynamic" else 40
    vocabulary = fresh().config.vocab_size
    rows = [
        scored(fresh(), ids(100 + n, n, vocabulary), prompt)
        for n, prompt in ((2, 1), (17, 6), (longest, longest - 15))
    ]
    texts = [clear(fresh(), 200 + n, n, 12) for n in (3, 9, 12 if longest == 24 else 20)]
    golden = dict(rows=rows, greedy=texts)
    if name == "dynamic":
        golden["beyond"] = [scored(fresh(), ids(300 + n, n, vocabulary), n - 1) for n in (25, 40)]
    return golden


def write(path, **content):
    lines = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in content.items())
    path.write_text("{\n" + lines + "\n}\n")


def main(folder):
    out = pathlib.Path(folder)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for seed, (name, given) in enumerate(MODELS.items(), 1):
        with tempfile.TemporaryDirectory() as scratch:
            pathlib.Path(scratch, "config.json").write_text(json.dumps(given))
            config = transformers.AutoConfig.from_pretrained(scratch)
            if name in FIVE:
                config.architectures = None
                config.save_pretrained(scratch)
            text = json.loads(pathlib.Path(scratch, "config.json").read_text())

            def fresh():
                return made(transformers.AutoConfig.from_pretrained(scratch), seed)

            write(out / f"{name}.json", seed=seed, config=text, **expected(fresh, name))
    for seed, (dtype, given) in enumerate(STORED.items(), 100):
        folder = out / dtype
        config = transformers.AutoConfig.for_model(**given)
        made(config, seed).to(getattr(torch, dtype)).save_pretrained(folder, max_shard_size="6KB")
        (folder / "generation_config.json").unlink()
        (folder / "tokenizer.json").write_text("{}\n")

        def fresh():
            return transformers.AutoModelForCausalLM.from_pretrained(
                folder, dtype=torch.float32
            ).eval()

        write(folder / "expected.json", **expected(fresh, dtype))
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"{len(MODELS) + len(STORED)} models, {size} bytes, transformers {transformers.__version__}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    main(sys.argv[1])
