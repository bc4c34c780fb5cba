"""Renders chat templates with Hugging Face transformers: the expected strings of ChatTemplateTest.

usage: render_chat_templates.py TEMPLATE_FOLDER > policy/src/test/resources/chat_templates.json
"""

import json
import pathlib
import sys

from jinja2 import TemplateError
from transformers.utils.chat_template_utils import _compile_jinja_template

TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}
SYSTEM = {"role": "system", "content": "Answer briefly."}
USER = {"role": "user", "content": "  What is 2 + 3?\n"}
ASSISTANT = {"role": "assistant", "content": "5 {{ not_a_variable }} {% if %} <b>&amp;</b>"}
FOLLOW_UP = {"role": "user", "content": "Grüße, 世界 \"quoted\" \\n 'single'"}
CONVERSATIONS = [
    [USER],
    [SYSTEM, USER],
    [USER, ASSISTANT, FOLLOW_UP],
    [SYSTEM, USER, ASSISTANT, FOLLOW_UP, ASSISTANT],
    [USER, USER],
]


def render(template, messages, add_generation_prompt):
    try:
        text = template.render(
            messages=messages, tools=None, add_generation_prompt=add_generation_prompt, **TOKENS
        )
        return {"text": text}
    except TemplateError as error:
        return {"refused": str(error)}


def main(folder):
    cases = []
    for path in sorted(pathlib.Path(folder).glob("*.jinja")):
        template = _compile_jinja_template(path.read_text())
        for messages in CONVERSATIONS:
            for prompt in (True, False):
                case = {"template": path.name, "messages": messages, "add_generation_prompt": prompt}
                cases.append(case | render(template, messages, prompt))
    json.dump(cases, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    main(sys.argv[1])
