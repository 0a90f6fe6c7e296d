"""/administration: keep the organisation. Things are named by their codes; saying the same again changes nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.blueprint import Blueprint
from api.door import ask, carry_out
from api.schemas import administration as schemas
from api.schemas.base import Nothing
from engine.commands import authority, organisation
from engine.commands.keeping import Saved
from engine.queries import authority as rows
from engine.queries import keeping

blueprint = Blueprint("administration", "Keep institutions, departments, posts, people and who decides what")


@blueprint.get("/administration/institutions")
@blueprint.response(200, schemas.InstitutionRecord(many=True))
def list_institutions() -> list[keeping.KeptInstitution]:
    """List all institutions with their calendars and memberships"""
    found = ask(keeping.ListKeptInstitutions())
    return list(found)


@blueprint.put("/administration/institutions/<string:code>")
@blueprint.arguments(schemas.InstitutionIn)
@blueprint.response(200, schemas.Kept)
def put_institution(body: dict[str, Any], code: str) -> Saved:
    """Have an institution of this code"""
    return carry_out(organisation.PutInstitution(code=code, **body))


@blueprint.put("/administration/institutions/<string:code>/membership")
@blueprint.arguments(schemas.Dated)
@blueprint.response(200, schemas.Kept)
def put_membership(body: dict[str, Any], code: str) -> Saved:
    """Have an institution be a member of the community from a day on"""
    return carry_out(organisation.PutMembership(institution=code, **body))


@blueprint.put("/administration/institutions/<string:code>/departments/<string:department>")
@blueprint.arguments(schemas.DepartmentIn)
@blueprint.response(200, schemas.Kept)
def put_department(body: dict[str, Any], code: str, department: str) -> Saved:
    """Have a department of this code in an institution"""
    return carry_out(organisation.PutDepartment(institution=code, code=department, **body))


@blueprint.put("/administration/posts/<string:code>")
@blueprint.arguments(schemas.PostIn)
@blueprint.response(200, schemas.Kept)
def put_post(body: dict[str, Any], code: str) -> Saved:
    """Have a post of this code"""
    return carry_out(organisation.PutPost(code=code, **body))


@blueprint.get("/administration/posts")
@blueprint.response(200, schemas.PostRecord(many=True))
def list_posts() -> list[rows.PostRow]:
    """List all posts"""
    found = ask(rows.ListPosts())
    return list(found)


@blueprint.get("/administration/people")
@blueprint.arguments(schemas.KeptQuery, location="query")
@blueprint.response(200, schemas.PersonRecord(many=True))
def list_people(query: dict[str, Any]) -> list[keeping.KeptPerson]:
    """List people, inactive ones too"""
    found = ask(keeping.ListKeptPeople(**query))
    return list(found)


@blueprint.put("/administration/people/<string:number>")
@blueprint.arguments(schemas.PersonIn)
@blueprint.response(200, schemas.Kept)
def put_person(body: dict[str, Any], number: str) -> Saved:
    """Have a person of this staff number"""
    return carry_out(organisation.PutPerson(staff_number=number, **body))


@blueprint.get("/administration/appointments")
@blueprint.arguments(schemas.AppointmentQuery, location="query")
@blueprint.response(200, schemas.Appointment(many=True))
def list_appointments(query: dict[str, Any]) -> list[rows.AppointmentRow]:
    """List who sits, sat or will sit in which chair"""
    found = ask(rows.ListAppointments(**query))
    return list(found)


@blueprint.post("/administration/appointments")
@blueprint.arguments(schemas.AppointmentIn)
@blueprint.response(200, schemas.Kept)
def appoint(body: dict[str, Any]) -> Saved:
    """Have a person sit in a chair from a day on"""
    return carry_out(organisation.Appoint(**body))


@blueprint.post("/administration/appointments/<uuid:appointment>/end")
@blueprint.arguments(schemas.EndIn)
@blueprint.response(200, schemas.Kept)
def end_appointment(body: dict[str, Any], appointment: UUID) -> Saved:
    """Have an appointment end with a day"""
    return carry_out(organisation.EndAppointment(appointment=appointment, **body))


@blueprint.put("/administration/institutions/<string:code>/bodies/<string:body_code>")
@blueprint.arguments(schemas.BodyIn)
@blueprint.response(200, schemas.Kept)
def put_body(body: dict[str, Any], code: str, body_code: str) -> Saved:
    """Have a committee or a team at an institution"""
    return carry_out(authority.PutBody(institution=code, code=body_code, **body))


@blueprint.put("/administration/institutions/<string:code>/bodies/<string:body_code>/members/<string:number>")
@blueprint.arguments(schemas.MemberIn)
@blueprint.response(200, schemas.Kept)
def put_body_member(body: dict[str, Any], code: str, body_code: str, number: str) -> Saved:
    """Have a person belong to a committee or a team from a day on"""
    return carry_out(authority.PutBodyMember(institution=code, body=body_code, person=number, **body))


@blueprint.post("/administration/duties")
@blueprint.arguments(schemas.RosterIn)
@blueprint.response(200, schemas.Kept)
def put_duties(body: dict[str, Any]) -> Saved:
    """Bring a duty roster in, whole or not at all"""
    turns = tuple(authority.PutDuty(**turn) for turn in body["turns"])
    return carry_out(organisation.PutTogether(commands=turns))


@blueprint.post("/administration/duties/<uuid:duty>/remove")
@blueprint.arguments(Nothing, required=False)
@blueprint.response(200, schemas.Kept)
def remove_duty(body: dict[str, Any], duty: UUID) -> Saved:
    """Take back a turn of duty that has not begun"""
    return carry_out(authority.RemoveDuty(duty=duty))


@blueprint.put("/administration/lines/<string:code>")
@blueprint.arguments(schemas.LineIn)
@blueprint.response(200, schemas.Kept)
def put_line(body: dict[str, Any], code: str) -> Saved:
    """Have a business line of this code"""
    return carry_out(authority.PutLine(code=code, **body))


@blueprint.put("/administration/lines/<string:code>/departments/<string:institution>/<string:department>")
@blueprint.arguments(schemas.LineDepartmentIn)
@blueprint.response(200, schemas.Kept)
def put_line_department(body: dict[str, Any], code: str, institution: str, department: str) -> Saved:
    """Have a department belong to a business line, or not"""
    command = authority.PutLineDepartment(line=code, institution=institution, department=department, **body)
    return carry_out(command)


@blueprint.post("/administration/charges")
@blueprint.arguments(schemas.ChargeIn)
@blueprint.response(200, schemas.Kept)
def put_charge(body: dict[str, Any]) -> Saved:
    """Have a leader be in charge of a department, a business line or a matter"""
    return carry_out(authority.PutCharge(**body))


@blueprint.post("/administration/charges/<uuid:charge>/end")
@blueprint.arguments(schemas.EndIn)
@blueprint.response(200, schemas.Kept)
def end_charge(body: dict[str, Any], charge: UUID) -> Saved:
    """Have a leader's charge end with a day"""
    return carry_out(authority.EndCharge(charge=charge, **body))


@blueprint.post("/administration/members/<uuid:member>/end")
@blueprint.arguments(schemas.EndIn)
@blueprint.response(200, schemas.Kept)
def end_member(body: dict[str, Any], member: UUID) -> Saved:
    """Have somebody's part in a committee or a team end with a day"""
    return carry_out(authority.EndMember(member=member, **body))


@blueprint.get("/bodies")
@blueprint.arguments(schemas.BodyQuery, location="query")
@blueprint.response(200, schemas.Body(many=True))
def list_bodies(query: dict[str, Any]) -> list[rows.BodyRow]:
    """List committees and teams with their members"""
    found = ask(rows.ListBodies(**query))
    return list(found)


@blueprint.get("/duties")
@blueprint.arguments(schemas.DutyQuery, location="query")
@blueprint.response(200, schemas.DutyTurn(many=True))
def list_duties(query: dict[str, Any]) -> list[rows.DutyRow]:
    """List who is on duty"""
    found = ask(rows.ListDuties(**query))
    return list(found)


@blueprint.get("/lines")
@blueprint.response(200, schemas.BusinessLine(many=True))
def list_lines() -> list[rows.LineRow]:
    """List business lines"""
    found = ask(rows.ListLines())
    return list(found)


@blueprint.get("/charges")
@blueprint.arguments(schemas.PlaceQuery, location="query")
@blueprint.response(200, schemas.Charge(many=True))
def list_charges(query: dict[str, Any]) -> list[rows.ChargeRow]:
    """List which leaders are in charge of what"""
    found = ask(rows.ListCharges(**query))
    return list(found)
