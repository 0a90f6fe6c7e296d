"""The closed expression language: the only code that a model or a form may hold.

`compile_expression("${x == 1 and y in ['a', 'b']}")` checks once; `.evaluate(names)` and `.condition(names)` are pure,
bounded in time and size, and raise nothing but ExpressionError. `compile_template` reads texts that may hold `${…}`,
`compile_script` reads lines `name = expression`. The syntax is in `parser`, the bounds in `limits`, the functions in
`functions`; nothing of Python is reached from here, there is no eval and no attribute access.

VALUES. null, booleans, numbers, texts, lists, dicts. Numbers are exact decimals: below 10^30 in size, at most 20 decimal
places (further ones rounded half to even). `+ - *` keep the places that decimals give (1.50 + 1 is 2.50; 1.5 * 1.50 is
2.250), `/` drops trailing zeros (6/2 is 3), `//` rounds down and `%` has the sign of the divisor, also for decimals.
1 == 1.0, but true != 1: values of different types are unequal. `< <= > >=` take two numbers or two texts (by code point).
`and or not if` take booleans only and stop as soon as the answer is known. `in` looks in lists, texts and keys of a dict.
`a.b` and `a['b']` are look-ups in a dict, `a[0]` and `a[-1]` in a list (a number such as 2.0 counts as whole); names and
keys that begin with `_` do not exist. `empty x` is true for null, '', [] and {}. `+` joins two texts or two lists.

ERRORS. `code` of an ExpressionError, the same ones in the browser:
    checked       syntax, not-allowed, too-long, too-deep, too-complex, unknown-function, wrong-arguments,
                  number-too-large, reserved-name (scripts)
    evaluated     missing-name (fact `name`), missing-key, out-of-range, wrong-type, not-boolean, division-by-zero,
                  number-too-large, too-large, too-many-steps, bad-number, bad-date, bad-duration, empty-list,
                  wrong-arguments, not-allowed, unsupported-value, not-computable
Facts hold `source` and `reason` and never a value of a case.

TREE. `Expression.tree` is what the browser's interpreter runs. A node is an object; `k` says which. N is a node.
    {"k": "num", "v": "1.50"}                      a number, in plain digits, to be read as an exact decimal
    {"k": "str", "v": "…"}   {"k": "bool", "v": true}   {"k": "null"}
    {"k": "name", "n": "x"}                        look up a name, else missing-name; now() is the name `now`
    {"k": "defined", "n": "x"}                     whether the name exists
    {"k": "list", "items": [N, …]}
    {"k": "dict", "items": [[N, N], …]}            keys are texts, a later equal key wins
    {"k": "key", "of": N, "key": "b"}              a.b, else missing-key; wrong-type when `of` is no dict
    {"k": "index", "of": N, "at": N}               a[b]: dict and text, or list and whole number, else out-of-range
    {"k": "not", "of": N}   {"k": "neg", "of": N}   {"k": "empty", "of": N}
    {"k": "and", "items": [N, …]}   {"k": "or", "items": [N, …]}            two or more
    {"k": "compare", "first": N, "rest": [[OP, N], …]}     OP: == != < <= > >= in not-in; a < b < c has two in `rest`,
                                                   each operand is evaluated once, and none after the first false
    {"k": "math", "op": OP, "left": N, "right": N}         OP: + - * / // %
    {"k": "if", "test": N, "then": N, "else": N}
    {"k": "call", "f": "len", "args": [N, …]}      arguments are evaluated from left to right, then the function
Operands are evaluated from left to right, the types are checked after. A tree has at most 300 nodes, so it is at most 300
levels high. A form may call BROWSER_FUNCTIONS only, which are all but patient_title: `Expression.functions <= BROWSER_FUNCTIONS`.
A binary float in data is the decimal that its shortest text shows (0.1 is exactly 0.1). Text lengths and positions count
code points, not UTF-16 units, and texts are ordered by code point. tests/expressions/corpus.json holds the cases that both
interpreters must answer alike; those with an error that only the check gives have no tree and concern the server alone.
"""

from __future__ import annotations

from engine.expressions.expression import Expression, compile_expression
from engine.expressions.functions import BROWSER_FUNCTIONS, FUNCTIONS, Function
from engine.expressions.parser import RESERVED_WORDS
from engine.expressions.script import RESERVED_NAMES, Script, compile_script
from engine.expressions.template import Template, compile_template
from engine.expressions.values import JSON

__all__ = [
    "BROWSER_FUNCTIONS",
    "FUNCTIONS",
    "JSON",
    "RESERVED_NAMES",
    "RESERVED_WORDS",
    "Expression",
    "Function",
    "Script",
    "Template",
    "compile_expression",
    "compile_script",
    "compile_template",
]
