"""Who may see and do what: one person's standing on a day, the one visibility rule, and the checks of commands."""

from __future__ import annotations

from engine.authorization.checks import (
    access_questions,
    may_act_on_seat,
    may_start,
    require_right,
    require_visible_instance,
    require_visible_seat,
    seat_access,
    starting_capacities,
    task_not_found,
)
from engine.authorization.standing import (
    LAST_DAY,
    NOBODY,
    Capacity,
    Standing,
    capacities,
    in_force,
    is_member,
    person_principal,
    post_principal,
    principals,
    standing,
    today,
)
from engine.authorization.visibility import (
    sees_instance,
    sees_seat,
    takes_part,
    takes_part_asked,
    visible_instances,
    visible_seats,
)

__all__ = [
    "LAST_DAY",
    "NOBODY",
    "Capacity",
    "Standing",
    "access_questions",
    "capacities",
    "in_force",
    "is_member",
    "may_act_on_seat",
    "may_start",
    "person_principal",
    "post_principal",
    "principals",
    "require_right",
    "require_visible_instance",
    "require_visible_seat",
    "seat_access",
    "sees_instance",
    "sees_seat",
    "standing",
    "starting_capacities",
    "takes_part",
    "takes_part_asked",
    "task_not_found",
    "today",
    "visible_instances",
    "visible_seats",
]
