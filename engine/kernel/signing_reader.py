"""Reads how several people decide a user task, and says what of it cannot be meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from lxml import etree

from engine.approvals import MODES, parse_share
from engine.expressions import Template
from engine.kernel.model import OutcomeModel
from engine.kernel.people_model import AssignModel
from engine.kernel.report import Report
from engine.kernel.signing import DEFAULT_OPERATIONS, OPERATIONS, SigningModel

_SEVERAL = frozenset({"all", "any", "order", "vote"})
_REFUSALS = {"all": ("now", "end"), "any": ("now", "end"), "order": ("now", "back"), "vote": ("veto",)}
_OF_A_VOTE = ("threshold", "base", "quorum", "early", "chair-last", "motions", "ballot")
_VALUES = {
    "base": ("expected", "present", "voted"),
    "abstain": ("base", "out"),
    "early": ("true", "false"),
    "chair-last": ("true", "false"),
    "ballot": ("open", "secret"),
}


def read_signing(
    report: Report,
    node: etree._Element,
    item: etree._Element | None,
    mode: str,
    assigns: Sequence[AssignModel],
    outcomes: Sequence[OutcomeModel],
    *,
    at_meetings: bool,
) -> SigningModel:
    """The policy of the user task `node`, whose `liandong:approval` is `item`. `at_meetings`: it names who is
    recused, or secretaries. What is wrong becomes a finding.
    """
    if mode not in MODES:
        known = "、".join(MODES)
        report.error(
            "approval-mode",
            node,
            f"办理方式“{mode}”不存在，可用 {known}。",
            f"There is no approval mode '{mode}'; use {', '.join(MODES)}.",
        )
        return SigningModel()
    _check_outcomes(report, node, mode, outcomes)
    if mode not in _SEVERAL and at_meetings:
        _without_effect(report, node, "liandong:recuse / liandong:secretary", mode)
    if item is None:
        return SigningModel()
    _check_attributes(report, item, mode)
    found = SigningModel(
        refusal=item.get("refusal") or "now",
        threshold=_share(report, item, "threshold"),
        base=item.get("base") or "expected",
        quorum=_share(report, item, "quorum"),
        abstain=item.get("abstain"),
        early=item.get("early") != "false",
        chair_last=item.get("chair-last") == "true",
        motions=None if item.get("motions") is None else report.expression(item.get("motions"), item),
        secret=item.get("ballot") == "secret",
        operations=_operations(report, item),
    )
    if mode == "vote":
        _check_vote(report, item, found, assigns)
        _check_ballot(report, item, found)
    return found


def _check_attributes(report: Report, item: etree._Element, mode: str) -> None:
    for name, allowed in _allowed(mode).items():
        value = item.get(name)
        if value is not None and value not in allowed:
            report.error(
                "attribute-value",
                item,
                f"属性 {name} 的值“{value}”无效，可用 {'、'.join(allowed)}。",
                f"The attribute {name} cannot be '{value}'; use {', '.join(allowed)}.",
            )
    wrong = [] if mode == "vote" else [name for name in _OF_A_VOTE if item.get(name) is not None]
    wrong += ["refusal"] if mode not in _REFUSALS and item.get("refusal") is not None else []
    wrong += ["abstain"] if mode not in _SEVERAL and item.get("abstain") is not None else []
    for name in wrong:
        _without_effect(report, item, name, mode)


def _allowed(mode: str) -> Mapping[str, tuple[str, ...]]:
    return {**_VALUES, **({"refusal": _REFUSALS[mode]} if mode in _REFUSALS else {})}


def _without_effect(report: Report, item: etree._Element, name: str, mode: str) -> None:
    report.error(
        "approval-attribute",
        item,
        f"办理方式“{mode}”没有用到 {name}，写上不起作用，请删去或改用其他办理方式。",
        f"The approval mode '{mode}' has no use for {name}; leave it out or choose another mode.",
    )


def _check_outcomes(report: Report, node: etree._Element, mode: str, outcomes: Sequence[OutcomeModel]) -> None:
    """Votes become one outcome only where each of them stands for exactly one."""
    kinds = Counter(outcome.kind for outcome in outcomes)
    if mode in _SEVERAL and (kinds["primary"] != 1 or kinds["negative"] > 1 or kinds["neutral"] > 1):
        report.error(
            "approval-outcomes",
            node,
            f"多人办理（{mode}）时，同意（primary）须恰有一个，不同意（negative）和弃权（neutral）至多各一个。",
            f"With several signers ({mode}) exactly one outcome is primary, and at most one each negative and neutral.",
        )
    if mode == "vote" and kinds["negative"] != 1:
        report.error(
            "approval-outcomes",
            node,
            "票签须有一个不同意（negative）的处理结果，否则表决不会不通过。",
            "A vote needs one negative outcome, or it could not be lost.",
        )
    if kinds["adjourn"] > (mode == "vote"):
        report.error(
            "approval-outcomes",
            node,
            "缓议（adjourn）只能用于票签，且至多一个。",
            "Only a vote can be put off, by at most one outcome of kind adjourn.",
        )


def _operations(report: Report, item: etree._Element) -> frozenset[str]:
    text = item.get("operations")
    if text is None:
        return DEFAULT_OPERATIONS
    named = frozenset(text.replace(",", " ").split())
    for name in sorted(named - OPERATIONS):
        report.error(
            "approval-operation",
            item,
            f"操作“{name}”不存在，可用 {'、'.join(sorted(OPERATIONS))}。",
            f"There is no operation '{name}'; use {', '.join(sorted(OPERATIONS))}.",
        )
    return named


def _share(report: Report, item: etree._Element, name: str) -> Template | None:
    text = item.get(name)
    template = None if text is None else report.template(text, item)
    if template is None or template.literal is None:
        return template
    try:
        parse_share(template.literal)
    except ValueError:
        report.error(
            "approval-share",
            item,
            f"{name}=“{template.literal}”无效：须为 1%～100%，写作 60%、2/3，或“超过”写作 >1/2。",
            f"{name} cannot be '{template.literal}': it is 1% to 100%, written 60% or 2/3, or >1/2 for more than that.",
        )
    return template


def _check_vote(report: Report, item: etree._Element, found: SigningModel, assigns: Sequence[AssignModel]) -> None:
    if found.chair_last and not any(assign.chair for assign in assigns):
        report.error(
            "approval-chair",
            item,
            '末位表态须指明主持人：在 liandong:assign 上写 chair="true"。',
            'A chair who speaks last has to be among the people: write chair="true" on a liandong:assign.',
        )
    if found.base != "expected" and found.quorum is None:
        report.warning(
            "approval-quorum",
            item,
            f"以{'到会' if found.base == 'present' else '投票'}人数为基数而没有法定人数（quorum），少数人即可通过。",
            f"The base is who is {found.base} and there is no quorum: very few could decide.",
        )


def _check_ballot(report: Report, item: etree._Element, found: SigningModel) -> None:
    if item.get("ballot") is not None and item.get("motions") is None:
        report.error(
            "approval-ballot",
            item,
            "ballot 说的是逐项表决的票，须同时写明逐项表决的事项（motions）。",
            "ballot is about the votes on motions; name the rows that are voted on by motions.",
        )
    if found.secret and item.get("early") is not None:
        report.error(
            "approval-ballot",
            item,
            "无记名投票总是等所有人投完，写 early 不起作用，请删去。",
            "A secret ballot always waits for everybody; early has no effect, leave it out.",
        )
