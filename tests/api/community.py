"""A community of three institutions and eleven people, and one process between two of them: small enough to know by heart."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from engine.commands.account import CreateAccount
from engine.commands.deployment import Deploy
from engine.commands.organisation import Appoint, PutDefaultPosts, PutInstitution, PutMembership, PutPerson
from engine.engine import Engine

PASSWORD = "Lotus-Pond-42!"
FROM = date(2020, 1, 1)
HANDOVER = Path(__file__).parent / "handover"
INSTITUTIONS = (("CH00", "澄湖县总医院", "总医院", "10"), ("CH01", "东湾分院", "东湾", "20"), ("CH02", "柳塘分院", "柳塘", "21"))
PEOPLE = (
    ("gp", "甘平·演示", "BR_GP", "CH01", ()),
    ("director", "戴岚·演示", "BR_DIR", "CH01", ()),
    ("deputy", "杜和·演示", "BR_DIR", "CH01", ()),
    ("centre", "岑芯·演示", "REF_CTR", "CH00", ()),
    ("night", "倪晔·演示", "REF_CTR", "CH00", ()),
    ("chief", "医务·演示", "MED_DIR", "CH00", ()),
    ("stranger", "司徒远·演示", "BR_DIR", "CH02", ()),
    ("operator", "欧博·演示", "IT_ADMIN", "CH00", ("operations", "integrate")),
    ("keeper", "纪册·演示", None, None, ("administrate",)),
    ("guard", "管权·演示", None, None, ("secure",)),
    ("auditor", "查实·演示", None, None, ("audit",)),
    ("archivist", "档全·演示", None, None, ("archive",)),
)


def build(engine: Engine) -> None:
    """Fills an empty store with the community and the process `handover`."""
    engine.execute(PutDefaultPosts())
    for code, name, short, kind in INSTITUTIONS:
        parent = None if code == "CH00" else "CH00"
        engine.execute(PutInstitution(code=code, name=name, short_name=short, type=kind, parent=parent))
        engine.execute(PutMembership(institution=code, from_date=FROM))
    for number, (login, name, post, institution, rights) in enumerate(PEOPLE, 1):
        staff = f"S{number:03d}"
        engine.execute(PutPerson(staff_number=staff, name=name))
        if post is not None and institution is not None:
            engine.execute(Appoint(person=staff, post=post, institution=institution, from_date=FROM))
        engine.execute(CreateAccount(person=staff, login=login, password=PASSWORD, must_change=False, rights=rights))
    engine.execute(Deploy(name="handover", resources={path.name: path.read_bytes() for path in HANDOVER.iterdir()}))
