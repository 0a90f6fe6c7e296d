from __future__ import annotations

import random
from decimal import Decimal

from engine.store.sortable import LONGEST, sortable


def test_numbers_sort_as_text_exactly_as_they_sort_as_numbers() -> None:
    seed = 20261130
    chance = random.Random(seed)
    edges = [
        "0",
        "-0",
        "1",
        "-1",
        "1.5",
        "-1.5",
        "-1.25",
        "0.1",
        "0.10",
        "-0.1",
        "9",
        "10",
        "99999999999999999999.01",
        "1E-40",
        "-1E+40",
    ]
    numbers = [Decimal(text) for text in edges]
    numbers += [Decimal(chance.randint(-(10**9), 10**9)).scaleb(chance.randint(-12, 12)) for _ in range(400)]
    texts = {number: sortable(number) or "" for number in numbers}
    assert all(texts.values()), f"seed {seed}"
    assert [texts[number] for number in sorted(numbers)] == sorted(texts[number] for number in numbers), f"seed {seed}"
    assert sortable(Decimal("0.10")) == sortable(Decimal("0.1"))
    assert sortable(Decimal("1.000000000000000000000000000000001")) != sortable(1)
    assert sortable(3) == sortable(Decimal("3.00"))


def test_what_is_not_searched_has_no_text_and_a_long_text_is_cut() -> None:
    assert [sortable(value) for value in (None, [1], {"a": 1}, Decimal("NaN"), Decimal("1E+9000"))] == [None] * 5
    assert sortable(10**300 + 1) is None
    assert (sortable(True), sortable("true"), sortable(1)) == ("b1", "ttrue", "n650001")
    assert len(sortable("长" * 500) or "") == LONGEST
