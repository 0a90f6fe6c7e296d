"""A vote item by item (逐项表决): each motion has its own votes and its own outcome, in an open and in a secret ballot."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from engine.approvals import VOTES_FIELD, Ballot, Motion, Policy, judge, parse_share
from engine.commands.delegation import Delegate
from engine.commands.drafts import SaveDraft
from engine.commands.held_decisions import HoldDecision, UndoDecision
from engine.commands.plain_agreement import AgreeToTask
from engine.commands.recorded_votes import RecordAbsence, RecordVote
from engine.commands.seat_changes import TransferTask
from engine.commands.taking_back import TakeBackTask
from engine.commands.task import CompleteTask
from engine.errors import Conflict, EngineError, Invalid, InvalidForm, NotAllowed
from engine.queries.case_document import PrintCase
from engine.queries.task_detail import GetTask, TaskDetail
from engine.queries.timeline import GetTimeline
from engine.store.tables import BallotPapers, Draft, HeldDecision, History, MotionVote
from engine.testing import CaseView, County
from tests.engine.signing import ABSTAIN, ADJOURN, signed
from tests.engine.test_held_decisions import accounts
from tests.engine.test_rounds import result, seat, states

FOUR = ("gan", "guo", "ren", "dai")
ROWS = [
    {"key": "ct", "title": "购置 CT", "amount": "900000.00"},
    {"key": "head", "title": "任命儿科主任", "recused": ["ren"]},
    {"key": "fund", "title": "使用结余资金"},
]
SECRETARY = '<liandong:secretary rule="person" person="shen"/>'


def vote(county: County, *logins: str, rows: Any = ROWS, extra: str = "", **policy: str) -> CaseView:
    """A case whose people vote on the rows."""
    said = ABSTAIN + ADJOURN + extra
    county.deploy(signed("vote", *logins, extra=said, motions="${motions}", **policy), name=f"{sorted(policy.items())}{extra}")
    return county.run("p", motions=rows)


def cast(case: CaseView, login: str, outcome: str = "#cast", **votes: str) -> None:
    """A person votes on each motion."""
    data = {VOTES_FIELD: votes} if votes else {}
    case._county.person(login).do(CompleteTask(task=seat(case, login).id, outcome=outcome, data=data))


def opened(case: CaseView, login: str) -> TaskDetail:
    return case._county.engine.query(GetTask(task=seat(case, login).id), case._county.person(login).actor)


def refused(kind: type[EngineError], code: str, case: CaseView, login: str, outcome: str = "#cast", **votes: str) -> EngineError:
    with pytest.raises(kind) as found:
        cast(case, login, outcome, **votes)
    assert found.value.code == code
    return found.value


def test_each_motion_has_its_own_votes_base_and_outcome(county: County) -> None:
    case = vote(county, *FOUR, chair="gan", chair_last="true", quorum="1/2")
    assert states(case, *FOUR) == ["waiting", "claimed", "claimed", "claimed"]
    detail = opened(case, "ren")
    assert [outcome.value for outcome in detail.outcomes] == ["#cast"], "nobody votes on the whole"
    assert [(line.key, line.recused) for line in detail.round.motions] == [("ct", ()), ("head", ("任转·演示",)), ("fund", ())]
    assert [line.motions for line in detail.round.seats if line.mine] == [("ct", "fund")]
    assert (detail.round.ballot, detail.round.votes) == ("open", ("agree", "refuse", "abstain"))
    missing = refused(InvalidForm, "invalid-form", case, "guo", ct="agree", head="agree")
    assert [(error.path, error.message) for error in missing.errors] == [("$votes.fund", "“使用结余资金”还没有表决。")]  # type: ignore[attr-defined]
    refused(Invalid, "unknown-motion", case, "ren", ct="agree", head="agree", fund="agree")
    refused(Invalid, "unknown-vote", case, "guo", ct="agree", head="adjourn", fund="agree")
    refused(Invalid, "unknown-outcome", case, "guo", "agree", ct="agree")
    with pytest.raises(NotAllowed):
        county.person("guo").do(AgreeToTask(task=seat(case, "guo").id))
    cast(case, "guo", ct="agree", head="refuse", fund="refuse")
    cast(case, "ren", ct="agree", fund="refuse")
    cast(case, "dai", ct="agree", head="agree", fund="abstain")
    assert states(case, "gan") == ["claimed"], "the chair speaks last"
    assert opened(case, "gan").round.votes == ("agree", "refuse", "abstain", "adjourn")
    assert [outcome.value for outcome in opened(case, "gan").outcomes] == ["#cast", "adjourn"]
    cast(case, "gan", ct="refuse", head="agree", fund="adjourn")
    assert (case.state, result(case)) == ("completed", "agree")
    motions = case.variables["sign"]["motions"]
    counted = [[row[name] for name in ("key", "outcome", "passed", "agree", "refuse", "abstain", "expected")] for row in motions]
    assert counted == [
        ["ct", "agree", True, 3, 1, 0, 4],
        ["head", "agree", True, 2, 1, 0, 3],
        ["fund", "adjourn", False, 0, 2, 1, 4],
    ]
    assert motions[0]["amount"] == "900000.00", "what belongs to a motion stays with it"


def test_an_open_ballot_is_told_printed_and_never_changed(county: County) -> None:
    case = vote(county, "gan", "guo")
    cast(case, "gan", ct="agree", head="abstain", fund="refuse")
    cast(case, "guo", ct="agree", head="agree", fund="agree")
    told = {line.title: line.detail for line in county.engine.query(GetTimeline(instance=case.id), county.person("gan").actor)}
    assert told["sign：提交表决"] == "购置 CT：同意\n任命儿科主任：同意\n使用结余资金：同意"
    assert told["sign结果：同意"] == (
        "购置 CT：通过（同意 2，不同意 0，弃权 0，应到 2）\n"
        "任命儿科主任：不通过（同意 1，不同意 0，弃权 1，应到 2）\n"
        "使用结余资金：不通过（同意 1，不同意 1，弃权 0，应到 2）"
    )
    printed = county.engine.query(PrintCase(instance=case.id), county.person("gan").actor).content
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(printed)).pages).replace("\n", "")
    assert "任命儿科主任：弃权" in words
    assert "使用结余资金：不通过（同意 1" in words
    for statement in (update(MotionVote).values(vote="agree"), delete(MotionVote)):
        with pytest.raises(DBAPIError, match="motion_vote never changes"), county.engine.database.writing() as connection:
            connection.execute(statement)


def test_a_vote_is_taken_back_with_what_was_said_until_all_is_decided(county: County) -> None:
    case = vote(county, "gan", "guo", extra=SECRETARY)
    gan = county.person("gan")
    accounts(county, "gan")
    first = seat(case, "gan").id
    cast(case, "gan", ct="agree", head="agree", fund="refuse")
    gan.do(TakeBackTask(task=first))
    draft = county.row(select(Draft.data).where(Draft.seat == seat(case, "gan").key)).data
    assert draft == {VOTES_FIELD: {"ct": "agree", "head": "agree", "fund": "refuse"}}
    detail = opened(case, "gan")
    assert [line.tally.agree for line in detail.round.motions if line.tally] == [0, 0, 0], "what was taken back counts no more"
    assert [line.votes for line in detail.round.seats if line.ending == "retaken"] == [draft[VOTES_FIELD]], "and stays"
    gan.do(HoldDecision(decision=CompleteTask(task=seat(case, "gan").id, outcome="#cast", data=draft)))
    assert county.scalar(select(HeldDecision.data)) == draft
    gan.do(UndoDecision(task=seat(case, "gan").id))
    cast(case, "gan", ct="agree", head="agree", fund="agree")
    said = {"ct": "refuse", "head": "refuse", "fund": "refuse"}
    shen = county.person("shen")
    shen.do(RecordVote(task=seat(case, "guo").id, outcome="#cast", evidence="会议记录第 3 页", votes=said))
    assert (case.state, result(case)) == ("active", "refuse")


def test_who_takes_a_seat_over_keeps_out_of_what_he_is_recused_from(county: County) -> None:
    case = vote(county, "gan", "guo")
    county.person("gan").do(TransferTask(task=seat(case, "gan").id, person=county.person("ren").id, reason="外出"))
    refused(Invalid, "unknown-motion", case, "ren", ct="agree", head="agree", fund="agree")
    cast(case, "ren", ct="agree", fund="agree")
    guo, ren, now = county.person("guo"), county.person("ren"), county.clock.now()
    guo.do(Delegate(agent=ren.id, from_at=now, to_at=now.replace(year=now.year + 1), reason="学习"))
    with pytest.raises(NotAllowed) as found:
        ren.do(
            CompleteTask(task=seat(case, "guo").id, outcome="#cast", data={VOTES_FIELD: dict.fromkeys(("ct", "head"), "agree")})
        )
    assert found.value.code == "recused-agent"
    cast(case, "guo", ct="agree", head="agree", fund="refuse")
    assert [(row["key"], row["passed"], row["expected"]) for row in case.variables["sign"]["motions"]] == [
        ("ct", True, 2),
        ("head", True, 1),
        ("fund", False, 2),
    ]


def test_a_secret_ballot_keeps_nothing_of_who_said_what(county: County) -> None:
    case = vote(county, *FOUR, "shen", ballot="secret", threshold="2/3", base="present", extra=SECRETARY)
    record = RecordVote(task=seat(case, "guo").id, outcome="#cast", evidence="x", votes={"ct": "agree"})
    with pytest.raises(NotAllowed) as entered:
        county.person("shen").do(record)
    assert entered.value.code == "secret-ballot"
    county.person("shen").do(RecordAbsence(task=seat(case, "shen").id))
    gan = county.person("gan")
    accounts(county, "gan")
    said = {"ct": "agree", "head": "refuse", "fund": "agree"}
    gan.do(SaveDraft(task=seat(case, "gan").id, data={VOTES_FIELD: said}))
    assert county.row(select(Draft.data)).data == {}
    gan.do(HoldDecision(decision=CompleteTask(task=seat(case, "gan").id, outcome="#cast", data={VOTES_FIELD: said})), key="once")
    assert county.rows(select(HeldDecision.key)) == [], "it is not held under his name"
    with pytest.raises(Conflict) as found:
        gan.do(TakeBackTask(task=seat(case, "gan").id))
    assert found.value.code == "take-back-secret"
    assert "takeBack" not in opened(case, "gan").actions
    for login in ("guo", "ren"):
        cast(case, login, ct="agree", fund="abstain", **({} if login == "ren" else {"head": "agree"}))
    detail = opened(case, "dai")
    assert [(line.tally, line.outcome) for line in detail.round.motions] == [(None, None)] * 3, "nothing is told before the end"
    assert {line.vote for line in detail.round.seats} == {"cast", None}
    assert not any(line.votes for line in detail.round.seats)
    cast(case, "dai", ct="refuse", head="agree", fund="agree")
    assert [(row["key"], row["outcome"], row["agree"]) for row in case.variables["sign"]["motions"]] == [
        ("ct", "agree", 3),
        ("head", "agree", 2),
        ("fund", "refuse", 2),
    ]
    assert county.rows(select(MotionVote.seat)) == []
    papers = {(row.motion, row.vote): row.papers for row in county.rows(select(BallotPapers))}
    assert papers == {
        ("ct", "agree"): 3,
        ("ct", "refuse"): 1,
        ("head", "agree"): 2,
        ("head", "refuse"): 1,
        ("fund", "agree"): 2,
        ("fund", "abstain"): 2,
    }
    kept = county.rows(select(History.data).where(History.instance == case.key, History.kind == "task-completed"))
    assert not any("votes" in row.data for row in kept)
    statements = (update(BallotPapers).values(papers=BallotPapers.papers - 1), delete(BallotPapers))
    for statement in statements:
        with pytest.raises(DBAPIError, match="ballot_papers never changes"), county.engine.database.writing() as connection:
            connection.execute(statement)


def test_who_has_nothing_to_vote_on_is_not_asked_and_absence_tells_on_every_motion(county: County) -> None:
    rows = [{"key": "a", "title": "甲", "recused": "dai"}, {"key": "b", "title": "乙", "recused": ["dai", "nobody-here"]}]
    case = vote(county, *FOUR, rows=rows, extra=SECRETARY, quorum="2/3", base="present")
    assert states(case, *FOUR) == ["claimed"] * 3 + ["recused"]
    assert [row.code for row in county.incidents()] == ["approval-recusal"], "a name that means nobody is told"
    county.person("shen").do(RecordAbsence(task=seat(case, "ren").id))
    cast(case, "gan", a="agree", b="refuse")
    cast(case, "guo", a="agree", b="agree")
    counted = [[row[name] for name in ("outcome", "expected", "present", "base")] for row in case.variables["sign"]["motions"]]
    assert counted == [["agree", 3, 2, 2], ["refuse", 3, 2, 2]]


def test_rows_that_cannot_be_read_are_put_to_no_vote(county: County) -> None:
    titled = {"key": "a", "title": "甲"}
    for number, rows in enumerate(([], "甲", [{"key": "a"}], [titled, titled], [titled | {"recused": 3}]), 1):
        case = vote(county, "gan", "guo", rows=rows)
        assert [row.code for row in county.incidents()] == ["approval-motions"] * number, rows
        assert [found.assignee for found in case.seats("sign")] == [None], "the administrators get it"
    case = vote(county, "gan", "guo", rows=None)
    assert [outcome.value for outcome in opened(case, "gan").outcomes] == ["agree", "refuse", "abstain", "adjourn"], (
        "one question"
    )


@pytest.mark.parametrize(
    ("said", "quorum", "outcomes", "whole"),
    [
        (("agree refuse", "agree refuse", "refuse refuse"), None, ["agree", "refuse"], "agree"),
        (("refuse refuse", "refuse refuse", "agree agree"), None, ["refuse", "refuse"], "refuse"),
        (("agree agree",), ">1/2", ["adjourn", "adjourn"], "adjourn"),
        (("agree adjourn", "agree agree", "agree agree"), None, ["agree", "adjourn"], "agree"),
        (("refuse adjourn", "refuse agree", "refuse agree"), None, ["refuse", "adjourn"], "adjourn"),
        (("agree agree", "agree agree"), "1/2", ["agree", "agree"], "agree"),
    ],
)
def test_the_verdict_follows_from_the_motions(said: tuple[str, ...], quorum: str | None, outcomes: list[str], whole: str) -> None:
    policy = Policy(
        mode="vote",
        quorum=None if quorum is None else parse_share(quorum),
        motions=(Motion(key="a", title="甲"), Motion(key="b", title="乙")),
        outcomes=(("agree", "yes"), ("refuse", "no"), ("adjourn", "adjourn")),
    )
    voted = [
        Ballot(key=number, person=number, state="completed", vote="cast", votes=dict(zip("ab", each.split(), strict=True)))
        for number, each in enumerate(said)
    ]
    away = [Ballot(key=number, state="closed", ending="absent", person=number) for number in range(len(said), 3)]
    verdict = judge(policy, [*voted, *away])
    assert [motion.vote for motion in verdict.motions] == outcomes
    assert verdict.vote == whole
