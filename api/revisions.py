"""Revisions over HTTP: a task's revision is its ETag, and who changes a task says in If-Match which one he has seen."""

from __future__ import annotations

import re

from flask import Response, request

from api.problems import Problem

_REVISION = re.compile(r'"(\d{1,9})"')


def tagged(response: Response, revision: int) -> Response:
    """The response with the revision as its ETag."""
    response.headers["ETag"] = f'"{revision}"'
    return response


def expected_revision() -> int | None:
    """The revision that the caller has seen, None for `*`. Raises Problem 428 when none is given, 422 when it is none."""
    given = request.headers.get("If-Match")
    if given is None:
        raise Problem(428, "revision-missing")
    if given.strip() == "*":
        return None
    found = _REVISION.fullmatch(given.strip())
    if found is None:
        raise Problem(422, "invalid-revision")
    return int(found[1])
