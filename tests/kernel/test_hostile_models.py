"""Files made to cost much: each is refused or checked, with bounded memory, well within the time that a test may take."""

from __future__ import annotations

import resource

import pytest

from engine.gate.inspection import inspect
from engine.xml import MAX_ATTRIBUTES, MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, Unreadable, read
from tests.kernel.world import document

MEMORY = 300 * 1024
"""KiB that the process may grow by for one file of at most 2 MiB; a bomb takes gigabytes."""
pytestmark = pytest.mark.timeout(100)


def codes(data: bytes) -> set[str]:
    """Codes of everything that the whole gate says of one file."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = inspect({"m.bpmn": data}).findings
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY
    assert all(finding.message and finding.message_en for finding in found)
    return {finding.code for finding in found}


def flow(number: object, source: str, target: str, condition: str = "") -> str:
    asked = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}">{asked}</sequenceFlow>'


def attributes(count: int, prefix: str = "a") -> str:
    return " ".join(f'{prefix}{number}="u{number}"' for number in range(count))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"<a {attributes(80_000)}/>", "too-many-attributes"),
        (f"<a {attributes(60_000, 'xmlns:n')}/>", "too-many-attributes"),
        (f"<a><b/><c {attributes(MAX_ATTRIBUTES + 1)}/></a>", "too-many-attributes"),
        ("<a>" + "<b/>" * MAX_ELEMENTS + "</a>", "too-many-elements"),
        ("<a>" * (MAX_DEPTH + 1) + "</a>" * (MAX_DEPTH + 1), "too-deep"),
        ("<a>" * 100_000, "not-xml"),
        ('<a b="' + "x" * MAX_BYTES + '"/>', "too-large"),
        ("<a>\0</a>", "not-xml"),
        ("<a>\x01</a>", "not-xml"),
        ("<a>&#0;</a>", "not-xml"),
        ("<a>&#xD800;</a>", "not-xml"),
        ("<a>\ufffe</a>", "not-xml"),
        ('<a b="1" b="2"/>', "not-xml"),
        ('<a xmlns:x="u" xmlns:y="u" x:b="1" y:b="2"/>', "not-xml"),
        ("<a><b></a></b>", "not-xml"),
        ("<a/><a/>", "not-xml"),
        ("<a>&lol;</a>", "not-xml"),
        ('<a b="&lol;"/>', "not-xml"),
        ("<a/><!DOCTYPE a>", "not-xml"),
        ("<n:a/>", "not-xml"),
        ("", "not-xml"),
    ],
    ids=lambda value: ascii(value)[:40],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_text_that_would_cost_or_lie_is_refused(text: str, code: str, encoding: str) -> None:
    whole = f'<?xml version="1.0" encoding="{encoding}"?>{text}'
    if encoding == "utf-16" and len(whole) * 2 > MAX_BYTES:
        code = "too-large"

    with pytest.raises(Unreadable) as refused:
        read(whole.encode(encoding))

    assert refused.value.code == code
    assert refused.value.message
    assert refused.value.message_en


@pytest.mark.parametrize(
    ("declared", "written", "code"),
    [
        ("utf-8", "gb18030", "encoding"),
        ("gb18030", "utf-16-be", None),
        ("utf-16", "utf-8", None),
        ("unicode_escape", "ascii", "encoding"),
        ("raw_unicode_escape", "ascii", "encoding"),
        ("utf_7", "ascii", "encoding"),
        ("base64", "ascii", "encoding"),
        ("../../etc/passwd", "ascii", None),
        ("utf-8", "utf-32", None),
        ("gb18030", "utf-8-sig", None),
    ],
)
def test_a_declaration_never_makes_other_text_of_the_bytes(declared: str, written: str, code: str | None) -> None:
    name = "a" if written == "ascii" else "审批流程一二"
    data = f'<?xml version="1.0" encoding="{declared}"?><a b="{name}"/>'.encode(written)
    try:
        found = read(data).get("b")
    except Unreadable as refused:
        found = refused.code

    assert found in ((code,) if code else (name, "encoding", "not-xml"))


def test_the_largest_allowed_document_is_read() -> None:
    nested = "<b>" * (MAX_DEPTH - 1) + "</b>" * (MAX_DEPTH - 1)
    body = nested + "<b/>" * (MAX_ELEMENTS - MAX_DEPTH - 1) + f"<b {attributes(MAX_ATTRIBUTES)}/>"

    assert len(list(read(f"<a>{body}</a>".encode()).iter())) == MAX_ELEMENTS


def test_what_stands_beside_the_elements_is_no_part_of_them() -> None:
    root = read(b"<?xml version='1.0'?><?evil href='file:///etc/passwd'?><a>x<!-- y --><?z?><![CDATA[&b;<c/>]]></a>")

    assert (root.text, len(root)) == ("x&b;<c/>", 0)


CHAIN = '<startEvent id="n0"/>' + "".join(f'<task id="n{n}"/>' + flow(n, f"n{n - 1}", f"n{n}") for n in range(1, 3_000))
COSTLY = {
    "one event of many definitions": (
        '<intermediateCatchEvent id="t">'
        + "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>" * 4_000
        + "</intermediateCatchEvent>"
    ),
    "many links": "".join(
        f'<intermediateThrowEvent id="t{n}"><linkEventDefinition name="L{n}"/></intermediateThrowEvent>'
        f'<intermediateCatchEvent id="c{n}"><linkEventDefinition name="L{n}"/></intermediateCatchEvent>'
        for n in range(2_000)
    ),
    "many conditions": (
        '<startEvent id="s"/><exclusiveGateway id="g"/><task id="t"/>'
        + flow("s", "s", "g")
        + "".join(flow(n, "g", "t", f"${{x == {n}}}") for n in range(3_000))
    ),
    "a long way into an inclusive join": CHAIN + '<inclusiveGateway id="j"/>' + flow("x", "n1", "j") + flow("y", "n2999", "j"),
    "a wide inclusive join": (
        '<startEvent id="s"/><inclusiveGateway id="f"/><inclusiveGateway id="j"/>'
        + flow("s", "s", "f")
        + "".join(f'<task id="t{n}"/>' + flow(f"a{n}", "f", f"t{n}") + flow(f"b{n}", f"t{n}", "j") for n in range(1_500))
    ),
    "many boundaries": '<startEvent id="s"/><userTask id="u"/>'
    + flow("s", "s", "u")
    + "".join(
        f'<boundaryEvent id="b{n}" attachedToRef="u"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
        "</timerEventDefinition></boundaryEvent>"
        for n in range(2_000)
    ),
}


@pytest.mark.parametrize("body", COSTLY.values(), ids=COSTLY)
def test_a_model_that_is_costly_to_check_is_checked(body: str) -> None:
    assert not {"not-xml", "too-large"} & codes(document(body))


def test_too_many_levels_are_refused() -> None:
    assert codes(document('<subProcess><task id="t"/></subProcess>' + "<subProcess/>" * 501)) >= {"too-many-subprocesses"}


def test_repeated_ids_are_told_up_to_the_number_that_anybody_reads() -> None:
    assert codes(document('<task id="s"/>' * 10_000)) == {"duplicate-id", "more-findings"}
