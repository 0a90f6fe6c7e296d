"""Prints the shared corpus of expressions as the browser meets them: every case with its checked tree instead of its source.

Cases that the server refuses before there is a tree are left out, and so are those with functions the browser lacks.
`web/src/expressions/corpus.test.ts` runs it and answers the same cases.
"""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.errors import ExpressionError
from engine.expressions import BROWSER_FUNCTIONS, compile_expression

CORPUS = Path(__file__).parent.parent / "expressions" / "corpus.json"


def cases() -> list[dict[str, Any]]:
    """The cases, `names` as they are in the corpus."""
    found = []
    exact = json.loads(CORPUS.read_text("utf-8"), parse_float=Decimal)
    for case, precise in zip(json.loads(CORPUS.read_text("utf-8")), exact, strict=True):
        try:
            expression = compile_expression(case["source"])
        except ExpressionError:
            continue
        if expression.functions <= BROWSER_FUNCTIONS:
            wanted = {"value": _marked(precise["value"])} if "value" in precise else {}
            found.append({**case, **wanted, "tree": expression.tree})
    return found


def _marked(value: Any) -> Any:
    """The value with numbers as `number 1.5`, texts as `text a` and dicts as pairs: JSON numbers are not exact in a browser."""
    if isinstance(value, str):
        return f"text {value}"
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        digits = format(value, "f") if isinstance(value, Decimal) else str(value)
        return f"number {digits.rstrip('0').rstrip('.') if '.' in digits else digits}"
    if isinstance(value, list):
        return [_marked(item) for item in value]
    return [[key, _marked(item)] for key, item in value.items()] if isinstance(value, dict) else value


if __name__ == "__main__":
    json.dump(cases(), sys.stdout, ensure_ascii=False)
