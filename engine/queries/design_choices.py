"""What somebody who draws processes chooses from: the posts that rules name, and what service tasks may call."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine.authorization.designs import require_designing
from engine.queries.registry import Query, Reader
from engine.runtime.directory import callable_functions
from engine.store.tables import Post


@dataclass(frozen=True, kw_only=True)
class PostChoice:
    """A post by its code."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class DesignChoices:
    """Posts by code, and functions by name."""

    posts: tuple[PostChoice, ...]
    functions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GetDesignChoices(Query[DesignChoices]):
    """What a model may name. Needs `design` or `deploy`."""


def get_design_choices(query: GetDesignChoices, reader: Reader) -> DesignChoices:
    require_designing(reader.actor)
    rows = reader.connection.execute(select(Post.code, Post.name, Post.name_en).order_by(Post.code))
    return DesignChoices(posts=tuple(PostChoice(**row._mapping) for row in rows), functions=tuple(sorted(callable_functions())))
