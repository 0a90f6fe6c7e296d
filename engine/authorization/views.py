"""Who may use a saved view, and in which place."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_

from engine.authorization.standing import Standing
from engine.store.tables import SavedView

INSTANCES = "instances"
"""In the place of a box: the list of cases in operations."""


def usable_view(who: Standing) -> ColumnElement[bool]:
    """Condition that a view is somebody's own, or shared with a post or a department that he sits in."""
    posts = [and_(SavedView.post == chair.post, SavedView.institution == chair.institution) for chair in who.capacities]
    departments = [chair.department for chair in who.capacities if chair.department is not None]
    return or_(SavedView.owner == who.person, *posts, SavedView.department.in_(departments))


def in_place(place: str) -> ColumnElement[bool]:
    """Condition that a view is one of the `inbox`, or of `operations`."""
    return SavedView.box == INSTANCES if place == "operations" else SavedView.box != INSTANCES
