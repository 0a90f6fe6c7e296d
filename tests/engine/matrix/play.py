"""One case of the matrix, played on the engine and on the reference side by side.

After every act the same people may act, with the due dates that the table of operations gives them, their inboxes hold
exactly what the tables say, no vote has changed, nothing else has moved, and every invariant of the store holds.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.approvals import VOTES_FIELD
from engine.commands.operation import CancelInstance, ResumeInstance, SuspendInstance
from engine.commands.returning import ReturnTask
from engine.commands.seat_changes import AddSigners, DelegateTask, RemoveSigner, TransferTask
from engine.commands.taking_back import TakeBackTask
from engine.commands.task import CompleteTask
from engine.commands.withdrawal import WithdrawInstance
from engine.errors import Conflict, NotAllowed
from engine.queries.return_targets import ListReturnTargets
from engine.store.tables import Notification
from tests.engine.matrix.cases import HELPERS
from tests.engine.matrix.drawings import PLACES, Target
from tests.engine.matrix.watch import ACTING, OPERATOR, SIGNERS, Watch

PAUSE = timedelta(minutes=10)
"""Between two acts."""
STEPS_AT_MOST = 60


class Play(Watch):
    """A case and its reference, and everybody who acts in it."""

    def run(self) -> None:
        """Plays it to its end, and cancels what is left."""
        if self.scene.variant.mode == "pool":
            self.people["gan"].claim(self._seats()[0].id)
        self.compare()
        for _ in range(self.scene.votes):
            self.say(self._next(), "agree")
        self.operate()
        self.compare()
        self.end()
        if self.case.state == "active":
            self.people[OPERATOR].do(CancelInstance(instance=self.case.id, reason="收尾"))
            self.sound()
        self.clean()

    def close(self) -> None:
        """Takes away what a case that went wrong has left, so that it is not found in the next ones."""
        if self.case.state == "active":
            self.people[OPERATOR].do(CancelInstance(instance=self.case.id, reason="清理"))

    # What is done with a seat

    def operate(self) -> None:
        """Does what the case is about, with the seat of whoever may act first."""
        kind, _, how = self.scene.operation.partition("-")
        if kind == "none":
            return
        self.county.clock.advance(PAUSE)
        actor = self._next()
        {
            "suspend": self.suspend,
            "take": self.take_back,
            "transfer": self.transfer,
            "delegate": self.delegate,
            "before": self.before,
            "after": self.after,
            "beside": self.beside,
        }[kind](actor, how)

    def suspend(self, actor: str, how: str) -> None:
        """挂起: nobody acts, and the clocks stand still until it goes on."""
        self.people[OPERATOR].do(SuspendInstance(instance=self.case.id, reason="等批复"))
        self.refused(Conflict, "instance-suspended", actor, CompleteTask(task=self._seat(actor).id, outcome="agree"))
        self.county.clock.advance(PAUSE)
        self.people[OPERATOR].do(ResumeInstance(instance=self.case.id, reason="批复已到"))
        self.clocks.stood_still(PAUSE)

    def take_back(self, actor: str, how: str) -> None:
        """收回 of a vote that has not decided."""
        who, seat = self.last
        self.people[self._hand(who)].do(TakeBackTask(task=seat.id))
        self.reference.retake(who)
        self.clocks.keep(who)

    def transfer(self, actor: str, how: str) -> None:
        command = TransferTask(task=self._seat(actor).id, person=self.people["shen"].id, reason="出差")
        self.people[self._hand(actor)].do(command)
        self.reference.transfer(actor, "shen")
        self.clocks.hand_over(actor, "shen")

    def delegate(self, actor: str, how: str) -> None:
        command = DelegateTask(task=self._seat(actor).id, person=self.people["shen"].id, reason="请看")
        self.people[self._hand(actor)].do(command)
        self.reference.ask_before(actor, "shen")
        self.clocks.hand_over(actor, "shen")
        self.clocks.keep(actor)
        if how == "remove":
            self.remove(actor, "shen")

    def before(self, actor: str, how: str) -> None:
        joint, binds = (how if how in ("any", "order") else "all"), how == "binding"
        self._add(actor, "before", HELPERS, joint=joint, binds=binds)
        self.reference.ask_before(actor, *HELPERS, joint=joint, binds=binds)
        self.clocks.keep(actor, paused=True)
        if how == "remove":
            self.remove(actor, "shen")

    def after(self, actor: str, how: str) -> None:
        joint, binds = (how if how in ("any", "order") else "all"), how != "advice"
        persons = tuple(self.people[helper].id for helper in HELPERS)
        seat = self._seat(actor)
        outcome, data = self.decision(seat, "agree")
        command = CompleteTask(task=seat.id, outcome=outcome, data=data, after=persons, joint=joint, binds=binds)
        self.people[self._hand(actor)].do(command)
        self.last = (actor, seat)
        self.reference.say(actor, "agree")
        self.reference.ask_after(actor, *HELPERS, joint=joint, binds=binds)

    def beside(self, actor: str, how: str) -> None:
        self._add(actor, "beside", HELPERS[:1])
        self.reference.beside(actor, "shen")
        if how == "remove":
            self.remove(actor, "shen")

    def remove(self, actor: str, gone: str) -> None:
        self.compare()
        self.people[self._hand(actor)].do(RemoveSigner(task=self._seat(gone).id, reason="不需要了"))
        self.reference.remove(gone)

    def _add(self, actor: str, place: Any, helpers: tuple[str, ...], **more: Any) -> None:
        persons = tuple(self.people[helper].id for helper in helpers)
        command = AddSigners(task=self._seat(actor).id, persons=persons, place=place, reason="请协助", **more)
        self.people[self._hand(actor)].do(command)

    # How it ends

    def end(self) -> None:
        """Lets the case end as it is to end."""
        kind, _, how = self.scene.ending.partition("-")
        if kind == "return":
            self.send_back(*how.partition("-")[::2])
        elif kind in ("revised", "voided"):
            self.withdraw("revise" if kind == "revised" else "void")
        elif kind == "terminated":
            self.terminate()
        elif kind == "timeout":
            self.county.pass_time("PT8H")
            self.left()
        else:
            self.speak()
            self.decided()
            if kind == "taken":
                self.take_decision_back()

    def speak(self) -> None:
        """Everybody says what the case wants of him until it is decided."""
        refuser = self._refuser()
        for _ in range(STEPS_AT_MOST):
            if self.reference.outcome is not None:
                return
            actor = self._next()
            vote = "refuse" if actor == refuser else "agree"
            refuser = None if vote == "refuse" else refuser
            self.say(actor, vote)
        raise AssertionError("Expected an outcome, but there is none")

    def _refuser(self) -> str | None:
        """Who refuses once; whoever has taken the first signer's seat does it for him."""
        refusers = {"first-refuses": SIGNERS[0], "last-refuses": self.scene.variant.signers[-1], "helper-refuses": "shen"}
        refuser = refusers.get(self.scene.ending)
        handed_on = self.scene.operation == "transfer" and self.scene.ending == "first-refuses"
        acting = self.reference.acting()
        return "shen" if handed_on and refuser not in acting and "shen" in acting else refuser

    def decision(self, seat: Any, vote: str) -> tuple[str, dict[str, Any]]:
        """What is sent for a vote: where motions are voted on one by one, the same for each of them."""
        motions = self.scene.variant.motions
        if not motions or seat.kind not in ("asked", "beside"):
            return vote, {}
        return "#cast", {VOTES_FIELD: dict.fromkeys(motions, vote)}

    def say(self, actor: str, vote: str) -> None:
        """Somebody speaks, in the engine and in the reference."""
        self.county.clock.advance(PAUSE)
        seat = self._seat(actor)
        outcome = "advised" if seat.kind == "advice" else vote
        hand = self._hand(actor)
        self.people[hand].complete(seat.id, *self.decision(seat, outcome), opinion="已阅")
        self.last = (actor, seat)
        self.reference.say(actor, outcome)
        self.compare()
        spoken = next(row for row in self._seats() if row.key == seat.key)
        assert (self._login(spoken.assignee), self._login(spoken.ended_by)) == (actor, hand)
        assert spoken.on_behalf_of == (None if hand == actor else spoken.assignee)

    def send_back(self, name: str, how: str) -> None:
        """退回: to where the table says, with what the table says; refused, nothing has changed."""
        target = PLACES[self.scene.position].targets[name]
        resume: Any = "direct" if how else "again"
        decider = next(iter(sorted(self.reference.deciding)), None)
        if decider is None:
            actor = self._next()
            command = ReturnTask(task=self._seat(actor).id, target=name, reason="资料不全", end_others=True)
            self.refused(NotAllowed, "return-not-decider", actor, command)
            return
        seat, person = self._seat(decider), self.people[decider]
        found = self.county.engine.query(ListReturnTargets(task=seat.id), person.actor)
        known = {each.element: Target(each.refusal, tuple(sorted(each.ends)), direct=each.direct) for each in found}
        wanted = PLACES[self.scene.position].targets
        assert {name: (each.refusal, each.ends) for name, each in known.items()} == {
            name: (each.refusal, each.ends) for name, each in wanted.items()
        }
        assert all(known[name].direct == each.direct for name, each in wanted.items() if each.refusal is None)
        command = ReturnTask(task=seat.id, target=name, reason="资料不全", resume=resume)
        if target.refusal is not None:
            self.refused(Conflict, f"return-{target.refusal}", decider, command)
            return
        if target.ends:
            self.refused(Conflict, "return-ends-others", decider, command)
            command = ReturnTask(task=seat.id, target=name, reason="资料不全", resume=resume, end_others=True)
        person.do(command)
        self.left(outcome="#returned")
        (sent,) = [row for row in self._seats() if row.outcome == "#returned"]
        assert (sent.key, sent.state, sent.vote, sent.opinion) == (seat.key, "completed", None, "资料不全")
        assert set(self.case.open) == {name, *target.left}
        again = self.case.task(name)
        assert (again.reason, again.state) == ("returned", "claimed")
        if resume == "direct":
            self.people[self._login(again.assignee)].complete(again.id)
            assert "sign" in self.case.open
        self.finish()

    def withdraw(self, mode: Any) -> None:
        """撤回修改 back to the draft under the same number, or 撤销 for good; by the starter alone."""
        number = self.case.row.number
        self.refused(
            NotAllowed, "withdraw-not-starter", "guo", WithdrawInstance(instance=self.case.id, mode=mode, reason="信息有误")
        )
        self.people["gan"].do(WithdrawInstance(instance=self.case.id, mode=mode, reason="信息有误"))
        self.left()
        if mode == "void":
            assert (self.case.state, self.case.open) == ("cancelled", [])
            return
        assert (self.case.open, self.case.row.number) == (["draft"], number)
        assert self._login(self.case.task("draft").assignee) == "gan"
        self.finish()

    def terminate(self) -> None:
        """终止 by an administrator, which everybody at work is told."""
        working = {row.assignee for row in self._rows_of_case() if row.state in ACTING and row.assignee is not None}
        self.people[OPERATOR].do(CancelInstance(instance=self.case.id, reason="重复立项"))
        self.left()
        assert self.case.state == "cancelled"
        told = select(Notification.person).where(Notification.instance == self.case.key, Notification.kind == "operation")
        assert working <= {row.person for row in self.county.rows(told)}

    def take_decision_back(self) -> None:
        """收回 of the vote that decided."""
        who, seat = self.last
        hindrance = None if self.case.state == "active" else "instance-ended"
        if PLACES[self.scene.position].held is not None:
            hindrance = f"take-back-{PLACES[self.scene.position].held}"
        if seat.kind not in ("asked", "beside"):
            hindrance = "take-back-heard"
        command = TakeBackTask(task=seat.id)
        if hindrance is not None:
            before = self.case.revision
            with pytest.raises(Conflict) as refusal:
                self.people[self._hand(who)].do(command)
            assert (refusal.value.code, self.case.revision) == (hindrance, before)
            return
        self.people[self._hand(who)].do(command)
        self.reference.retake(who)
        self.clocks.keep(who, *self.clocks.before)
        # What several sign goes on as it was; what one has done is asked anew.
        self.round = next(row for row in self._rounds() if row.element == "sign" and row.state == "open").key
        self.compare()
        self.speak()
        self.decided()

    def finish(self) -> None:
        """Everybody does what lies before him until the case is completed, through every join once."""
        for _ in range(STEPS_AT_MOST):
            acting = [row for row in self._rows_of_case() if row.state in ACTING]
            if not acting:
                break
            seat = acting[0]
            login = "gan" if seat.assignee is None else self._login(seat.assignee)
            self.people[login].complete(seat.id, *(self.decision(seat, "agree") if seat.element == "sign" else ("done",)))
            self.sound()
        assert self.case.state == "completed"
        assert [row.state for row in self._rows_of_case() if row.element == "following"] == ["completed"]
