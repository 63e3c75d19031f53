"""Tamper with a release in one of five ways: tamper.py WAY RELEASE TAMPERED."""
import re
import sys

way, source, target = sys.argv[1:]
text = open(source).read()
lines = text.splitlines(True)
shown = next(i for i, line in enumerate(lines)
             if '"open":["' in line and '"type":"request"' in line)
first, second = re.findall(r'"(Wy[\w-]+)"', lines[shown])[:2]
ways = {
    # A refusal becomes an answer.
    "tree": lambda: re.sub('"decision":"(deny|refer)"', '"decision":"permit"', text, count=1),
    # One entry less.
    "gap": lambda: "".join(lines[:shown] + lines[shown + 1:]),
    # Two values exchanged.
    "swapped": lambda: text.replace(f'"{first}","{second}"', f'"{second}","{first}"', 1),
    # Another reason to withhold it.
    "signed": lambda: text.replace('"(b)(7)(A)"]', '"(b)(7)(E)"]', 1),
    # One signature less.
    "signers": lambda: "".join(lines[:-1]),
}
tampered = ways[way]()
assert tampered != text, way
open(target, "w").write(tampered)
