"""The closed expression language: the only code a model or a form may hold.

The whole reference is below.
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
