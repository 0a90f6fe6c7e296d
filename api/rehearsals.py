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
from api.door import ask, carry_out_unkeyed, engine
from api.language import language, pick
from api.problems import Problem, status_of
from api.schemas import rehearsals as schemas
from api.sentences import sentence
from engine.commands.design_files import SaveDesignFile
from engine.errors import EngineError, Finding, InvalidForm, InvalidModel
from engine.queries.designs import GetDesign, GetDesignContents
from engine.queries.expression_language import CheckExpression, ListWords
from engine.rehearsal.coverage import Coverage
from engine.rehearsal.rehearse import Beginning, Played, Refused, Rehearsals, ScenarioPlayed, Sender, scenario_of

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


@blueprint.post("/designs/<uuid:design>/rehearsal/scenario")
@blueprint.arguments(schemas.ScenarioIn)
@blueprint.response(201, schemas.ScenarioKept)
def keep_scenario(body: dict[str, Any], design: UUID) -> dict[str, Any]:
    """Play a design, and keep the run in it as a scenario that expects what was found"""
    played = _played(body, design)
    if played.refused is not None:
        raise played.refused.error
    name = f"{body['id']}.scenario.json"
    content = scenario_of(body["id"], ask(GetDesign(design=design)).folder, body["at"], played)
    saved = carry_out_unkeyed(SaveDesignFile(design=design, name=name, content=content, revision=body["revision"]))
    return {"name": name, "revision": saved.revision, "content": content.decode()}


@blueprint.post("/designs/<uuid:design>/coverage")
@blueprint.arguments(schemas.Overlaid, required=False)
@blueprint.response(200, schemas.ScenariosPlayed)
def play_scenarios(body: dict[str, Any], design: UUID) -> dict[str, Any]:
    """Play every scenario of a design, and tell which elements they leave and which never"""
    folder, files = _files(body, design)
    now = engine().clock.now()
    with _sound():
        scenarios, coverage = rehearsals().play_scenarios(folder, files, now)
    places = [{"process": process, "element": element} for process, element in coverage.passed]
    return {"scenarios": list(map(_scenario, scenarios)), "coverage": told_coverage(coverage), "passed": places}


@blueprint.post("/designs/<uuid:design>/who")
@blueprint.arguments(schemas.WhoIn)
@blueprint.response(200, schemas.Who)
def ask_who(body: dict[str, Any], design: UUID) -> dict[str, Any]:
    """Tell who would get a task, by the design's rules on the community as it is"""
    folder, files = _files(body, design)
    # To the minute, so that one who goes from step to step is not kept waiting for a store of his own each time.
    at = body["at"] or engine().clock.now().replace(second=0, microsecond=0)
    sender = Sender(**(body["by"] or {}))
    with _sound():
        found = rehearsals().who(folder, files, body["element"], sender, at, body["data"])
    return {**vars(found), "gaps": [pick(gap.text, gap.text_en) for gap in found.gaps]}


@blueprint.post("/expressions/check")
@blueprint.arguments(schemas.ExpressionIn)
@blueprint.response(200, schemas.ExpressionChecked)
def check_expression(body: dict[str, Any]) -> dict[str, Any]:
    """Say whether a text belongs to the expression language"""
    found = ask(CheckExpression(**body))
    if found.about is None:
        return {"ok": True, "problem": None, "reads": found.reads}
    zh, en = found.about
    message = {"zh": f"{zh}：{found.reason}", "en": f"{en}: {found.reason}"}
    return {"ok": False, "problem": {"message": message, "at": found.at}, "reads": ()}


@blueprint.get("/expressions/words")
@blueprint.response(200, schemas.ExpressionWords)
def list_words() -> dict[str, Any]:
    """List the functions and words of the expression language, each with a sentence"""
    return {"items": [{**vars(word), "about": {"zh": word.about, "en": word.about_en}} for word in ask(ListWords())]}


def _files(body: Mapping[str, Any], design: UUID) -> tuple[str, Mapping[str, bytes]]:
    """The folder of a design, and its files with unsaved ones laid over them."""
    folder = ask(GetDesign(design=design)).folder
    return folder, ask(GetDesignContents(design=design, files=laid_over(body["files"])))


def _played(body: Mapping[str, Any], design: UUID) -> Played:
    folder, files = _files(body, design)
    sender = Sender(**(body["by"] or {}))
    beginning = Beginning(process=body["process"], at=body["at"], data=body["data"], sender=sender)
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


def _scenario(played: ScenarioPlayed) -> dict[str, Any]:
    """A refused step is told as its page would tell it."""
    refused = "" if played.refusal is None else told(played.refusal)
    return {**vars(played), "reason": pick(played.reason_zh + refused, played.reason)}


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
