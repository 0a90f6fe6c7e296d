"""Whatever stands in a table: it is refused by findings or decided, and nothing but a DecisionFault stops a decision."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.decisions import DecisionFault, read_decisions
from tests.decisions.tables import ON, column, dmn, output, table

PIECES = [
    "1",
    "2.5",
    "-3",
    '"a"',
    "'b'",
    "true",
    "false",
    "null",
    "-",
    "x",
    "limit",
    "cellInput",
    "?",
    "[",
    "]",
    "(",
    ")",
    "..",
    ",",
    "<",
    "<=",
    ">",
    ">=",
    "=",
    "==",
    "!=",
    "not(",
    "not",
    "and",
    "or",
    "+",
    "*",
    "/",
    'date("2026-01-01")',
    '@"2026-01-02"',
    'date and time("2026-01-01T00:00:00Z")',
    "starts with(",
    "len(",
    "{",
    "}",
    ":",
    "${",
    "#{",
    "if",
    "else",
    "in",
    "[1, 2]",
    "{'a': 1}",
    "now()",
    "1e5",
    "\u200b",
    "，",
    "“a”",
    ".",
    "\\",
    "\n",
    "99999999999999999999999999999999",
]
OPERANDS = st.sampled_from(
    [
        "1",
        "2.5",
        "-3",
        '"a"',
        '"2026-01-01"',
        "true",
        "null",
        "limit",
        "[1]",
        "{'a': 1}",
        'date("2026-01-01")',
        '@"2026-01-02T00:00:00Z"',
    ]
)
RANGES = st.tuples(st.sampled_from("[(]"), OPERANDS, st.just(".."), OPERANDS, st.sampled_from("])[")).map("".join)
ORDERS = st.tuples(st.sampled_from(["<", "<=", ">", ">=", "=", "!=", ""]), OPERANDS).map("".join)
LISTS = st.lists(st.one_of(RANGES, ORDERS), min_size=1, max_size=3).map(", ".join)
CELLS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
    LISTS,
    LISTS.map(lambda text: f"not({text})"),
)
PLAIN = st.sampled_from(["-", "1", '"a"', "< 5", "[1..2]", "null", "true", "not(1)", 'date("2026-01-01")'])
KINDS = st.sampled_from([None, "string", "number", "integer", "boolean", "date", "dateTime", "Any"])
POLICIES = st.sampled_from(["UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.decimals(-3, 3, places=1),
    st.floats(),
    st.text(max_size=4),
    st.dates(date(2025, 12, 1), date(2026, 2, 1)).map(date.isoformat),
    st.lists(st.integers(0, 3), max_size=3),
    st.dictionaries(st.sampled_from("ab"), st.integers(), max_size=2),
    st.just(Decimal("NaN")),
)


def clean(text: str) -> str:
    """The text as a cell of `tables.table` takes it."""
    return text.replace("|", "||").replace("=>", "= >")


@settings(max_examples=300, deadline=None)
@given(
    kind=KINDS,
    out=KINDS,
    outs=st.one_of(st.sampled_from(["", '1, "a"', '"a","b"', "[1..2]"]), LISTS),
    policy=POLICIES,
    cells=st.lists(st.one_of(CELLS, PLAIN), min_size=1, max_size=4),
    entry=st.one_of(CELLS, PLAIN),
    values=st.one_of(st.just(""), CELLS),
    given_value=VALUES,
    limit=VALUES,
)
def test_any_text_is_refused_or_decided(
    kind: str | None,
    out: str | None,
    outs: str,
    policy: str,
    cells: list[str],
    entry: str,
    values: str,
    given_value: object,
    limit: object,
) -> None:
    rules = [f"{clean(cell)} => {clean(entry)}" for cell in cells]
    made = table("t", [column("x", kind, values=values)], [output("r", out, values=outs)], rules, policy=policy)
    read = read_decisions({"t.dmn": dmn(made)})
    if any(finding.level == "error" for finding in read.findings):
        return
    try:
        outcome = read.decisions.evaluate("t", {"x": given_value, "limit": limit, "now": "2026-01-01T00:00:00+08:00"}, ON)
    except DecisionFault as fault:
        outcome = None
        code = fault.code
    if outcome is None:
        assert code
        return
    assert set(outcome.rules) <= set(range(1, len(cells) + 1))


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from([b"", b"<", b">", b'"', b"&", b"\x00", b"\xff", b"</rule>", b"<rule/>", b"<text/>", b"dmn"]),
    st.integers(0, 30),
)
def test_a_damaged_file_is_refused_or_read(at: int, piece: bytes, cut: int) -> None:
    whole = dmn(
        table("a", [column("x")], [output("r", values='"p","q"')], ['< 5 => "p"', "- => 'q'"], policy="PRIORITY"),
        table(
            "b",
            [column("r", "string")],
            [output("s")],
            ['"p" => "1"'],
            requires=["a"],
            attributes='liandong:valid-from="2026-01-01"',
        ),
    )
    place = at % len(whole)
    for finding in read_decisions({"t.dmn": whole[:place] + piece + whole[place + cut :]}).findings:
        assert finding.code
        assert finding.message
        assert finding.message_en
