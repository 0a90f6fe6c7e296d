"""Reading BPMN files: any encoding, no power to the file, and findings that name element, line and reason in two languages."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine.errors import Finding, InvalidModel
from engine.kernel import compile_process, parse
from engine.xml import MAX_BYTES, Unreadable, read
from tests.kernel.world import World, document, flows

GOOD = '<startEvent id="s"/><userTask id="审批" name="审批"/>' + flows("s>审批")


def findings(body: str | bytes, extra: str = "", **options: object) -> tuple[Finding, ...]:
    """Findings of one file, those about missing assignments left out."""
    data = body if isinstance(body, bytes) else document(body, extra)
    return tuple(f for f in parse({"m.bpmn": data}, **options).findings if f.code != "no-assignment")  # type: ignore[arg-type]


def codes(body: str | bytes, extra: str = "", **options: object) -> set[str]:
    """Codes of the errors of one file."""
    return {finding.code for finding in findings(body, extra, **options) if finding.level == "error"}


def vote(attributes: str) -> str:
    """A user task put to the vote by these attributes."""
    outcomes = '<liandong:outcome value="yes"/><liandong:outcome value="no" kind="negative"/>'
    return extended("userTask", f'<liandong:approval mode="vote" {attributes}/>{outcomes}')


def extended(kind: str, extension: str) -> str:
    """A node with extension elements."""
    return f'<{kind} id="a"><extensionElements>{extension}</extensionElements></{kind}>'


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "gbk", "gb2312", "utf-16", "utf-16-le", "utf-8-sig"])
def test_any_declared_encoding_is_read(encoding: str) -> None:
    name = "UTF-16" if encoding.startswith("utf-16") else "UTF-8" if encoding.startswith("utf-8") else encoding
    data = document(GOOD).decode().replace("UTF-8", name).encode(encoding)
    if encoding == "utf-16-le":
        assert data.startswith(b"<\x00?\x00")
    [model] = parse({"m.bpmn": data}).processes
    assert model.elements["审批"].name == "审批"


@pytest.mark.parametrize(
    ("declared", "data"),
    [
        ("UTF-8", "审批".encode("gbk")),
        ("nonsense", b"x"),
        ("rot13", b"x"),
        ("utf-7", b"+AGE-"),
        ("idna", b"x"),
        ("zlib_codec", b"x"),
    ],
)
def test_a_wrong_encoding_is_named(declared: str, data: bytes) -> None:
    file = f'<?xml version="1.0" encoding="{declared}"?><definitions>'.encode() + data + b"</definitions>"
    [finding] = findings(file)
    assert (finding.level, finding.code, finding.resource) == ("error", "encoding", "m.bpmn")


SECRET = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
BOMB = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
FOREIGN = '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/evil.dtd">'


@pytest.mark.parametrize("doctype", [SECRET, BOMB, FOREIGN, "<!DOCTYPE definitions>"])
@pytest.mark.parametrize("before", ["", "<!-- a comment -->", "<?pi x?>\n  <!-- <!DOCTYPE x> -->"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_before_anything_is_parsed(doctype: str, before: str, encoding: str) -> None:
    text = document(GOOD).decode().replace("UTF-8", encoding)
    head, _, rest = text.partition("?>\n")
    assert codes(f"{head}?>\n{before}{doctype}{rest}".encode(encoding)) == {"doctype"}


def test_a_document_type_in_a_comment_is_only_a_comment() -> None:
    text = document(GOOD).decode().replace("<definitions", "<!-- <!DOCTYPE x> --><definitions", 1)
    assert codes(text.encode()) == set()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not-xml"),
        (b"PK\x03\x04", "not-xml"),
        (b"<definitions", "not-xml"),
        (b"<a>&undefined;</a>", "not-xml"),
        (b"<html/>", "not-bpmn"),
        (b"\x00" * 100, "not-xml"),
        (b"<a>" + b"x" * MAX_BYTES + b"</a>", "too-large"),
        (b"<a>" + b"<b/>" * 20_001 + b"</a>", "too-many-elements"),
        (b"<a>" * 101 + b"</a>" * 101, "too-deep"),
        (b"<a>" * 5_000 + b"</a>" * 5_000, "not-xml"),
    ],
)
def test_files_that_are_no_diagram_are_refused_with_a_reason(data: bytes, code: str) -> None:
    parsed = parse({"m.bpmn": data})
    assert [finding.code for finding in parsed.errors] == [code]
    assert parsed.processes == ()
    assert parsed.errors[0].message
    assert parsed.errors[0].message_en


def test_external_references_in_other_places_are_not_followed() -> None:
    body = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    root = read(document(GOOD + body))
    assert "root:" not in "".join(str(text) for text in root.itertext())


def test_the_line_of_a_fault_is_the_line_in_the_file() -> None:
    text = '<?xml version="1.0"\n encoding="UTF-8"?>\n<a>\n<b>\n</a>'
    with pytest.raises(Unreadable) as refused:
        read(text.encode())
    assert refused.value.line == 5


def test_missing_ids_are_given_the_same_way_every_time() -> None:
    body = '<startEvent/><sequenceFlow sourceRef="gen_1" targetRef="a"/><userTask id="a"/><userTask/><userTask id="gen_2"/>'
    first, second = (parse({"m.bpmn": document(body)}).processes[0] for _ in range(2))
    assert list(first.elements) == list(second.elements) == ["gen_1", "a", "gen_4", "gen_2"]
    assert list(first.flows) == ["gen_3"]
    world = World(body, reload=True)
    world.start()
    assert world.open() == ["a"]


@pytest.mark.parametrize(
    ("body", "code", "element"),
    [
        ('<startEvent id="s"/><task id="s"/>', "duplicate-id", "s"),
        ('<startEvent id="a b"/>', "bad-id", "a b"),
        ('<startEvent id="1"/>', "bad-id", "1"),
        ('<startEvent id="s"/>' + flows("s>nowhere"), "dangling-reference", "f_s_nowhere"),
        (
            '<startEvent id="s"/><task id="a"/><subProcess id="p"><task id="b"/></subProcess>' + flows("a>b"),
            "flow-crosses-scope",
            "f_a_b",
        ),
        ('<startEvent id="s"/><receiveTask id="r" messageRef="none"/>', "dangling-reference", "r"),
        (
            '<intermediateCatchEvent id="c"><signalEventDefinition signalRef="none"/></intermediateCatchEvent>',
            "dangling-reference",
            "c",
        ),
        ('<intermediateCatchEvent id="c"><messageEventDefinition/></intermediateCatchEvent>', "missing-reference", "c"),
        (
            (
                '<boundaryEvent id="b" attachedToRef="x"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
                "</timerEventDefinition></boundaryEvent>"
            ),
            "dangling-reference",
            "b",
        ),
        ('<userTask id="a" default="x"/>', "dangling-reference", "a"),
        (
            '<startEvent id="s"/><task id="a"/><task id="b"/><complexGateway id="g"/>' + flows("s>a", "s>b", "a>g", "b>g"),
            "complex-gateway",
            "g",
        ),
        ('<task id="a"/><eventBasedGateway id="g" instantiate="true"/>' + flows("a>g"), "instantiate", "g"),
        ('<eventBasedGateway id="g" eventGatewayType="Parallel"/>', "instantiate", "g"),
        (
            (
                '<startEvent id="s"/><intermediateThrowEvent id="t"><linkEventDefinition name="L"/></intermediateThrowEvent>'
                '<intermediateCatchEvent id="c"><linkEventDefinition name="L"/></intermediateCatchEvent><task id="a"/>'
                + flows("s>t", "t>a")
            ),
            "link",
            "t",
        ),
        (
            (
                '<intermediateCatchEvent id="c"><linkEventDefinition name="L"/></intermediateCatchEvent>'
                '<intermediateCatchEvent id="d"><linkEventDefinition name="L"/></intermediateCatchEvent>'
            ),
            "link",
            "c",
        ),
        (
            (
                '<task id="a"/><boundaryEvent id="b" attachedToRef="a" parallelMultiple="true"><errorEventDefinition/>'
                "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>"
            ),
            "parallel-multiple",
            "b",
        ),
        (
            (
                '<subProcess id="e" triggeredByEvent="true"><startEvent id="i" isInterrupting="false"><errorEventDefinition/>'
                "</startEvent></subProcess>"
            ),
            "event-kind",
            "i",
        ),
        (
            (
                '<subProcess id="e" triggeredByEvent="true"><standardLoopCharacteristics loopMaximum="2"/><startEvent id="i">'
                "<errorEventDefinition/></startEvent></subProcess>"
            ),
            "event-subprocess",
            "e",
        ),
        ('<startEvent id="s"/><task id="a" isForCompensation="true"/>' + flows("s>a"), "compensation", "a"),
        (
            (
                '<subProcess id="p"><task id="a"/></subProcess><intermediateThrowEvent id="t">'
                '<compensateEventDefinition activityRef="a"/></intermediateThrowEvent>'
            ),
            "compensation",
            "t",
        ),
        ('<subChoreography id="g"/>', "unsupported-element", "g"),
        (
            '<startEvent id="s"/><scriptTask id="t" scriptFormat="javascript"><script>x = 1</script></scriptTask>',
            "script-language",
            "t",
        ),
        ('<scriptTask id="t" scriptFormat="groovy"><script>x = 1</script></scriptTask>', "script-language", "t"),
        ('<scriptTask id="t"><script>import os</script></scriptTask>', "expression", "t"),
        ('<scriptTask id="t"/>', "empty-expression", "t"),
        ('<userTask id="a"><ioSpecification><dataInput id="i"/></ioSpecification></userTask>', "io-specification", "a"),
        (
            (
                '<userTask id="a"><multiInstanceLoopCharacteristics behavior="None"><loopCardinality>2</loopCardinality>'
                "</multiInstanceLoopCharacteristics></userTask>"
            ),
            "loop-behavior",
            "a",
        ),
        ('<userTask id="a"><multiInstanceLoopCharacteristics/></userTask>', "loop", "a"),
        ('<userTask id="a"><standardLoopCharacteristics/></userTask>', "loop", "a"),
        (
            (
                '<userTask id="a"><standardLoopCharacteristics loopMaximum="2"/><multiInstanceLoopCharacteristics>'
                "<loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics></userTask>"
            ),
            "loop",
            "a",
        ),
        ('<transaction id="t" method="##Store"/>', "transaction-method", "t"),
        (
            (
                '<dataStoreReference id="d"/><userTask id="a"><dataOutputAssociation><targetRef>d</targetRef><transformation>'
                "${x}</transformation></dataOutputAssociation></userTask>"
            ),
            "data-store",
            "a",
        ),
        ('<callActivity id="c"/>', "no-called-element", "c"),
        (
            '<intermediateCatchEvent id="c"><eventDefinitionRef>x</eventDefinitionRef></intermediateCatchEvent>',
            "dangling-reference",
            "c",
        ),
        ('<intermediateCatchEvent id="c"/>', "event-kind", "c"),
        ('<intermediateCatchEvent id="c"><terminateEventDefinition/></intermediateCatchEvent>', "event-kind", "c"),
        ('<startEvent id="s"><errorEventDefinition/></startEvent>', "event-kind", "s"),
        ('<startEvent id="s"/><endEvent id="e"><cancelEventDefinition/></endEvent>', "event-kind", "e"),
        ('<subProcess id="p" triggeredByEvent="true"><startEvent id="i"/></subProcess>', "event-subprocess", "i"),
        ('<subProcess id="p" triggeredByEvent="true"><task id="i"/></subProcess>', "event-subprocess", "p"),
        ('<eventBasedGateway id="g"/><userTask id="a"/>' + flows("g>a"), "gateway", "g"),
        ('<startEvent id="s"/><parallelGateway id="g"/><task id="a"/>' + flows("s>g", "g>a if x"), "gateway", "g"),
        ('<intermediateThrowEvent id="t"><linkEventDefinition name="L"/></intermediateThrowEvent>', "dangling-reference", "t"),
        ('<task id="a"/><boundaryEvent id="b" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>', "no-handler", "b"),
        (
            (
                '<intermediateCatchEvent id="c"><timerEventDefinition><timeDuration>8 hours</timeDuration></timerEventDefinition>'
                "</intermediateCatchEvent>"
            ),
            "timer",
            "c",
        ),
        ('<intermediateCatchEvent id="c"><timerEventDefinition/></intermediateCatchEvent>', "timer", "c"),
        (
            '<userTask id="a"><extensionElements><liandong:approval mode="votes"/></extensionElements></userTask>',
            "approval-mode",
            "a",
        ),
        (
            '<userTask id="a"><extensionElements><liandong:asign rule="starter"/></extensionElements></userTask>',
            "unknown-extension",
            "a",
        ),
        (extended("manualTask", '<liandong:assign rule="starter"/>'), "misplaced-extension", "a"),
        (extended("userTask", '<liandong:assign rule="starter" instituion="CH00"/>'), "unknown-attribute", "a"),
        (extended("userTask", '<liandong:approval/><liandong:approval mode="pool"/>'), "repeated-extension", "a"),
        (extended("userTask", '<liandong:outcome value="x" kind="bad"/>'), "attribute-value", "a"),
        (extended("userTask", '<liandong:approval mode="all" refusal="back"/>'), "attribute-value", "a"),
        (extended("userTask", '<liandong:approval mode="vote"/>'), "approval-outcomes", "a"),
        (
            extended("userTask", '<liandong:approval mode="any"/><liandong:outcome value="x"/><liandong:outcome value="y"/>'),
            "approval-outcomes",
            "a",
        ),
        (
            extended("userTask", '<liandong:approval mode="all"/><liandong:outcome value="x" kind="adjourn"/>'),
            "approval-outcomes",
            "a",
        ),
        (extended("userTask", '<liandong:approval mode="all" threshold="60%"/>'), "approval-attribute", "a"),
        (extended("userTask", '<liandong:approval mode="pool"/><liandong:recuse rule="starter"/>'), "approval-attribute", "a"),
        (extended("userTask", '<liandong:secretary rule="starter"/>'), "approval-attribute", "a"),
        (extended("userTask", '<liandong:auto empty="never"/>'), "attribute-value", "a"),
        (extended("userTask", '<liandong:auto empty="fallback"/>'), "auto", "a"),
        (extended("userTask", '<liandong:fallback rule="starter"/>'), "auto", "a"),
        (extended("userTask", '<liandong:auto empty="refuse"/>'), "auto", "a"),
        (extended("userTask", '<liandong:auto repeated="first"/>'), "auto", "a"),
        (extended("userTask", '<liandong:auto empty="pass"/><liandong:fields required="x"/>'), "auto", "a"),
        (vote("").replace("<liandong:approval", '<liandong:auto starter="skip"/><liandong:approval'), "auto", "a"),
        (vote('threshold="101%"'), "approval-share", "a"),
        (vote('threshold="0%"'), "approval-share", "a"),
        (vote('quorum="3/2"'), "approval-share", "a"),
        (vote('threshold=">100%"'), "approval-share", "a"),
        (vote('chair-last="true"'), "approval-chair", "a"),
        (vote('ballot="secret"'), "approval-ballot", "a"),
        (vote('motions="${rows}" ballot="secret" early="false"'), "approval-ballot", "a"),
        (vote('motions="${rows}" ballot="none"'), "attribute-value", "a"),
        (extended("userTask", '<liandong:approval mode="all" motions="${rows}"/>'), "approval-attribute", "a"),
        (extended("sendTask", '<liandong:send><liandong:accept name="x"/></liandong:send>'), "misplaced-extension", "a"),
        (extended("sendTask", '<liandong:send to="CH00"/>'), "no-message", "a"),
        (extended("sendTask", '<liandong:send to="A" endpoint="PT"/>'), "send", "a"),
        ('<userTask id="a"><extensionElements><liandong:assign rule="role"/></extensionElements></userTask>', "assign-rule", "a"),
        ('<userTask id="a"><extensionElements><liandong:assign rule="post"/></extensionElements></userTask>', "assign-rule", "a"),
        ('<userTask id="own"/>', "reserved-name", "own"),
        ('<userTask id="a" startQuantity="0"/>', "quantity", "a"),
        ('<serviceTask id="a" camunda:class="com.example.Evil"/>', "foreign-service", "a"),
        ('<serviceTask id="a" camunda:expression="${bean.run()}"/>', "foreign-service", "a"),
        ('<serviceTask id="a" camunda:type="mail"/>', "foreign-service", "a"),
        ('<serviceTask id="a" camunda:type="external"/>', "external-topic", "a"),
        (
            '<userTask id="a"><extensionElements><camunda:taskListener class="x"/></extensionElements></userTask>',
            "foreign-listener",
            "a",
        ),
        (
            '<serviceTask id="a"><extensionElements><liandong:call function="none.such"/></extensionElements></serviceTask>',
            "unknown-function",
            "a",
        ),
    ],
)
def test_what_would_run_wrong_is_refused_with_its_element_and_line(body: str, code: str, element: str) -> None:
    found = [finding for finding in findings(body) if finding.code == code and finding.level == "error"]
    assert found, findings(body)
    assert found[0].element == element
    assert found[0].line == 2
    assert found[0].message
    assert found[0].message_en
    with pytest.raises(InvalidModel) as refused:
        compile_process({"m.bpmn": document(body)})
    assert any(finding.code == code for finding in refused.value.findings)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (
            '<startEvent id="s"/><exclusiveGateway id="g"/><task id="a"/><task id="b"/>'
            + flows("s>g", "g>a if x == 1", "g>b if x == 2"),
            "no-default",
        ),
        (
            '<startEvent id="s"/><exclusiveGateway id="g"/><task id="a"/><task id="b"/>' + flows("s>g", "g>a if x == 1", "g>b"),
            "no-condition",
        ),
        ('<startEvent id="s"/><exclusiveGateway id="g"/>' + flows("g>g"), "unreachable"),
        ('<startEvent id="s"/><serviceTask id="a"/>' + flows("s>a"), "empty-service"),
        ('<startEvent id="s"/><endEvent id="e"><errorEventDefinition errorRef="E1"/></endEvent>' + flows("s>e"), "dangling-code"),
        ("", "empty-process"),
    ],
)
def test_what_may_stop_is_only_warned_of(body: str, code: str) -> None:
    assert code in {finding.code for finding in findings(body)}
    assert codes(body) == set()
    compile_process({"m.bpmn": document(body)})


def test_forms_must_be_in_the_deployment_when_they_are_known() -> None:
    body = '<userTask id="a"><extensionElements><liandong:approval form="slip"/></extensionElements></userTask>'
    assert codes(body) == set()
    assert codes(body, form_keys=("slip",)) == set()
    assert codes(body, form_keys=("other",)) == {"unknown-form"}


def test_all_faults_of_all_files_come_at_once() -> None:
    parsed = parse(
        {"b.bpmn": document('<choreographyTask id="g"/>'), "a.bpmn": document('<startEvent id="1"/><task id="x"/><task id="x"/>')}
    )
    assert [(f.resource, f.code) for f in parsed.errors] == [
        ("a.bpmn", "bad-id"),
        ("a.bpmn", "duplicate-id"),
        ("b.bpmn", "unsupported-element"),
        ("b.bpmn", "duplicate-process"),
    ]


def test_a_deployment_without_an_executable_process_is_refused() -> None:
    assert codes('<process id="p" isExecutable="false"><startEvent id="s"/></process>') == {"no-process"}


def test_foreign_services_pass_only_where_that_is_asked_for() -> None:
    body = '<startEvent id="s"/><serviceTask id="a" camunda:class="x"/><userTask id="b"/>' + flows("s>a", "a>b")
    world = World(body, foreign_services="pass")
    world.start()
    assert world.open() == ["b"]


def test_a_model_of_5_000_nodes_is_read_and_run() -> None:
    names = [f"t{number}" for number in range(5_000)]
    body = '<startEvent id="s"/>' + "".join(f'<task id="{name}"/>' for name in names)
    body += flows("s>t0", *(f"{a}>{b}" for a, b in pairwise(names)))
    world = World(body)
    world.start()
    assert world.ended()
    assert world.results[0].steps == 5_001
