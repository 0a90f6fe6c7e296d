"""Forms: what a form is, what one person sees of it, and whether a submission is right. Pure; time is an argument."""

from __future__ import annotations

from engine.forms.document import DocumentForm, parse_document, read_stored_document
from engine.forms.model import FormModel
from engine.forms.parser import parse_form, read_stored_form
from engine.forms.rights import AS_THE_FORM_SAYS, READ_ONLY, FieldRights
from engine.forms.tree import Check, Field, Ornament, Rows, Section

__all__ = [
    "AS_THE_FORM_SAYS",
    "READ_ONLY",
    "Check",
    "DocumentForm",
    "Field",
    "FieldRights",
    "FormModel",
    "Ornament",
    "Rows",
    "Section",
    "parse_document",
    "parse_form",
    "read_stored_document",
    "read_stored_form",
]
