"""Random templates and what Jinja2 makes of them: the expected values of RandomTemplatesTest.

usage: random_templates.py SEED COUNT > policy/src/test/resources/random_templates.jsonl

Needs jinja2 (3.1.6 made the file). The environment is the one that transformers renders chat
templates in: sandboxed and immutable, trim_blocks, lstrip_blocks, loop controls, tojson as
json.dumps. The first line of the output holds the variables; each other line has a template and
its text, or null where Jinja2 raises an error. Left out are texts that hold a memory address.
"""

import copy
import json
import random
import re
import signal
import sys

from jinja2.exceptions import TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

VARIABLES = {
    "messages": [
        {"role": "system", "content": " Be  kind.\n"},
        {"role": "user", "content": "Hi <b> 'x' & \"y\"\n\n"},
        {
            "role": "assistant",
            "content": "A-b c.D é😀",
            "tool_calls": [{"name": "f", "arguments": {"a": 1, "b": [True, None, 1.5]}}],
        },
    ],
    "n": 3,
    "m": -2,
    "f": 2.5,
    "s": "Hello, wOrld foo",
    "e": "",
    "t": True,
    "no": None,
    "l": [3, 1, 2],
    "d": {"b": 1, "a": "Z", "items": "I"},
    "w": " \t x y\n",
    "u8": "ßéΑΣ ǆ😀z",
    "tools": None,
    "big": 12345678901234567890,
}
NAMES = [*VARIABLES, "undef"]
LITERALS = """1 0 -3 2.5 1e3 'a' 'o' "xy" '\\n' '\\u00e9\\t' true false none [] [1,2] ['b','a','C'] {} {'k':1}
(1,2) () (1,) range(3) 1_000 {'a':[1,{'b':none}]} range(2,8,3) 1e16 0.1 123456789.123
namespace(a=1).a dict(x=1)""".split()
FILTERS = """trim length upper lower title capitalize list first last join join(', ') join('-') tojson
tojson(indent=2) string default('q') default('q',true) d('z') sort unique|list reverse|list int
float abs round round(1) safe replace('o','0') replace('l','LL',1) indent indent(2) indent(2,true)
items|list dictsort map('upper')|list map('string')|join map(attribute='role')|list
selectattr('role','equalto','user')|list rejectattr('role','==','user')|list|length
selectattr('tool_calls')|list|length selectattr('x','defined')|list select('string')|list
reject('none')|list max min sum batch(2)|list escape e trim('H') count select('odd')|list
map('length')|list""".split()
TESTS = [
    *"""defined undefined none string mapping sequence iterable number integer float boolean true
    false odd even divisibleby(2) ne(3) lt(5) equalto('x') lower upper callable escaped""".split(),
    "eq 3", "gt 1", "in [1,2,3]", "sameas none", "divisibleby 3",
]
MEMBERS = """strip() lstrip() rstrip() strip('H') split() split('_') split(',',1) split('o')[-1]
rsplit('_',1) upper() lower() title() capitalize() startswith('H') endswith(('d','o'))
replace('o','0') replace('','-') replace('l','',1) find('o') rfind('o') count('o') index('e')
splitlines() join(['a','b']) isupper() islower() isalpha() isspace() items() keys() values() get('a')
get('role','x') get('zz') partition(',') rpartition('o') removeprefix('He') removesuffix('foo')
zfill(20) role content a items x append(1) copy() index(1) count(1) lstrip('\\n') splitlines(true)
__class__""".split()
SUBSCRIPTS = """0 -1 1: ::-1 :2 -2: ::2 5 "role" "a" 1:2 none n "items" 3:0:-1 100""".split()
OPERATORS = "+ - * / // % ~ ~ + ** == != < <= > >= in in and or".split() + ["not in"]
SPACES = ["", " ", "\n", "  \n", "\n  ", "a", "a\n", "\t", "x "]
ITERABLES = """messages l d s range(3) d.items() undef messages[1:] l|sort [] e""".split()
LOOP_PARTS = [
    "",
    "{{ loop.index }}",
    "{{ loop.first }}{{ loop.last }}",
    "{% if loop.index0 == 1 %}{% break %}{% endif %}",
    "{% if loop.index0 == 1 %}{% continue %}{% endif %}",
    "{{ loop.previtem }}",
    "{{ loop.nextitem is defined }}",
    "{{ loop.cycle('a','b') }}",
    "{{ loop.length }}{{ loop.revindex }}",
    "{{ loop.changed(x) }}",
]
MACRO_CALLS = ["g(1)", "g('x', b=2)", "g()", "g(1,2,3,4)", "g(a=1, z=3)"]


class Templates:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, choices):
        return self.random.choice(choices)

    def operand(self, depth):
        inner = self.expression(depth)
        return inner if self.random.random() < 0.3 else f"({inner})"

    def expression(self, depth):
        if depth <= 0:
            return self.pick([self.pick(LITERALS), self.pick(NAMES), self.pick(NAMES), "messages[1].content"])
        kind = self.random.random()
        if kind < 0.2:
            return f"{self.expression(depth - 1)}|{self.pick(FILTERS)}"
        if kind < 0.35:
            return f"{self.operand(depth - 1)}.{self.pick(MEMBERS)}"
        if kind < 0.62:
            return f"{self.expression(depth - 1)} {self.pick(OPERATORS)} {self.expression(depth - 1)}"
        if kind < 0.67:
            return f"not {self.expression(depth - 1)}"
        if kind < 0.78:
            return f"{self.operand(depth - 1)} is {self.pick(['', 'not '])}{self.pick(TESTS)}"
        if kind < 0.84:
            parts = [self.expression(depth - 1) for _ in range(3)]
            return "({} if {} else {})".format(*parts)
        if kind < 0.94:
            return f"{self.operand(depth - 1)}[{self.pick(SUBSCRIPTS)}]"
        if kind < 0.97:
            return f"-{self.operand(depth - 1)}"
        return f"[{self.expression(depth - 1)}, {self.expression(depth - 1)}]"

    def space(self):
        return self.pick(SPACES)

    def tag(self, body):
        return f"{self.pick(['{%', '{%', '{%-', '{%+'])} {body} {self.pick(['%}', '%}', '-%}', '+%}'])}"

    def output(self, body):
        return f"{self.pick(['{{', '{{', '{{-'])} {body} {self.pick(['}}', '}}', '-}}'])}"

    def loop(self, depth):
        condition = self.pick(["", "", "", " if x", " if x is string", ' if x.role == "user"'])
        body = self.statement(depth - 1) + self.pick(LOOP_PARTS) + self.output(self.pick(["x", "x.role", "s"]))
        end = self.pick(["", "", self.tag("else") + "E"]) + self.tag("endfor")
        target = self.pick(["x", "x", "x", "x, y"])
        return self.tag(f"for {target} in {self.pick(ITERABLES)}{condition}") + body + end

    def statement(self, depth):
        kind = self.random.random()
        if depth <= 0 or kind < 0.35:
            return self.space() + self.output(self.expression(self.random.randint(0, 2))) + self.space()
        if kind < 0.5:
            otherwise = self.pick(["", self.tag("else") + self.statement(depth - 1)])
            return self.tag(f"if {self.expression(1)}") + self.statement(depth - 1) + otherwise + self.tag("endif")
        if kind < 0.68:
            return self.loop(depth)
        if kind < 0.78:
            return self.tag(f"set {self.pick(['v', 'w, v', 'ns.a', 'ns.b'])} = {self.expression(1)}")
        if kind < 0.83:
            block = self.tag(f"set v{self.pick(['', ' | trim', ' | upper'])}")
            return block + self.statement(depth - 1) + self.tag("endset") + self.output("v")
        if kind < 0.9:
            shown = self.output(self.pick(["a", "b", "a ~ b", "s", "varargs", "kwargs"]))
            macro = self.tag(f"macro g(a, b={self.expression(0)})") + self.statement(depth - 1) + shown
            return macro + self.tag("endmacro") + self.output(self.pick(MACRO_CALLS))
        if kind < 0.93:
            name = self.pick(["upper", "trim", "indent(2)"])
            return self.tag(f"filter {name}") + self.statement(depth - 1) + self.tag("endfilter")
        if kind < 0.96:
            return self.pick(["{# c #}", "{#- c -#}", "{#+ c #}", "{% raw %}{{ x }} \n {% endraw %}"]) + self.space()
        if kind < 0.98:
            inner = self.output("q") + self.output("s")
            return self.tag(f"with q = {self.expression(1)}, s='i'") + inner + self.tag("endwith")
        return self.tag("call h(1)") + self.statement(depth - 1) + self.tag("endcall")

    def template(self):
        if self.random.random() < 0.6:
            return "{{ " + self.expression(self.random.randint(1, 3)) + " }}"
        head = "{% set ns = namespace(a=1) %}{% macro h(z) %}<{{ caller() }}{{ z }}>{% endmacro %}"
        count = self.random.randint(1, 3)
        return head + "".join(self.statement(self.random.randint(0, 2)) for _ in range(count))


def environment():
    def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(
            value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
        )

    made = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    made.filters["tojson"] = tojson
    return made


def rendered(jinja, template):
    """The text, or None where Jinja2 fails; TimeoutError when it takes seconds."""
    signal.alarm(2)
    try:
        return jinja.from_string(template).render(**copy.deepcopy(VARIABLES))
    except TimeoutError:
        raise
    except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return None
    finally:
        signal.alarm(0)


def out_of_time(signal_number, frame):
    raise TimeoutError


def main():
    signal.signal(signal.SIGALRM, out_of_time)
    templates, jinja = Templates(int(sys.argv[1])), environment()
    print(json.dumps({"variables": VARIABLES}))
    for _ in range(int(sys.argv[2])):
        template = templates.template()
        try:
            text = rendered(jinja, template)
        except (TimeoutError, MemoryError):
            continue
        if text is None or (len(text) < 2000 and not re.search("0x[0-9a-f]{6}|function|method", text)):
            print(json.dumps({"template": template, "text": text}))


if __name__ == "__main__":
    main()
