"""Small models of tasks that several people sign."""

from __future__ import annotations

from engine.testing import bpmn, process, user_task
from tests.engine.models import END, START, STARTER

BUTTONS = (
    '<liandong:outcome value="agree" label="同意" label-en="Agree"/>'
    '<liandong:outcome value="refuse" label="不同意" label-en="Refuse" kind="negative"/>'
)
ABSTAIN = '<liandong:outcome value="abstain" label="弃权" label-en="Abstain" kind="neutral"/>'
ADJOURN = '<liandong:outcome value="adjourn" label="缓议" label-en="Put off" kind="adjourn"/>'


def people(*logins: str, chair: str = "") -> str:
    """Rules that name these people, one of them as the chair."""
    chairs = dict.fromkeys((chair,), ' chair="true"')
    return "".join(f'<liandong:assign rule="person" person="{login}"{chairs.get(login, "")}/>' for login in logins)


def signed(mode: str, *logins: str, chair: str = "", extra: str = "", key: str = "p", body: str = "", **policy: str) -> bytes:
    """A process whose task `sign` these people sign; a refusal goes to task `why`, everything else ends it."""
    attributes = "".join(f' {name.replace("_", "-")}="{value.replace("<", "&lt;")}"' for name, value in policy.items())
    approval = f'<liandong:approval mode="{mode}"{attributes}/>{people(*logins, chair=chair)}{BUTTONS}{extra}'
    elements = (
        START,
        user_task("sign", approval, body=body),
        '<exclusiveGateway id="g" default="g_e"/>',
        user_task("why", post="BR_DIR"),
        END,
    )
    flows = "s > sign > g > e, g > why if sign.outcome == 'refuse', why > e"
    return bpmn(process(key, *elements, flows=flows, extensions=STARTER))
