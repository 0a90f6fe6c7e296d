"""Random samples that anybody can draw again (双随机 抽样): a pure function of the seed and the list.

Items are ranked by the SHA-256 of seed and key, so that the order of the list does not matter, and one item more or less
changes no other item's rank. Whoever has the seed and the list that the case keeps gets the same sample.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_CEILING, Decimal
from types import MappingProxyType
from typing import Any

from engine.errors import Invalid
from engine.functions import inputs as read

JSON = Any


def ranked(seed: str, keys: Iterable[str]) -> list[str]:
    """The keys in the order that the seed gives them, each once."""
    return sorted(dict.fromkeys(keys), key=lambda key: (_digest(seed, key), key))


def between(seed: str, key: str, least: int, most: int) -> int:
    """A whole number from `least` to `most` that the seed gives to one key."""
    return least + int.from_bytes(_digest(seed, key)[:8]) % (most - least + 1)


def share_of(share: Decimal | int, total: int) -> int:
    """How many of `total` a share of 0…1 is, rounded up: a part of one is one."""
    return int((Decimal(total) * Decimal(share)).to_integral_value(rounding=ROUND_CEILING))


def draw(inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Draws a sample.

    Takes `seed`, `items` (objects with the text `by`), `by` (name of the key, `key` when absent), and either `size` or
    `share` (0…1, rounded up); gives `sample` and `rest` in the list's own order, and `ranked` (the keys by rank). Raises Invalid
    for a missing seed, for keys that are no texts or occur twice, and for a size larger than the list.
    """
    seed, by = read.text(inputs, "seed"), read.text(inputs, "by") or "key"
    items = read.mappings(inputs, "items")
    keys = [read.text(item, by) for item in items]
    if seed is None:
        raise read.wrong("seed", "a text")
    if len({key for key in keys if key is not None}) < len(items):
        raise read.wrong("items", f"objects, each with its own text '{by}'")
    size = _size(inputs, len(items))
    order = ranked(seed, [str(key) for key in keys])
    chosen = frozenset(order[:size])
    return {
        "sample": [item for item in items if item[by] in chosen],
        "rest": [item for item in items if item[by] not in chosen],
        "ranked": order,
    }


def _size(inputs: Mapping[str, JSON], total: int) -> int:
    share = read.number(inputs, "share")
    if share is None:
        size = read.whole(inputs, "size")
    elif 0 <= share <= 1:
        size = share_of(share, total)
    else:
        raise read.wrong("share", "a number from 0 to 1")
    if not 0 <= size <= total:
        raise Invalid("sample-too-large", "Expected a sample of at most {total}, but found {size}", total=total, size=size)
    return size


def _digest(seed: str, key: str) -> bytes:
    return hashlib.sha256(f"{seed}\x00{key}".encode()).digest()


FUNCTIONS: Mapping[str, Callable[[Mapping[str, JSON]], Mapping[str, JSON]]] = MappingProxyType({"sampling.draw": draw})
