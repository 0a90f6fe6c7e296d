"""/designs/{id}/rehearsal: a design is played by the real engine on a virtual clock; nothing is kept and nothing sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from flask import current_app, request

from api.blueprint import Blueprint
from api.database import db
from api.designs import MAX_BODY, laid_over
from api.door import ask
from api.language import language, pick
from api.problems import Problem, status_of
from api.schemas import rehearsals as schemas
from api.sentences import sentence
from engine.errors import EngineError, Finding, InvalidForm, InvalidModel
from engine.queries.designs import GetDesign, GetDesignContents
from engine.rehearsal.coverage import Coverage
from engine.rehearsal.rehearse import Beginning, Played, Refused, Rehearsals

KEY = "liandong-rehearsals"
blueprint = Blueprint("rehearsals", "Designs on a virtual clock; nothing of them is kept or sent")


@blueprint.before_request
def _take_large_bodies() -> None:
    request.max_content_length = MAX_BODY


@blueprint.post("/designs/<uuid:design>/rehearsal")
@blueprint.arguments(schemas.RehearsalIn)
@blueprint.response(200, schemas.Rehearsal)
def rehearse(body: dict[str, Any], design: UUID) -> dict[str, Any]:
    """Play a design from the start of a process, all steps anew, and tell where the run stands"""
    return _told(_played(body, design))


def _played(body: Mapping[str, Any], design: UUID) -> Played:
    folder = ask(GetDesign(design=design)).folder
    files = ask(GetDesignContents(design=design, files=laid_over(body["files"])))
    by = body["by"]
    beginning = Beginning(
        process=body["process"], at=body["at"], data=body["data"], appointment=None if by is None else by["appointment"]
    )
    with _sound():
        return rehearsals().play(folder, files, beginning, [_step(step, number) for number, step in enumerate(body["steps"])])


def rehearsals() -> Rehearsals:
    """The rehearsals of this application."""
    return cast(Rehearsals, current_app.extensions[KEY])


@contextmanager
def _sound() -> Iterator[None]:
    """Tells what is wrong with a model finding by finding; holds no connection of the request's while the run is played."""
    db.session.rollback()
    try:
        yield
    except InvalidModel as error:
        errors = [_wrong(found) for found in error.findings if found.level == "error"]
        raise Problem(422, "rehearsal-model", errors=errors) from error


def _wrong(found: Finding) -> dict[str, str]:
    path = f"{found.resource}#{found.element or ''}"
    return {"path": path, "code": found.code, "message": pick(found.message, found.message_en)}


def _step(step: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A step as a scenario has it. Raises Problem where it says nothing, or two things."""
    kinds = [kind for kind in schemas.STEP_KINDS if kind in step]
    if len(kinds) != 1:
        raise Problem(422, "rehearsal-step", found=", ".join(sorted(step)) or f"#{number}")
    renamed = {"advance": "advance_time", "data": "vars", "result": "vars"}
    return {renamed.get(name, name): value for name, value in step.items()}


def _told(played: Played) -> dict[str, Any]:
    return {
        **vars(played.rehearsed),
        "coverage": told_coverage(played.coverage),
        "refused": None if played.refused is None else _refusal(played.refused),
    }


def told_coverage(coverage: Coverage) -> dict[str, Any]:
    """Coverage as it is sent."""
    never = set(coverage.elements) - set(coverage.passed)
    return {
        "elements": len(coverage.elements),
        "passed": len(coverage.passed),
        "percent": coverage.percent,
        "never": [{"process": place[0], "element": place[1]} for place in coverage.elements if place in never],
    }


def _refusal(refused: Refused) -> dict[str, Any]:
    error = refused.error
    errors = error.errors if isinstance(error, InvalidForm) else ()
    return {
        "step": refused.step,
        "code": error.code,
        "message": told(error),
        "errors": [{"path": e.path, "code": e.code, "message": pick(e.message, e.message_en)} for e in errors],
    }


def told(error: EngineError) -> str:
    """A refusal in the caller's language."""
    return sentence(error.code, status_of(error), error.facts, language())
