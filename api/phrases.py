"""/phrases: 常用语 for opinions, one's own and those of one's institutions."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.blueprint import Blueprint
from api.door import ask, carry_out
from api.replies import nothing
from api.schemas.phrases import Phrases, PhrasesPut
from engine.commands.phrases import PutPhrases
from engine.queries.phrases import ListPhrases
from engine.queries.phrases import Phrases as PhrasesRecord

blueprint = Blueprint("phrases", "Phrases for opinions")


@blueprint.get("/phrases")
@blueprint.response(200, Phrases)
def list_phrases() -> PhrasesRecord:
    """List the phrases that the caller may pick from"""
    return ask(ListPhrases())


@blueprint.put("/phrases")
@blueprint.arguments(PhrasesPut)
@blueprint.response(204)
def put_own_phrases(body: dict[str, Any]) -> Response:
    """Replace one's own phrases"""
    carry_out(PutPhrases(phrases=tuple(body["phrases"])))
    return nothing()


@blueprint.put("/organisation/institutions/<string:code>/phrases")
@blueprint.arguments(PhrasesPut)
@blueprint.response(204)
def put_institution_phrases(body: dict[str, Any], code: str) -> Response:
    """Replace the phrases that an institution offers its people"""
    carry_out(PutPhrases(phrases=tuple(body["phrases"]), institution=code))
    return nothing()
