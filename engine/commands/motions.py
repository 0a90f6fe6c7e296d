"""What a signer says to the motions that are voted on item by item (逐项表决), and how it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.appliers.rounds import cast_open, cast_secret
from engine.approvals import VOTES_FIELD, Motion, Policy, known_votes
from engine.commands.signer import Signer
from engine.errors import Conflict, FieldError, Invalid, InvalidForm, NotAllowed
from engine.kernel.model import OutcomeModel
from engine.runtime.operations import CAST_VOTES
from engine.store.unit_of_work import UnitOfWork


def votes_on_motions(seat: Any, outcome: OutcomeModel, signer: Signer, given: Any) -> dict[str, str]:
    """What the signer says to each motion of a seat's round; nothing where none is voted on by itself.

    Raises InvalidForm where a motion is left out, Invalid for one that is none of his or a vote that there is not.
    """
    if outcome.value != CAST_VOTES.value:
        if given:
            raise Invalid("no-motions", "Expected no votes on motions with '{outcome}', but found some", outcome=outcome.value)
        return {}
    policy = Policy.read(seat.policy, seat.mode)
    mine = {motion.key: motion for motion in policy.motions if signer.person not in motion.recused}
    _require_free_agent(signer, mine.values())
    votes = given if isinstance(given, Mapping) else {}
    strange = next((key for key in votes if key not in mine), None)
    if strange is not None:
        raise Invalid("unknown-motion", "Expected a motion that you vote on, but found '{found}'", found=str(strange)[:60])
    known = known_votes(policy, signer.person)
    wrong = next((vote for vote in votes.values() if vote not in known), None)
    if wrong is not None:
        raise Invalid(
            "unknown-vote", "Expected one of {known}, but found '{found}'", known="、".join(known), found=str(wrong)[:40]
        )
    missing = [motion for motion in mine.values() if motion.key not in votes]
    if missing:
        raise InvalidForm(
            [
                FieldError(
                    path=f"{VOTES_FIELD}.{motion.key}",
                    code="required",
                    message=f"“{motion.title}”还没有表决。",
                    message_en=f"You have not voted on “{motion.title}”.",
                )
                for motion in missing
            ]
        )
    return {key: str(votes[key]) for key in mine}


def cast_votes(work: UnitOfWork, seat: Any, votes: Mapping[str, str]) -> None:
    """Keeps the votes of a seat on the motions: by its key, or in a secret ballot as papers of nobody."""
    if not votes:
        return
    if seat.policy["secret"]:
        cast_secret(work, seat.round, votes)
    else:
        cast_open(work, seat.key, votes)


def told_votes(seat: Any, votes: Mapping[str, str]) -> dict[str, Any]:
    """What the history says of votes on motions: in an open ballot each with its title."""
    if not votes or seat.policy["secret"]:
        return {}
    titles = {motion["key"]: motion["title"] for motion in seat.policy["motions"]}
    return {"votes": [[titles[key], vote] for key, vote in votes.items()]}


def require_no_secret(seat: Any) -> None:
    """Raises Conflict where a vote lies in the box of a secret ballot: nobody can tell which paper it was."""
    if seat.vote is not None and seat.outcome == CAST_VOTES.value and seat.policy.get("secret"):
        message = "Expected a vote that can be told from the others, but '{name}' is a secret ballot"
        raise Conflict("take-back-secret", message, name=seat.name)


def _require_free_agent(signer: Signer, motions: Iterable[Motion]) -> None:
    """Raises NotAllowed where who votes for another has to keep out of a motion himself."""
    for motion in motions:
        if signer.agent is not None and signer.agent in motion.recused:
            message = "Expected an agent who may vote on '{title}', but you have to keep out of it"
            raise NotAllowed("recused-agent", message, title=motion.title)
