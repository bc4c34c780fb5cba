"""A judge for dpo-stream in Python: reads completion-pairs, writes judgments.

It prefers the completion with fewer words, which is not wise, but short. Replace `compare`.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python judge.py --bootstrap-server localhost:9092 --schema-registry http://localhost:8081
"""

import argparse
import hashlib
import json
import pathlib
import time

from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext, SerializationError

JUDGE_ID = "python-brevity"
AVRO = pathlib.Path(__file__).resolve().parents[2] / "schemas" / "src" / "main" / "avro"


def compare(prompt, first, second):
    """The verdict, FIRST, SECOND, TIE or ABSTAIN, and the probability that it is right."""
    a, b = len(first.split()), len(second.split())
    return ("TIE", 0.5) if a == b else ("FIRST" if a < b else "SECOND", 0.8)


def schema(name, known=None):
    """One self-contained Avro schema: each named type written out where it is used first."""
    known = set() if known is None else known
    if name in known:
        return name
    known.add(name)
    short = name.rsplit(".", 1)[-1]
    path = AVRO / f"{short}.avsc"
    path = path if path.exists() else AVRO / "types" / f"{short}.avsc"

    def resolve(part):
        if isinstance(part, str) and part.startswith("io.dpostream."):
            return schema(part, known)
        if isinstance(part, list):
            return [resolve(p) for p in part]
        if isinstance(part, dict):
            return {k: resolve(v) if k in ("type", "items", "values", "fields") else v for k, v in part.items()}
        return part

    return resolve(json.loads(path.read_text(encoding="utf-8")))


def judgment(pair):
    started = time.monotonic()
    prompt = pair["prompt"]["text"] or "\n".join(m["content"] for m in pair["prompt"]["messages"])
    verdict, confidence = compare(prompt, pair["first"]["text"], pair["second"]["text"])
    name = json.dumps([pair["pair_id"], JUDGE_ID, 1])
    return {
        # the same pair gives the same id, so a pair that is judged again counts once
        "judgment_id": hashlib.sha256(name.encode()).hexdigest()[:32],
        "pair_id": pair["pair_id"],
        "content_hash": pair["content_hash"],
        "judge_id": JUDGE_ID,
        "judge_kind": "RULE",
        "judge_version": "1",
        "verdict": verdict,
        "confidence": confidence,
        "latency_ms": int((time.monotonic() - started) * 1000),
        "created_at": int(time.time() * 1000),
    }


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--bootstrap-server", required=True)
    options.add_argument("--schema-registry", required=True)
    options.add_argument("--topic-prefix", default="")
    options.add_argument("--max-pairs", type=int, help="stop after so many")
    options = options.parse_args()

    registry = SchemaRegistryClient({"url": options.schema_registry})
    decode = AvroDeserializer(registry)
    encode = AvroSerializer(registry, json.dumps(schema("io.dpostream.schemas.Judgment")))
    producer = Producer({"bootstrap.servers": options.bootstrap_server, "enable.idempotence": True})
    consumer = Consumer({
        "bootstrap.servers": options.bootstrap_server,
        "group.id": options.topic_prefix + "judge-" + JUDGE_ID,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
    })
    pairs, judgments = options.topic_prefix + "completion-pairs", options.topic_prefix + "judgments"
    consumer.subscribe([pairs])
    done = 0
    try:
        while options.max_pairs is None or done < options.max_pairs:
            messages = [m for m in consumer.consume(100, timeout=1.0) if m.error() is None]
            if not messages:
                continue
            for message in messages:
                try:
                    pair = decode(message.value(), SerializationContext(pairs, MessageField.VALUE))
                except SerializationError:
                    continue  # the assembler sets it aside
                value = encode(judgment(pair), SerializationContext(judgments, MessageField.VALUE))
                producer.produce(judgments, key=pair["pair_id"], value=value)
                done += 1
            if producer.flush(30) > 0:  # durable first, then the offsets
                raise SystemExit("judgments could not be written within 30 s")
            consumer.commit(asynchronous=False)
    finally:
        consumer.close()
    print(f"judged {done} pairs")


if __name__ == "__main__":
    main()
