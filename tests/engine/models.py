"""The small models that the tests of the engine run."""

from __future__ import annotations

import json

from engine.testing import bpmn, process, user_task

START, END = '<startEvent id="s"/>', '<endEvent id="e"/>'
STARTER = '<liandong:process startable="true"/><liandong:starter post="BR_GP"/>'

SLIP = json.dumps(
    {
        "type": "default",
        "id": "slip",
        "schemaVersion": 18,
        "components": [
            {"type": "textfield", "key": "name", "label": "姓名", "validate": {"maxLength": 20}},
            {"type": "number", "key": "amount", "label": "数量", "decimalDigits": 2, "validate": {"min": 0, "max": 1000}},
            {"type": "textarea", "key": "remark", "label": "备注"},
        ],
    }
)
"""A form of three fields, key `slip`."""

DECISION = (
    '<liandong:approval mode="pool" form="slip"/>'
    '<liandong:outcome value="accept" label="接收" label-en="Accept" fields="amount"/>'
    '<liandong:outcome value="refuse" label="拒绝" label-en="Refuse" kind="negative" opinion="required"/>'
)


def one_task(*extensions: str, key: str = "p", post: str | None = "BR_GP", at: str | None = None, mode: str = "") -> bytes:
    """A process with one user task, `check`, that a general practitioner may start by hand."""
    task = user_task("check", *extensions, post=post, at=at, mode=mode)
    return bpmn(process(key, START, task, END, flows="s > check > e", extensions=STARTER))


def decision() -> bytes:
    """A process whose task `decide` has a form and two outcomes; a refusal goes to task `why`, an acceptance ends it."""
    elements = (
        START,
        user_task("decide", DECISION, post="BR_GP"),
        '<exclusiveGateway id="g"/>',
        user_task("why", post="BR_DIR"),
        END,
    )
    flows = "s > decide > g, g > e if decide.outcome == 'accept', g > why if decide.outcome == 'refuse', why > e"
    return bpmn(process("p", *elements, flows=flows))


def two_tasks() -> bytes:
    """A process of two tasks, `first` for a general practitioner and `second` for a specialist at the lead hospital."""
    elements = (START, user_task("first", post="BR_GP"), user_task("second", post="SPEC_DOC", at="CH00"), END)
    return bpmn(process("p", *elements, flows="s > first > second > e", extensions=STARTER))


def seats(extra: str = "") -> bytes:
    """A process with `n` parallel seats of task `vote`."""
    loop = (
        f"<multiInstanceLoopCharacteristics><loopCardinality>${{n}}</loopCardinality>{extra}</multiInstanceLoopCharacteristics>"
    )
    return bpmn(process("p", START, user_task("vote", post="BR_GP", body=loop), END, flows="s > vote > e"))


def timer(kind: str, text: str, *, event: str = "catch", interrupting: bool = True) -> bytes:
    """A process that waits for a timer before task `after`, or has one on the border of task `work`."""
    definition = f'<timerEventDefinition id="d"><time{kind}>{text}</time{kind}></timerEventDefinition>'
    if event == "catch":
        caught = f'<intermediateCatchEvent id="t">{definition}</intermediateCatchEvent>'
        return bpmn(process("p", START, caught, user_task("after", post="BR_GP"), END, flows="s > t > after > e"))
    cancels = "true" if interrupting else "false"
    border = f'<boundaryEvent id="t" attachedToRef="work" cancelActivity="{cancels}">{definition}</boundaryEvent>'
    elements = (START, user_task("work", post="BR_GP"), border, user_task("after", post="BR_DIR"), END, '<endEvent id="e2"/>')
    return bpmn(process("p", *elements, flows="s > work > e, t > after > e2"))
