"""Functions of installed packages: entry points of the group `liandong.functions`, the name being the function's.

The composition root registers them before anything is read or run. What cannot be used is refused there, as a whole: a
node that lacks a function others have would stop their cases with incidents.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

from engine.errors import Invalid

Function = Callable[[Mapping[str, Any]], Mapping[str, Any]]

GROUP = "liandong.functions"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*")
_LONGEST_NAME = 100


class PluginRefused(Invalid):
    """A function of an installed package cannot be registered; its message is in Chinese and English."""


def installed_functions(taken: Iterable[str]) -> Mapping[str, Function]:
    """The functions of all installed packages by name; `taken` are names that exist. Raises PluginRefused."""
    owners = dict.fromkeys(taken, "liandong")
    found: dict[str, Function] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda item: (item.name, _package(item))):
        if not _NAME.fullmatch(point.name) or len(point.name) > _LONGEST_NAME:
            raise _refused(
                point,
                "名称只能由字母、数字、下划线和点组成，以字母开头，最多 100 个字符。",
                "its name must be letters, digits, underscores and dots, begin with a letter and have at most 100 characters.",
            )
        if point.name in owners:
            raise _refused(point, f"{owners[point.name]} 已有同名函数。", f"{owners[point.name]} has a function of this name.")
        owners[point.name] = _package(point)
        found[point.name] = _loaded(point)
    return found


def _loaded(point: EntryPoint) -> Function:
    try:
        function: Any = point.load()
    except Exception as error:
        kind = type(error).__name__
        raise _refused(point, f"无法载入（{kind}）：{error}", f"it cannot be loaded ({kind}): {error}") from error
    if not callable(function) or isinstance(function, type) or inspect.iscoroutinefunction(function) or not _takes_one(function):
        raise _refused(
            point,
            f"“{point.value}”应是普通函数，只接受一个参数（输入的映射）。",
            f"'{point.value}' must be a plain function that takes one argument, the mapping of inputs.",
        )
    return cast(Function, function)


def _takes_one(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind({})
    except (TypeError, ValueError):
        return False
    return True


def _package(point: EntryPoint) -> str:
    return "?" if point.dist is None else f"{point.dist.name} {point.dist.version}"


def _refused(point: EntryPoint, message: str, message_en: str) -> PluginRefused:
    place = f"{_package(point)} ({GROUP}: {point.name})"
    # As facts, so that a brace in a foreign text is no place-holder.
    return PluginRefused("plugin", "{place}：{why} / {why_en}", place=place, why=message, why_en=message_en)
