"""Lists that a case publishes for all cases of its community: in versions, from a day on, and never over somebody else's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.store.tables import PublishedList
from engine.testing import County, bpmn, process
from tests.engine.interleaving import race
from tests.engine.models import END, START


def service(key: str, function: str, **ins: str) -> str:
    """A service task that calls a function and keeps its whole result."""
    given = "".join(f'<liandong:in name="{name}" value="${{{value}}}"/>' for name, value in ins.items())
    return (
        f'<serviceTask id="{key}" name="{key}"><extensionElements><liandong:call function="published.{function}">'
        f'{given}<liandong:out name="{key}" value="${{result}}"/></liandong:call></extensionElements></serviceTask>'
    )


PUT = service("put", "put", name="'catalogue'", rows="rows", effectiveOn="day", after="after")
GET = service("got", "get", name="'catalogue'", on="day", column="column", values="values")


def published(county: County, day: str, after: int, *items: str, at: str = "CH00") -> dict[str, Any]:
    """What a case gets that publishes these items."""
    rows = [{"item": item, "price": "1.2300"} for item in items]
    found: dict[str, Any] = county.run("putting", at=at, rows=rows, day=day, after=after).variables["put"]
    return found


def read(county: County, day: str, column: str | None = None, values: tuple[str, ...] = (), at: str = "CH01") -> dict[str, Any]:
    """What a case reads."""
    case = county.run("getting", at=at, day=day, column=column, values=list(values))
    found: dict[str, Any] = case.variables["got"]
    return found


def test_a_list_is_read_as_it_is_valid_on_a_day(county: County) -> None:
    county.deploy(bpmn(process("putting", START, PUT, END, flows="s > put > e")), name="put")
    county.deploy(bpmn(process("getting", START, GET, END, flows="s > got > e")), name="get")
    assert read(county, "2026-03-02") == {"version": 0, "effectiveOn": None, "rows": [], "newest": 0}
    assert published(county, "2026-03-02", 0, "a", "b") == {"published": True, "version": 1}
    # Whoever has begun with an older version has to look again; the list is the community's, whichever member publishes.
    assert published(county, "2026-03-05", 0, "c") == {"published": False, "version": 1}
    assert published(county, "2026-03-05", 1, "a", "c", at="CH02") == {"published": True, "version": 2}
    before, after = read(county, "2026-03-04"), read(county, "2026-03-05", "item", ("c", "x"))
    assert ([row["item"] for row in before["rows"]], before["version"], before["newest"]) == (["a", "b"], 1, 2)
    assert (after["rows"], after["effectiveOn"]) == ([{"item": "c", "price": "1.2300"}], "2026-03-05")
    assert read(county, "2026-03-01")["rows"] == []
    # A day before the last version's would rewrite what was valid: an incident, and nothing is published.
    case = county.run("putting", at="CH00", rows=[], day="2026-03-04", after=2)
    assert ([row.element for row in county.incidents()], case.state) == (["put"], "active")
    assert [row.version for row in county.rows(select(PublishedList.version))] == [1, 2]


def test_of_two_that_publish_at_a_time_one_has_to_look_again(county: County) -> None:
    county.deploy(bpmn(process("putting", START, PUT, END, flows="s > put > e")), name="put")
    with county.another() as other:
        race(lambda: published(county, "2026-03-02", 0, "a"), lambda: published(other, "2026-03-02", 0, "b"))
    assert sorted(case.variables["put"]["published"] for case in county.cases("putting")) == [False, True]
    assert [row.version for row in county.rows(select(PublishedList.version))] == [1]
