"""The phrases that a person may pick into an opinion."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine.authorization import standing
from engine.queries.registry import Query, Reader
from engine.queries.task_rows import Coded
from engine.store.tables import Institution, PhraseList


@dataclass(frozen=True, kw_only=True)
class ListPhrases(Query["Phrases"]):
    """The reader's own phrases, and those of the institutions in which he has a chair."""


@dataclass(frozen=True, kw_only=True)
class InstitutionPhrases:
    """What one institution offers its people."""

    institution: Coded
    phrases: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Phrases:
    """All that a person may pick from."""

    own: tuple[str, ...]
    institutions: tuple[InstitutionPhrases, ...]


def list_phrases(query: ListPhrases, reader: Reader) -> Phrases:
    who = standing(reader.connection, reader.actor.person, reader.now)
    mine = select(PhraseList.phrases).where(PhraseList.person == who.person)
    own = reader.connection.execute(mine).scalar_one_or_none() or ()
    offered = (
        select(PhraseList.phrases, Institution.code, Institution.short_name)
        .join(Institution, Institution.key == PhraseList.institution)
        .order_by(Institution.code)
    )
    if "administrate" not in reader.actor.rights:
        offered = offered.where(PhraseList.institution.in_(who.institutions))
    lists = tuple(
        InstitutionPhrases(institution=Coded(code=row.code, name=row.short_name), phrases=tuple(row.phrases))
        for row in reader.connection.execute(offered)
    )
    return Phrases(own=tuple(own), institutions=lists)
