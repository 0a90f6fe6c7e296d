"""Several places are asked at once: the first that accepts gets the patient, the others give back what they kept."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.commands.job import ExecuteJob
from engine.errors import InvalidForm
from engine.store.faults import AFTER_LOCK
from engine.store.tables import Message
from engine.testing import County
from tests.engine.interleaving import overtake
from tests.referral.referrals import DOCTOR, DONGWAN, ORTHOPAEDICS, accept, messages, offered, requested


@pytest.mark.parametrize("winner", [0, 1])
def test_of_two_that_accept_in_the_same_second_exactly_one_wins(both: County, winner: int) -> None:
    """Both answers are on their way; the second is held up inside the transaction of the first, in either order."""
    county = both
    sender, centre = requested(county)
    asked = offered(county, centre, ("CH00", "ORTH"), ("CH01", "GP"))
    accept(county, ORTHOPAEDICS, asked[0])
    accept(county, DONGWAN, asked[1])
    county.restart()

    answers = sorted(county.take_jobs("w1"), key=lambda job: job.key)
    sent = county.rows(select(Message.key).where(Message.name == "OfferAccepted").order_by(Message.key))
    assert [(job.kind, job.subject) for job in answers] == [("message", row.key) for row in sent]
    first, second = answers[winner], answers[1 - winner]
    overtake(
        county,
        lambda: county.execute(ExecuteJob(job=first.id, fence=first.fence)),
        lambda: county.execute(ExecuteJob(job=second.id, fence=second.fence)),
        point=AFTER_LOCK,
    )
    county.work()

    number = str(sender.row.number)
    won = [case for case in asked if case.open == ["arrival"]]
    lost = [case for case in asked if case not in won]
    assert (len(won), len(lost)) == (1, 1)
    assert lost[0].state == "terminated"
    assert centre.variables["winner"]["offerNo"] == sender.variables["offerNo"] == won[0].variables["offerNo"]
    assert sender.open == ["handover_out"]
    assert [state for state, _ in messages(county, "ReferralAccepted")] == ["delivered"]
    assert [payload["withdrawReason"] for _, payload in messages(county, "OfferWithdrawn")] == ["已由其他单位接收"]
    assert not county.incidents()
    # The answer that came too late ends on the dead-message desk and changes nothing.
    county.pass_time("PT3H")
    assert sorted(state for state, _ in messages(county, "OfferAccepted")) == ["dead", "delivered"]
    assert centre.variables["winner"]["offerNo"].startswith(number)


def test_the_green_channel_is_assigned_to_one_place(county: County) -> None:
    sender, centre = requested(county)
    worse = {"declaredUrgency": "E", "signs": ["stroke"], "transport": "ems", "escort": "doctor"}
    vital = {"pulse": 96, "sbp": 168, "dbp": 92, "spo2": 96, "consciousness": "drowsy", "at": "2026-11-24T08:50:00+08:00"}
    with pytest.raises(InvalidForm):
        county.person(DOCTOR).complete(sender.task("await_reply"), "worse", {**worse, "transport": "self", "escort": "none"})
    county.person(DOCTOR).complete(sender.task("await_reply"), "worse", {**worse, "vital": vital})
    county.work()
    assert (centre.row.urgency, sender.row.urgency) == ("E", "E")
    # The form does not offer to ask several; what is sent all the same is not asked.
    assert len(offered(county, centre, ("CH00", "EMER"), ("CH00", "NEUR"))) == 1
    assert centre.variables["asked"] == [centre.variables["winner"]]
