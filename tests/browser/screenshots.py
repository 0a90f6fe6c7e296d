"""Takes the pictures in docs/screenshots from a fresh demonstration whose cases are made by running the referral process.

.venv/bin/python -m tests.browser.screenshots
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.demonstration import Demonstration, until
from tests.browser.photographs import photograph
from tests.forms.pictures import pdf
from tests.servers.application import Application
from tests.servers.browser import DESK, Windows, launch

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
SIZES = {1440: DESK, 360: (360, 780)}
PATIENTS = (
    ("mengfan", "钱荣·演示", "1", "1960-03-04", "R", "ORTH", "M17.1", "右膝骨关节炎，行走困难"),
    ("qinchuan", "孙兰·演示", "2", "1951-09-12", "R", "CARD", "I50.9", "心力衰竭，需进一步检查"),
    ("liminghui", "李国梁·演示", "1", "1958-02-20", "U", "ORTH", "S72.0", "股骨颈骨折"),
    ("gongxue", "周小琴·演示", "2", "1979-07-01", "R", "GSUR", "K80.2", "胆囊结石"),
    ("mochenglin", "赵建国·演示", "1", "1968-05-06", "E", "EMER", "S32.8", "骨盆骨折、失血性休克"),
)
"""Starter, name, sex, birth, urgency, department, code and diagnosis."""


def moment(**later: float) -> str:
    """An instant so much later than now."""
    return (datetime.now(UTC) + timedelta(**later)).isoformat()


def slip(name: str, sex: str, birth: str, urgency: str, department: str, code: str, diagnosis: str) -> dict[str, Any]:
    """The answers of a referral slip."""
    shock = urgency == "E"
    signs = {"pulse": 128 if shock else 88, "sbp": 82 if shock else 146, "dbp": 50 if shock else 84, "spo2": 97}
    return {
        "kind": "emergency" if shock else "outpatient", "declaredUrgency": urgency, "name": name, "sex": sex, "birth": birth,
        "idType": "03", "idNo": "E00000000", "phone": "199-0000-0512", "insurance": "390", "fromDept": "GP",
        "fromDoctor": "值班医师·演示", "fromPhone": "199-0000-0501", "toInst": "CH00", "toDept": department, "diagCode": code,
        "diagName": diagnosis, "reasonCodes": ["U1" if shock else "U4"], "presentIllness": "症状加重，本院条件有限，建议上转。",
        "allergyState": "no", "transport": "ems" if shock else "self", "escort": "doctor" if shock else "none",
        "signs": ["major_trauma"] if shock else [],
        "vital": {**signs, "consciousness": "stupor" if shock else "clear", "at": moment(minutes=-10)},
    }  # fmt: skip


def decide(shown: Demonstration, login: str, step: str, outcome: str, data: Mapping[str, Any]) -> None:
    """The person's newest task of this step ends with an outcome, once it is there."""
    person = shown.person(login)

    def found() -> str | None:
        rows = (row for box in ("todo", "claimable") for row in person.get(f"/tasks?box={box}")["items"])
        return max((row["id"] for row in rows if row["name"] == step), default=None)

    person.complete(until(found), outcome, dict(data))


def refer(shown: Demonstration) -> None:
    """Referrals of all three classes on their way: one with an orthopaedist's decision open, others before the centre."""
    consent = {"consentMethod": "paper", "consentSigner": "家属·演示", "consentRelation": "spouse"}
    consent["consentAt"] = moment(minutes=-2)
    auditors = {"mengfan": "xiongli", "qinchuan": "xiongli", "gongxue": "haominhui"}
    for login, *patient in PATIENTS:
        task = shown.start(login, "referral_from")["nextTask"]["id"]
        shown.person(login).complete(task, "submit", slip(*patient))
        if patient[3] != "E":
            decide(shown, login, "知情同意", "agree", consent)
        if patient[3] == "R":
            decide(shown, auditors[login], "院内审核", "pass", {})
    offered = shown.task_of("hemin", "右膝骨关节炎", "claimable")
    shown.person("hemin").complete(offered, "offer", {"toInst": "CH00", "toDept": "ORTH"})
    shown.task_of("hanlijun", "右膝骨关节炎", "claimable")


def end(shown: Demonstration) -> None:
    """A referral that its starter withdraws for good: its number is void, and a copy of it is kept."""
    started = shown.start("mengfan", "referral_from")["instance"]
    void = {"mode": "void", "reason": "患者自行去了县医院"}
    assert shown.person("mengfan").call("POST", f"/instances/{started['id']}/withdraw", void).ok
    keeper = shown.person("jiawenjing")
    until(lambda: [copy for copy in keeper.get(f"/archive?number={started['number']}")["items"] if copy["madeAt"]])


def keep_view(shown: Demonstration) -> None:
    """The referral centre has a view of what is urgent."""
    centre = shown.person("hemin")
    chair = centre.session["capacities"][0]["id"]
    view = {"name": "急件", "box": "claimable", "filter": {"urgency": "U"}, "share": "post", "capacityId": chair}
    assert centre.call("POST", "/views", view).ok


def nothing(page: Page) -> None:
    """The page is taken as it comes."""


def shoot(page: Page, address: str, ready: str, name: str, act: Callable[[Page], object] = nothing) -> None:
    """One picture, after the page has come to rest; `act` does something there first."""
    page.goto(address)
    page.locator(ready).first.wait_for()
    act(page)
    page.evaluate("Promise.allSettled(document.getAnimations().map((animation) => animation.finished))")
    expect(page.locator(".progress.on")).to_have_count(0)
    page.screenshot(path=FOLDER / f"{name}.png")


def take(windows: Windows, shown: Demonstration) -> None:
    """Every picture at both widths, and the inbox in the dark."""
    decision = shown.task_of("hanlijun", "右膝骨关节炎", "claimable")
    case = shown.person("mengfan").get("/instances?box=started")["items"][0]["id"]
    for width, size in SIZES.items():
        door = windows.open(size, base_url=shown.url)
        shoot(door, "/login", ".login-form", f"login-{width}")
        for login, address, ready, name in (
            ("hemin", "/inbox/claimable", "a.row", "inbox"),
            ("hanlijun", f"/inbox/claimable/{decision}", ".sheet", "task"),
            ("mengfan", "/start", ".cards", "start"),
            ("mengfan", "/mine", ".cases", "mine"),
            ("mengfan", f"/cases/{case}", "ol.tl", "case"),
            ("wangyang", "/operations/instances", ".tbl", "operations"),
            ("chengyuan", "/designer", ".folders", "designer"),
            ("guxiaolan", "/analytics", ".an-figures", "analytics"),
        ):
            page = windows.open(size, base_url=shown.url)
            shown.let_in(page, login)
            shoot(page, address, ready, f"{name}-{width}")
        attach(windows, shown, size, f"attachments-{width}")
    administration(windows, shown)
    designing(windows, shown)
    dark = windows.open(DESK, base_url=shown.url, color_scheme="dark")
    shown.let_in(dark, "hemin")
    shoot(dark, "/inbox/claimable", "a.row", "inbox-dark-1440")


def administration(windows: Windows, shown: Demonstration) -> None:
    """What each administrator has under 管理, the most telling pages of it; and the filters of the inbox."""
    for login, address, ready, name, act in (
        ("luming", "/administration", ".cards", "administration", nothing),
        ("luming", "/administration/calendars", ".tbl", "calendars", nothing),
        ("luming", "/administration/people/CH05-011", ".tbl", "account", press("重设密码")),
        ("jiawenjing", "/administration/numbers", ".tbl", "numbers", nothing),
        ("jiawenjing", "/administration/archive", ".tbl", "archive", press("校验")),
        ("hemin", "/inbox/claimable", "a.row", "views", press("筛选与视图")),
    ):
        page = windows.open(DESK, base_url=shown.url)
        shown.let_in(page, login)
        shoot(page, address, ready, f"{name}-1440", act)


def designing(windows: Windows, shown: Demonstration) -> None:
    """A design of the referral in which a term, a threshold and a field are changed: its editors, its review and its versions."""
    designer = shown.person("chengyuan")
    opened = designer.call("POST", "/designs", {"folder": "referral"}, Idempotency_Key="pictures").json()
    design = f"/designs/{opened['id']}"
    for name, old, new in (
        ("triage.dmn", "&gt;= 160", "&gt;= 170"),
        ("parameters.json", '"PT30M"', '"PT45M"'),
        ("slip.form.json", "主要诊断编码", "诊断编码"),
        ("referral.bpmn", 'name="院内审核"', 'name="院内会审"'),
    ):
        file = designer.get(f"{design}/files/{name}")
        changed = {"content": file["content"].replace(old, new, 1), "revision": file["revision"]}
        assert designer.call("PUT", f"{design}/files/{name}", changed).ok
    assert designer.call("POST", f"{design}/submit", {"note": "会审改名，阈值和期限按新规定"}, Idempotency_Key="submit").ok
    address = f"/designer/{opened['id']}"
    for width, size in SIZES.items():
        page = windows.open(size, base_url=shown.url)
        shown.let_in(page, "shilei")
        for kind, file, ready, name in (
            ("表单", "slip", ".ed-paper .sheet", "form"),
            ("决策表", "triage", ".grid", "table"),
            ("参数", "parameters", ".ed-leaf", "parameters"),
        ):
            shoot(page, address, ".files-of-design .btn", f"designer-{name}-{width}", bring(kind, file, ready))
        shoot(page, f"{address}/review", ".djs-container svg", f"review-{width}")
        shoot(page, "/designer/versions/referral", ".ed-versions", f"versions-{width}")


def bring(kind: str, file: str, ready: str) -> Callable[[Page], object]:
    """Brings a file of the design to the front."""

    def act(page: Page) -> None:
        page.locator(".files-of-design .btn").filter(has_text=kind).filter(has_text=file).first.click()
        page.locator(ready).first.wait_for()

    return act


def press(words: str) -> Callable[[Page], object]:
    """Presses the first button whose name has these words."""

    def act(page: Page) -> None:
        page.get_by_role("button", name=words).first.click()
        page.locator("dialog[open], [role=status] .block").first.wait_for()

    return act


def attach(windows: Windows, shown: Demonstration, size: tuple[int, int], name: str) -> None:
    """A slip that is being filled in, with files that are there and one that could not be sent."""
    task = shown.start("mengfan", "referral_from")["nextTask"]["id"]
    page = windows.open(size, base_url=shown.url)
    shown.let_in(page, "mengfan")
    page.goto(f"/inbox/todo/{task}")
    cell = page.locator('[data-field="attachments"]')
    files = cell.locator("input[type=file]").first
    picture = photograph(page, "右髋正位.jpg", "右髋正位", size=(3000, 2200), noise=4_000)
    files.set_input_files([picture, {"name": "检验报告单.pdf", "mimeType": "application/pdf", "buffer": pdf()}])
    expect(cell.locator("li.file .link")).to_have_count(2)
    files.set_input_files([{"name": "登记表.xlsx", "mimeType": "application/vnd.ms-excel", "buffer": b"PK"}])
    cell.scroll_into_view_if_needed()
    cell.evaluate("cell => cell.scrollIntoView({block: 'center'})")
    page.screenshot(path=FOLDER / f"{name}.png")


def main() -> None:
    """Runs a demonstration of its own for the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as var, Application(Path(var)) as application, launch() as chromium:
        shown = Demonstration(application.url, Path(var))
        refer(shown)
        end(shown)
        keep_view(shown)
        windows = Windows(chromium)
        take(windows, shown)
        windows.close()


if __name__ == "__main__":
    main()
