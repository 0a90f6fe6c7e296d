"""In which of the two languages a caller is answered: `?lang=`, else Accept-Language, else Chinese."""

from __future__ import annotations

from flask import has_request_context, request

LANGUAGES = ("zh", "en")


def language() -> str:
    """`zh` or `en`."""
    if not has_request_context():
        return "zh"
    asked = request.args.get("lang", "")[:2].lower()
    if asked in LANGUAGES:
        return asked
    for tag in request.accept_languages.values():
        if tag[:2].lower() in LANGUAGES:
            return tag[:2].lower()
    return "zh"


def pick(chinese: str, english: str) -> str:
    """The one of the two that the caller reads."""
    return english if language() == "en" else chinese
