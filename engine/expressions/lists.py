"""Functions on lists and dicts, and those that also work on texts. They never change their arguments."""

from __future__ import annotations

from decimal import Decimal

from engine.expressions.arithmetic import add, ordered
from engine.expressions.faults import Fault
from engine.expressions.values import (
    JSON,
    Meter,
    admit,
    as_dict,
    as_list,
    as_number,
    as_text,
    as_whole,
    bounded_list,
    equal,
    open_key,
    wrong_type,
)


def length(value: JSON) -> JSON:
    """Items of a list or dict, characters (code points) of a text."""
    if type(value) is list or type(value) is dict or type(value) is str:
        return len(value)
    raise wrong_type("a list, dict or text", value)


def total(values: JSON) -> JSON:
    """The sum of a list of numbers; 0 for an empty list."""
    result: JSON = 0
    for item in as_list(values):
        if type(item) is not int and type(item) is not Decimal:
            raise wrong_type("a number", item)
        result = add(result, item)
    return result


def smallest(*values: JSON) -> JSON:
    """The smallest of a list, or of two and more values; all numbers or all texts."""
    return _extreme(values, "<")


def largest(*values: JSON) -> JSON:
    """The largest of a list, or of two and more values; all numbers or all texts."""
    return _extreme(values, ">")


def _extreme(values: tuple[JSON, ...], operator: str) -> JSON:
    items = as_list(values[0]) if len(values) == 1 else list(values)
    if not items:
        raise Fault("empty-list", "an empty list has no smallest or largest item")
    best = items[0]
    if not ordered(operator, best, best):
        for item in items[1:]:
            if ordered(operator, item, best):
                best = item
    return best


def any_of(values: JSON) -> JSON:
    """Whether at least one of a list of booleans is true."""
    return True in [_boolean(item) for item in as_list(values)]


def all_of(values: JSON) -> JSON:
    """Whether every one of a list of booleans is true; true for an empty list."""
    return False not in [_boolean(item) for item in as_list(values)]


def _boolean(value: JSON) -> bool:
    if type(value) is bool:
        return value
    raise wrong_type("a boolean", value)


def get(container: JSON, key: JSON, default: JSON = None) -> JSON:
    """The value under a key of a dict or at a position of a list, the default when there is none or the container is null."""
    if container is None:
        return default
    if type(container) is list:
        at = as_whole(key)
        return admit(container[at]) if -len(container) <= at < len(container) else default
    found = as_dict(container)
    name = open_key(as_text(key))
    return admit(found[name]) if name in found else default


def keys(container: JSON) -> JSON:
    """The keys of a dict in their order, without those that begin with `_`."""
    return bounded_list([str(key) for key in as_dict(container) if not str(key).startswith("_")])


def first(values: JSON) -> JSON:
    """The first item of a list, null when it is empty."""
    items = as_list(values)
    return items[0] if items else None


def last(values: JSON) -> JSON:
    """The last item of a list, null when it is empty."""
    items = as_list(values)
    return items[-1] if items else None


def in_order(values: JSON) -> JSON:
    """The list from small to large; all numbers or all texts. Texts are ordered by code point."""
    items = as_list(values)
    ordered_items: list[JSON] = []
    if items and type(items[0]) is str:
        ordered_items.extend(sorted([as_text(item) for item in items]))
    else:
        ordered_items.extend(sorted([as_number(item) for item in items]))
    return ordered_items


def distinct(meter: Meter, values: JSON) -> JSON:
    """The list without repetitions, in the order of first occurrence."""
    kept: list[JSON] = []
    seen: set[tuple[str, str | int | Decimal | bool | None]] = set()
    for item in as_list(values):
        if type(item) is list or type(item) is dict:
            meter.spend(len(kept))
            if any(equal(item, other, meter) for other in kept):
                continue
        else:
            mark = _mark(item)
            if mark in seen:
                continue
            seen.add(mark)
        kept.append(item)
    return kept


def _mark(item: JSON) -> tuple[str, str | int | Decimal | bool | None]:
    if type(item) is bool:
        return ("boolean", item)
    if type(item) is int or type(item) is Decimal:
        return ("number", item)
    return ("text", item) if type(item) is str else ("null", None)


def count(meter: Meter, values: JSON, wanted: JSON) -> JSON:
    """How many items of a list equal the value."""
    items = as_list(values)
    meter.spend(len(items))
    return sum(equal(item, wanted, meter) for item in items)


def index_of(meter: Meter, values: JSON, wanted: JSON) -> JSON:
    """The first position of a value in a list, or of a text in a text, counted from 0; -1 when it is not there."""
    if type(values) is str:
        return values.find(as_text(wanted))
    items = as_list(values)
    meter.spend(len(items))
    return next((at for at, item in enumerate(items) if equal(item, wanted, meter)), -1)


def append(values: JSON, item: JSON) -> JSON:
    """A new list with the item at the end."""
    return bounded_list([*as_list(values), item])


def concat(*lists: JSON) -> JSON:
    """A new list of all items of all lists."""
    joined: list[JSON] = []
    for values in lists:
        joined += as_list(values)
        bounded_list(joined)
    return joined


def coalesce(*values: JSON) -> JSON:
    """The first value that is not null, null when all are."""
    return next((value for value in values if value is not None), None)
