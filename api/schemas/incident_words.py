"""The sentence of an incident over the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.incident_sentences import incident_sentence


class IncidentWords(fields.String):
    """What has stopped a case, in the caller's language; the code beside it stands in where the sentence has no counterpart."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else incident_sentence(str(value), getattr(obj, "code", None))
