"""People who leave or move hand on what they have (离职/轮岗交接), in cases that run on both databases."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.authorization import in_force, today
from engine.commands.account import CreateAccount
from engine.commands.authority import PutBody, PutBodyMember, PutCharge, PutDuty
from engine.commands.delegation import Delegate
from engine.commands.handover import HandoverMade, RevokeHandover, StartHandover
from engine.commands.organisation import Appoint, PutTogether
from engine.errors import EngineError
from engine.queries.authority import ListAppointments, ListBodies, ListCharges, ListDuties
from engine.queries.delegations import ListDelegations
from engine.queries.handovers import GetHandover, HandoverPreview, PreviewHandover
from engine.queries.timeline import GetTimeline
from engine.runtime.handover_choice import Choice
from engine.store.tables import Account, Appointment, AuditEntry, Draft, Person, Rung
from engine.testing import CaseView, County, Someone, bpmn, process, user_task
from tests.engine.models import END, START, STARTER
from tests.engine.signing import signed

GUO = '<liandong:assign rule="person" person="guo"/>'
DUE = '<liandong:due term="P3D"/>'


def keeper(county: County) -> Someone:
    """The system administrator, who sits in no chair."""
    if county.rows(select(Account.key)) == []:
        county.execute(CreateAccount(person="it2", login="it2", rights=("administrate",)))
    return county.person("it2", "administrate")


def preview(county: County, who: str, **more: Any) -> HandoverPreview:
    found: HandoverPreview = county.engine.query(
        PreviewHandover(**{"person": county.person(who).id, "kind": "leaving", **more}), keeper(county).actor
    )
    return found
