"""A decision that was made, as its history fact, in words for the timeline: what was decided, by what, by which rules.

Everybody who may see the case reads its timeline, also those to whose step the form does not show an answer. An input is
therefore named and its value left out; the history fact keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.store.base import dump_json

LONGEST = 300
"""Characters of a line; the fact itself keeps everything."""


def decided(data: Mapping[str, Any]) -> tuple[str, str]:
    """What came out, in Chinese and English."""
    labels = data.get("labels") or {}
    results = [[(labels.get(name, name), value) for name, value in result.items()] for result in data.get("results") or ()]
    name = data.get("name") or data.get("decision") or "—"
    zh = "；".join(_pairs(result, zh=True) for result in results) or "没有规则命中"
    en = "; ".join(_pairs(result, zh=False) for result in results) or "no rule matched"
    return _short(f"判定“{name}”：{zh}"), _short(f"Decided “{name}”: {en}")


def grounds(data: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The rules that counted and the names of the inputs, in Chinese and English; nothing for a decision by one expression."""
    inputs = [str(item.get("name")) for item in data.get("inputs") or ()]
    rules = [str(number) for number in data.get("rules") or ()]
    zh = [f"第 {'、'.join(rules)} 条规则"] if rules else []
    en = [f"rule {', '.join(rules)}"] if rules else []
    if inputs:
        zh.append(f"依据：{'、'.join(inputs)}")
        en.append(f"by {', '.join(inputs)}")
    return _short("；".join(zh)) or None, _short("; ".join(en)) or None


def _pairs(pairs: Any, *, zh: bool) -> str:
    return ("，" if zh else ", ").join(f"{name} = {_shown(value, zh=zh)}" for name, value in pairs)


def _shown(value: Any, *, zh: bool) -> str:
    if value is None:
        return "空" if zh else "nothing"
    if isinstance(value, bool):
        return ("是" if value else "否") if zh else ("yes" if value else "no")
    if isinstance(value, list | dict):
        return dump_json(value)
    return str(value)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
