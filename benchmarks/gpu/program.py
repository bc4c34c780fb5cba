"""Loads this project's TorchScript programs into Python: the source that Java loads, with the
numbers that Java substitutes, in an archive of the entries that TorchArchive writes.

Slots and their order are read from the Java sources, so that neither side can drift.
"""

import io
import pathlib
import pickle
import re
import struct
import zipfile

import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "policy/src/main/torchscript"
MODEL = ROOT / "policy/src/main/java/io/dpostream/policy/model"
DTYPES = {"float32": 6, "float64": 7, "bfloat16": 15}


def enum(name, file="DecoderSlots.java"):
    """The constants of an enum of a Java source, in their order."""
    text = (MODEL / file).read_text()
    body = re.search(r"enum %s \{\s*([^;}]*)[;}]" % name, text).group(1)
    return [constant.strip() for constant in body.split(",")]


def modules():
    """The projections that adapters can stand on, in their order."""
    text = (MODEL / "Lora.java").read_text()
    return re.findall(r'"(\w+)"', re.search(r"MODULES =\s*List.of\(([^)]*)\)", text).group(1))


MODEL_SLOTS = enum("ModelSlot")
LAYER_SLOTS = enum("LayerSlot")
MODULES = modules()
PACKED_MODEL_SLOTS = enum("ModelSlot", "WriterSlots.java")
PACKED_SLOTS = enum("PackedSlot", "WriterSlots.java")


def of_layer():
    """The numbers that both programs' sources use."""
    numbers = {name: place for place, name in enumerate(LAYER_SLOTS)}
    for place, module in enumerate(MODULES):
        numbers[module.removesuffix("_proj").upper() + "_ADAPTER"] = 2 * place
    return numbers


def constants():
    numbers = of_layer() | {name: place for place, name in enumerate(MODEL_SLOTS)}
    numbers["FIRST_LAYER"] = len(MODEL_SLOTS)
    numbers["LAYER_SLOTS"] = len(LAYER_SLOTS)
    numbers["ADAPTER_SLOTS"] = 2 * len(MODULES)
    return numbers


def writer_constants():
    numbers = of_layer()
    for slots_of in (PACKED_MODEL_SLOTS, PACKED_SLOTS):
        numbers |= {f"PACKED_{name}": place for place, name in enumerate(slots_of)}
    numbers["PACKED_FIRST"] = len(PACKED_MODEL_SLOTS)
    numbers["PACKED_SLOTS"] = len(PACKED_SLOTS)
    return numbers


def with_constants(source, numbers):
    def value(match):
        text = match.group()
        return text if text.startswith("#") else str(numbers[text])

    return re.sub(r"#.*|\b[A-Z][A-Z0-9_]+\b", value, source)


def instance(name, attributes):
    """Pickle, protocol 2: object.__new__(class), then its state as a dict."""
    out = b"\x80\x02c__torch__\n" + name.encode() + b"\n)\x81}("
    for key, value in {"training": False, **attributes}.items():
        out += b"X" + struct.pack("<I", len(key)) + key.encode()
        if isinstance(value, bool):
            out += b"\x88" if value else b"\x89"
        elif isinstance(value, int):
            out += b"J" + struct.pack("<i", value)
        else:
            out += b"G" + struct.pack(">d", value)
    return out + b"ub."


def load(name, attributes=None, numbers=None):
    source = (SOURCES / f"{name}.py").read_text()
    if numbers:
        source = with_constants(source, numbers)
    declared = re.search(r"(?m)^class (\w+)\(Module\):", source).group(1)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as out:
        out.writestr("program/data.pkl", instance(declared, attributes or {}))
        out.writestr("program/code/__torch__.py", source)
        out.writestr("program/constants.pkl", pickle.dumps((), protocol=2))
        out.writestr("program/version", "10\n")
    archive.seek(0)
    return torch.jit.load(archive)


def shape(config, dtype):
    """What every program is told of a transformers configuration."""
    heads = config.num_attention_heads
    window = getattr(config, "sliding_window", None) or 0
    types = getattr(config, "layer_types", None) or ["sliding_attention"] * config.num_hidden_layers
    return dict(
        layers=config.num_hidden_layers,
        heads=heads,
        kv_heads=config.num_key_value_heads,
        head_dim=getattr(config, "head_dim", None) or config.hidden_size // heads,
        eps=float(config.rms_norm_eps),
        rotary_scale=1.0,
        window=window,
        first_windowed=types.index("sliding_attention") if window else 0,
        dtype=DTYPES[dtype],
    )


def of_shape(name, attributes, numbers):
    source = (SOURCES / f"{name}.py").read_text()
    declared = dict(re.findall(r"(?m)^    (\w+) : (int|float|bool)$", source))
    del declared["training"]
    if not declared.keys() <= attributes.keys():
        raise SystemExit(f"{name}.py declares {sorted(declared)}, this gives {sorted(attributes)}")
    return load(name, {key: attributes[key] for key in declared}, numbers)


def decoder(config, dtype, adapter_scale=0.0):
    """The decoder for a transformers configuration, with the attributes that DecoderProgram gives."""
    own = dict(adapter_scale=float(adapter_scale), dropout=0.0, silu_by_exp=False)
    return of_shape("decoder", shape(config, dtype) | own, constants())


def writer(config, dtype):
    """The writer for a transformers configuration, with the attributes that PackedWeights gives."""
    return of_shape("writer", shape(config, dtype) | dict(one_dnn=False), writer_constants())


def packed(writer, places, adapters=(), scale=0.0):
    """The tensors that the writer computes with, of those of the decoder, adapters merged."""
    first, of_layer, pairs = len(MODEL_SLOTS), len(LAYER_SLOTS), 2 * len(MODULES)
    out = writer.pack_model(*places[:first])
    for layer in range((len(places) - first) // of_layer):
        begin = first + layer * of_layer
        merged = list(adapters[layer * pairs : (layer + 1) * pairs])
        out += writer.pack_layer(places[begin : begin + of_layer], merged, scale)
    return out


NAMES = {
    "INPUT_NORM": "input_layernorm.weight",
    "POST_ATTENTION_NORM": "post_attention_layernorm.weight",
    **{f"{p.upper()}_WEIGHT": f"self_attn.{p}_proj.weight" for p in "qkvo"},
    **{f"{p.upper()}_BIAS": f"self_attn.{p}_proj.bias" for p in "qkvo"},
    **{f"{p.upper()}_WEIGHT": f"mlp.{p}_proj.weight" for p in ("gate", "up", "down")},
    "Q_NORM": "self_attn.q_norm.weight",
    "K_NORM": "self_attn.k_norm.weight",
}


def slots(model, dtype, copy=True):
    """The tensors of a transformers model in the program's order, and the distinct ones by name."""
    config = model.config
    device = model.device
    found = {
        name: (tensor.detach().to(dtype, copy=True) if copy else tensor.detach())
        for name, tensor in model.named_parameters()
    }
    nothing = torch.zeros(0, dtype=torch.float64, device=device)
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    pairs = torch.arange(0, head_dim, 2, dtype=torch.float64, device=device)
    of_model = {
        "EMBEDDING": found["model.embed_tokens.weight"],
        "FINAL_NORM": found["model.norm.weight"],
        "HEAD": found.get("lm_head.weight", found["model.embed_tokens.weight"]),
        "ROTARY_FREQUENCIES": config.rope_parameters["rope_theta"] ** (-pairs / head_dim),
    }
    places = [of_model[slot] for slot in MODEL_SLOTS]
    for layer in range(config.num_hidden_layers):
        for slot in LAYER_SLOTS:
            places.append(found.get(f"model.layers.{layer}.{NAMES[slot]}", nothing))
    return places, found


def adapters(model, rank, seed=0):
    """New adapters on every projection, in the program's order: A random, B zero."""
    generator = torch.Generator().manual_seed(seed)
    shapes = {name: parameter.shape for name, parameter in model.named_parameters()}
    out = []
    for layer in range(model.config.num_hidden_layers):
        for module in MODULES:
            part = "self_attn" if module[0] in "qkvo" else "mlp"
            rows, columns = shapes[f"model.layers.{layer}.{part}.{module}.weight"]
            a = torch.empty(rank, columns).uniform_(-1, 1, generator=generator) / columns**0.5
            out += [a.to(model.device), torch.zeros(rows, rank, device=model.device)]
    return out
