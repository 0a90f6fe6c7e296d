"""Keep the phrases (常用语) that are picked into opinions: one's own, or an institution's for all its people."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from engine.appliers import audit
from engine.authorization import require_right
from engine.commands.registry import Command
from engine.commands.texts import require_text
from engine.errors import FieldError, InvalidForm, NotAllowed, NotFound
from engine.records import Done
from engine.store.tables import Institution, PhraseList
from engine.store.unit_of_work import UnitOfWork

MOST, LONGEST = 50, 200


@dataclass(frozen=True, kw_only=True)
class PutPhrases(Command[Done]):
    """Replace a list of phrases as a whole, in this order. Doing it twice changes nothing more."""

    repeatable = True

    phrases: tuple[str, ...]
    institution: str | None = None
    """Code of the institution whose list it is; None for the actor's own."""


def put_phrases(command: PutPhrases, work: UnitOfWork, runtime: object) -> Done:
    owner = _owner(command, work)
    phrases = [_checked(at, phrase) for at, phrase in enumerate(command.phrases)]
    if len(phrases) > MOST:
        raise _wrong("phrases", f"常用语最多 {MOST} 条。", f"There are at most {MOST} phrases.")
    if len(set(phrases)) < len(phrases):
        raise _wrong("phrases", "有重复的常用语，请去掉一条。", "A phrase stands there twice.")
    column = PhraseList.person if command.institution is None else PhraseList.institution
    # A list of one's own is written by oneself alone, an institution's by its administrators: the last one holds.
    work.connection.execute(delete(PhraseList).where(column == owner))
    if phrases:
        row = {"key": work.new_key(), "phrases": phrases, "changed_at": work.now, "person": None, "institution": None}
        work.connection.execute(insert(PhraseList).values({**row, column.key: owner}))
    if command.institution is not None:
        audit.record(work, "phrases", command.institution, data={"count": len(phrases)})
    return Done()


def _owner(command: PutPhrases, work: UnitOfWork) -> int:
    if command.institution is None:
        if work.actor.person is None:
            raise NotAllowed("not-a-person", "Expected a person, but this is none")
        return work.actor.person
    require_right(work.actor, "administrate")
    known = select(Institution.key).where(Institution.code == command.institution)
    found = work.connection.execute(known).scalar_one_or_none()
    if found is None:
        message = "Expected to find institution '{name}', but there is none"
        raise NotFound("institution-not-found", message, name=command.institution)
    return int(found)


def _checked(at: int, phrase: str) -> str:
    require_text(f"phrases.{at}", phrase)
    text = " ".join(phrase.split())
    if not text or len(text) > LONGEST:
        raise _wrong(f"phrases.{at}", f"常用语要有 1 到 {LONGEST} 字。", f"A phrase has 1 to {LONGEST} characters.")
    return text


def _wrong(path: str, message: str, message_en: str) -> InvalidForm:
    return InvalidForm([FieldError(path=path, code="phrase", message=message, message_en=message_en)])
