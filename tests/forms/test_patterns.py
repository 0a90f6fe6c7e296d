"""The safe subset of patterns: useful ones work as in the browser, dangerous ones are refused before any text is seen."""

from __future__ import annotations

import pytest

from engine.forms.patterns import UnsafePattern, compile_pattern


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        (r"^[HZSBTFJ]\d{8}$", "H20260001", "国药准字H2026"),
        (r"^国药准字[HZSBTFJ]\d{8}$", "国药准字Z20260001", "Z20260001"),
        (r"^[A-Z]\d{2}(\.\d{1,3})?$", "S72.0", "S7"),
        (r"^(?:CH00|BR\d{2}|V\d{3})$", "BR07", "CH01"),
        (r"^[\u4e00-\u9fa5·]{2,20}$", "周桂芳·演示", "Zhou"),
        (r"^\w+$", "abc_1", "a b"),
        (r"^\d+$", "12", "１２"),
        (r"^\d{1,3}(\.\d{1,3}){3}$", "10.0.0.1", "10.0.0"),
        (r"^\+?[0-9-]{7,20}$", "+86-1990", "abc"),
        (r"^[^\d]*$", "abc", "a1"),
        (r"A|B", "xBx", "c"),
    ],
)
def test_useful_patterns(pattern: str, yes: str, no: str) -> None:
    compiled = compile_pattern(pattern)
    assert compiled.search(yes)
    assert not compiled.search(no)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"(a*)*",
        r"(a|a)*$",
        r"(.*)(.*)(.*)(.*)x",
        r"\d*\d*\d*x",
        r"(\w+\s?)*",
        r"((a{0,8}){0,8}){0,8}",
        r"(a{1,50}){1,50}",
        r"(?=a)",
        r"(?!a)",
        r"(?<=a)b",
        r"(?P<n>a)",
        r"(a)\1",
        r"a++",
        r"a*?",
        r"a{2}{3}",
        r"\b",
        r"\s",
        r"\x41",
        r"[[:alpha:]]",
        r"[z-a]",
        r"(",
        r")",
        r"[",
        r"a{5,2}",
        r"a{1000}",
        r"*a",
        r"{",
        r"(?i)a",
        r"(((((a)))))",
        "a" * 201,
        "\\",
    ],
)
def test_dangerous_and_foreign_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(UnsafePattern):
        compile_pattern(pattern)
