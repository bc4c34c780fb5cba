"""Encodes preference rows with TRL's DPOTrainer and writes the token ids.

Four tokenizers are trained on a few sentences of our own. Their folders, and golden.jsonl with the
rows and TRL's ids or its refusal, go to pipeline/src/test/resources/answers, where TrlAnswersTest
reads the same rows. Run through ./answers.sh.
"""

import json
import random
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

from datasets import IterableDataset
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer
from trl import DPOTrainer

CORPUS = [
    "The sky is blue and the grass is green.",
    "A turn of the conversation ends here, and the next one begins.",
    "What is the weather in Paris? It is sunny, about 22 degrees.",
    "def add(a, b):\n    return a + b\n",
    "Question: how many legs has a spider?\nAnswer: eight legs.",
    "Hello, how are you today? I am fine, thank you. And you?",
    "one two three four five six seven eight nine ten",
    "red green blue yellow black white orange",
] * 4
QWEN_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CHATML = """
{%- if tools %}
    {{- '<|im_start|>system\\nTools:' }}
    {%- for tool in tools %}
        {{- '\\n' + (tool | tojson) }}
    {%- endfor %}
    {{- '<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' }}
    {%- if message.reasoning_content %}
        {{- '<think>' + message.reasoning_content + '</think>' }}
    {%- endif %}
    {%- if message.content %}
        {{- message.content }}
    {%- endif %}
    {%- for call in message.tool_calls or [] %}
        {{- '<tool_call>' + call.function.name + ' ' + (call.function.arguments | tojson) + '</tool_call>' }}
    {%- endfor %}
    {{- '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and not enable_thinking %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}
"""
INSTRUCT = """
{{- bos_token }}
{%- for message in messages %}
    {%- if message.role == 'user' %}
        {{- '[INST] ' + message.content + ' [/INST]' }}
    {%- elif message.role == 'assistant' %}
        {{- message.content + eos_token }}
    {%- else %}
        {{- raise_exception('only user and assistant turns') }}
    {%- endif %}
{%- endfor %}
"""
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Weather of a city",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }
]


def byte_level():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(QWEN_SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.train_from_iterator(
        CORPUS,
        trainers.BpeTrainer(
            vocab_size=420,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
            show_progress=False,
        ),
    )
    return tokenizer


def sentence_piece():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=True)
    control = ["<unk>", "<s>", "</s>"]
    tokenizer.train_from_iterator(
        CORPUS,
        trainers.BpeTrainer(
            vocab_size=520,
            special_tokens=control + [f"<0x{byte:02X}>" for byte in range(256)],
            show_progress=False,
        ),
    )
    content = json.loads(tokenizer.to_str())
    content["added_tokens"] = content["added_tokens"][: len(control)]
    content["pre_tokenizer"] = None
    tokenizer = Tokenizer.from_str(json.dumps(content))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")]
    )
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return tokenizer


def write(folder, tokenizer, model_type, config):
    folder.mkdir(parents=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "config.json").write_text(json.dumps({"model_type": model_type}) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")


def write_tokenizers(out):
    write(
        out / "bytes",
        byte_level(),
        "qwen2",
        {
            "tokenizer_class": "Qwen2Tokenizer",
            "eos_token": "<|im_end|>",
            "pad_token": "<|endoftext|>",
            "chat_template": CHATML,
        },
    )
    pieces = sentence_piece()
    control = {
        "tokenizer_class": "LlamaTokenizer",
        "bos_token": "<s>",
        "eos_token": "</s>",
        "unk_token": "<unk>",
        "legacy": False,
        "chat_template": INSTRUCT,
    }
    special = [("<s>", 1), ("</s>", 2)]
    pieces.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=special
    )
    write(out / "pieces", pieces, "mistral", control)
    write(out / "llama-class", pieces, "llama", control)
    pieces.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> <s> $B </s>", special_tokens=special
    )
    write(out / "adds-eos", pieces, "mistral", control)
    without = dict(control)
    del without["eos_token"]
    write(out / "no-eos", pieces, "mistral", without)


def user(text):
    return {"role": "user", "content": text}


def assistant(text, **more):
    return {"role": "assistant", "content": text, **more}


def written_rows():
    """One row or more of every kind that went wrong before."""
    call = [{"type": "function", "function": {"name": "get_weather", "arguments": {"city": "Paris"}}}]
    hello = [user("Hi"), assistant("Hello.")]
    yield {  # several turns
        "prompt": [user("Hi")],
        "chosen": [assistant("Hello."), user("2 + 2?"), assistant("4.")],
        "rejected": [assistant("Hello."), user("2 + 2?"), assistant("5.")],
    }
    yield {
        "chosen": hello + [user("2 + 2?"), assistant("4.")],
        "rejected": [user("Hi"), assistant("Go away."), user("2 + 2?"), assistant("5.")],
    }
    yield {"prompt": hello + [user("2 + 2?")], "chosen": [assistant("4.")], "rejected": [assistant("5.")]}
    for end in ["<|im_end|>", "</s>", "<s>", "<|endoftext|>"]:  # end tokens spelled in text
        yield {"prompt": "Q: how? A:", "chosen": f" It ends with {end} and more.", "rejected": " Not known."}
        yield {"prompt": "Q: how? A:", "chosen": f" yes{end}", "rejected": f"{end} no"}
        yield {
            "prompt": [user(f"What is {end} for?")],
            "chosen": [assistant(f"The token {end} ends a turn.")],
            "rejected": [assistant("Nothing.")],
        }
    for prompt, chosen, rejected in [  # what stands at the boundary
        ("The sky is", " blue.", " green."),
        ("The sky is ", "blue.", "green."),
        ("def f(x):\n", "return x", "pass"),
        ("Answer: ", "yes", "no"),
        ("Question:\n\n", "\n\nyes", "\nno"),
        ("colo", "rs are red", "r is green"),
        ("The gre", "en grass", "y grass"),
        ("1", "0 legs", "2 legs"),
        ("\u00e9", "\u0301a", "b"),
        (" The sky", " is", " was"),
    ]:
        yield {"prompt": prompt, "chosen": chosen, "rejected": rejected}
    yield {"prompt": "cafe", "chosen": " caf\u00e9", "rejected": " cafe\u0301"}  # equal once normalized
    yield {"prompt": "x", "chosen": " same", "rejected": " same"}
    yield {"prompt": "Emoji \ud83d here", "chosen": " ok \udc00", "rejected": " no"}
    yield {"prompt": "Emoji \U0001f600", "chosen": " \U0001f601", "rejected": " \U0001f602"}
    for thinking in [True, False]:
        yield {
            "prompt": [user("2 + 2?")],
            "chosen": [assistant("4.")],
            "rejected": [assistant("5.")],
            "chat_template_kwargs": {"enable_thinking": thinking},
        }
    for tools in [TOOLS, json.dumps(TOOLS)]:
        yield {
            "prompt": [user("Weather in Paris?")],
            "chosen": [assistant("It is sunny.")],
            "rejected": [assistant("No idea.")],
            "tools": tools,
        }
    for content in ["", None]:
        yield {
            "prompt": [user("Weather in Paris?")],
            "chosen": [
                assistant(content, tool_calls=call),
                {"role": "tool", "name": "get_weather", "content": "22"},
                assistant("22 degrees."),
            ],
            "rejected": [assistant("No idea.")],
            "tools": TOOLS,
        }
    yield {
        "prompt": [user("Weather?"), assistant("", tool_calls=call), {"role": "tool", "content": "22"}],
        "chosen": [assistant("22 degrees.")],
        "rejected": [assistant("No idea.")],
        "tools": TOOLS,
    }
    yield {  # a data set's columns that a message has no value for
        "prompt": [{**user("Hi"), "tool_calls": None, "name": None}],
        "chosen": [assistant("Yo.", tool_calls=None)],
        "rejected": [assistant(None, tool_calls=call)],
    }
    for name in ["reasoning_content", "thinking", "reasoning"]:
        yield {
            "prompt": [user("2 + 2?")],
            "chosen": [assistant("4.", **{name: "two and two"})],
            "rejected": [assistant("4.", **{name: "two or two"})],
        }
    yield {
        "prompt": [{"role": "system", "content": "Be brief."}, user("Hi")],
        "chosen": [assistant("Yo.")],
        "rejected": [assistant("Good day.")],
    }


def random_rows(count, seed):
    draw = random.Random(seed)
    pieces = (
        "the sky is blue green red one two three turn ends Answer legs Hello".split()
        + [" ", " ", " ", "  ", "\n", "\n\n", ".", ",", "?", "1", "23", "\u00e9", "e\u0301", "\u4f60", "\U0001f600", "\t"]
        + ["</s>", "<|im_end|>", "<|im_start|>", "[INST]"]
    )

    def text(most):
        return "".join(draw.choice(pieces) for _ in range(draw.randint(1, most)))

    def answer():
        turns = [assistant(text(8))]
        while draw.random() < 0.3:
            turns += [user(text(5)), assistant(text(6))]
        return turns

    for _ in range(count):
        if draw.random() < 0.5:
            yield {"prompt": text(10), "chosen": text(8), "rejected": text(8)}
        else:
            yield {"prompt": [user(text(8))], "chosen": answer(), "rejected": answer()}


def encoded(row, tokenizer):
    """What TRL makes of a row that is a data set of its own, so that no column is shared."""
    trainer = SimpleNamespace(_tokenizer=tokenizer)
    args = SimpleNamespace(dataset_num_proc=None, max_length=None, truncation_mode="keep_start")
    rows = IterableDataset.from_generator(lambda: iter([row]))
    try:
        prepared = next(iter(DPOTrainer._prepare_dataset(trainer, rows, tokenizer, args, "train")))
    except Exception as refusal:
        return {"refused": type(refusal).__name__}
    return {side: prepared[f"{side}_ids"] for side in ["prompt", "chosen", "rejected"]}


def main(out):
    shutil.rmtree(out, ignore_errors=True)
    write_tokenizers(out)
    lines = []
    for seed, name in enumerate(["bytes", "pieces", "llama-class", "adds-eos", "no-eos"]):
        tokenizer = AutoTokenizer.from_pretrained(out / name)
        rows = list(written_rows()) + list(random_rows(8 if name == "no-eos" else 40, seed))
        lines += [{"tokenizer": name, "row": row, **encoded(row, tokenizer)} for row in rows]
    (out / "golden.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    refused = sum("refused" in line for line in lines)
    print(f"{len(lines)} rows, of which TRL refuses {refused}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
