"""Files in the slip: from the telephone of a branch doctor to the desk of the specialist, over a network that fails."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.demonstration import Demonstration, until
from tests.browser.photographs import photograph
from tests.browser.slip import act, draft_is_saved, told, write
from tests.forms.pictures import pdf
from tests.servers.browser import DESK, PHONE

SignIn = Callable[..., Page]
BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
SLIP = {
    "kind": "outpatient",
    "declaredUrgency": "U",
    "name": "钱荣·演示",
    "idType": "01",
    "idNo": "00000019600304041X",
    "sex": "1",
    "birth": "1960-03-04",
    "phone": "199-0000-0512",
    "insurance": "390",
    "fromDoctor": "孟凡·演示",
    "fromPhone": "199-0000-0501",
    "toInst": "CH00",
    "toDept": "ORTH",
    "diagCode": "S72.0",
    "reasonCodes": ["U4"],
    "presentIllness": "跌倒后右髋疼痛两小时，不能站立。",
    "allergyState": "no",
    "transport": "self",
    "vital": {"pulse": 88, "sbp": 140, "dbp": 85, "spo2": 97, "consciousness": "clear", "at": "2026-01-01T00:00:00Z"},
}


def field(page: Page, key: str) -> Locator:
    """The cell of a file field."""
    return page.locator(f'[data-field="{key}"]')


def attach(page: Page, key: str, *files: object) -> None:
    """Chooses files as the file dialog hands them over."""
    field(page, key).locator('input[type="file"]').first.set_input_files(list(files))  # type: ignore[arg-type]


def started(demonstration: Demonstration) -> str:
    """A slip of a branch doctor's that has everything but its files."""
    task = demonstration.start("mengfan", "referral_from")["nextTask"]["id"]
    return str(task)


@BOTH
@pytest.mark.timeout(180)
def test_a_picture_goes_with_the_slip_to_the_specialist(
    sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]
) -> None:
    task = started(demonstration)
    diagnosis = f"右股骨颈骨折（{size[0]}）"
    doctor = sign_in("mengfan", size, at=f"/inbox/todo/{task}")
    write(doctor, {"主要诊断": diagnosis})
    picture = photograph(doctor, "X线片.jpg", "右髋正位", size=(4000, 3000), noise=6_000)
    report = {"name": "检验报告.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    attach(doctor, "attachments", picture, report)

    files = field(doctor, "attachments").locator("li.file")
    expect(files).to_have_count(2)
    expect(files.filter(has_text="X线片.jpg").get_by_role("button", name="X线片.jpg", exact=True)).to_be_visible()
    expect(files.filter(has_text="检验报告.pdf").get_by_role("link")).to_be_visible()
    kept = {record["name"]: record for record in demonstration.person("mengfan").get(f"/tasks/{task}")["attachments"]}
    assert kept["X线片.jpg"]["size"] < len(picture["buffer"]) / 2
    draft_is_saved(doctor)

    doctor.reload()
    expect(files).to_have_count(2)
    # A patient of his own for each size: a second slip for the same one would be asked about.
    patient = {"idType": "03", "idNo": f"E{size[0]:08d}"}
    doctor_data = {**SLIP, **patient, "diagName": diagnosis, "attachments": [record["id"] for record in kept.values()]}
    demonstration.person("mengfan").complete(task, "submit", doctor_data)
    consent = demonstration.task_of("mengfan", diagnosis, "todo")
    doctor.goto(f"/inbox/todo/{consent}")
    write(doctor, {"方式": "纸质签字", "签署人": "钱荣·演示", "与患者关系": "本人", "签署时间": "2026-01-01T08:00"})
    attach(doctor, "consentPaper", photograph(doctor, "同意书.jpg", "转诊知情同意书\n患者签名"))
    expect(field(doctor, "consentPaper").get_by_role("button", name="同意书.jpg", exact=True)).to_be_visible()
    attach(doctor, "$opinion", {"name": "谈话记录.pdf", "mimeType": "application/pdf", "buffer": pdf()})
    expect(field(doctor, "$opinion").get_by_role("link", name="谈话记录.pdf")).to_be_visible()
    act(doctor, "同意转诊")
    told(doctor, "已同意转诊")
    doctor.goto(f"/inbox/done/{consent}")
    with doctor.expect_download() as enclosed:
        doctor.get_by_role("region", name="意见").get_by_role("link", name="谈话记录.pdf").click()
    assert enclosed.value.path().read_bytes() == pdf()

    centre = demonstration.person("hemin")
    dispatch = demonstration.task_of("hemin", diagnosis)
    centre.complete(dispatch, "offer", {"toInst": "CH00", "toDept": "ORTH"})
    accept = demonstration.task_of("hanlijun", diagnosis)
    head = sign_in("hanlijun", size, at=f"/inbox/claimable/{accept}")
    files = field(head, "attachments").locator("li.file")
    expect(files).to_have_count(2)
    expect(field(head, "consentPaper")).to_have_count(0)
    field(head, "attachments").get_by_role("button", name="X线片.jpg", exact=True).click()
    shown = head.get_by_role("dialog", name="X线片.jpg").get_by_role("img")
    expect(shown).to_be_visible()
    until(lambda: shown.evaluate("image => image.complete && image.naturalWidth") or None)
    assert shown.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [2560, 1920]
    head.get_by_role("dialog").get_by_role("button", name="关闭").click()
    with head.expect_download() as download:
        files.filter(has_text="检验报告.pdf").get_by_role("link").click()
    assert download.value.suggested_filename == "检验报告.pdf"
    assert download.value.path().read_bytes() == pdf()


@BOTH
def test_a_weak_network_is_met_with_patience(sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]) -> None:
    doctor = sign_in("mengfan", size, at=f"/inbox/todo/{started(demonstration)}")
    expect(field(doctor, "attachments")).to_be_visible()
    seen: list[str] = []

    def fail_twice(route: Route) -> None:
        seen.append(route.request.url.split("?")[0])
        if len(seen) < 3:
            route.abort("connectionfailed")
        else:
            route.continue_()

    doctor.route("**/attachments/*", fail_twice)
    attach(doctor, "attachments", photograph(doctor, "片子.jpg", "第一张"))
    expect(field(doctor, "attachments").get_by_role("progressbar", name="正在上传 片子.jpg")).to_be_visible()
    act(doctor, "提交")
    expect(doctor.get_by_role("alert").get_by_text("文件还在上传，传完再提交。")).to_be_visible()
    expect(field(doctor, "attachments").get_by_role("button", name="片子.jpg", exact=True)).to_be_visible()
    assert len(seen) == 3
    assert len(set(seen)) == 1


def test_a_file_that_did_not_arrive_is_sent_again_by_a_click(sign_in: SignIn, demonstration: Demonstration) -> None:
    doctor = sign_in("mengfan", PHONE, at=f"/inbox/todo/{started(demonstration)}")
    expect(field(doctor, "attachments").get_by_role("button", name="拍照")).to_be_visible()
    doctor.route("**/attachments/*", lambda route: route.abort("connectionfailed"))
    attach(doctor, "attachments", photograph(doctor, "片子.jpg", "第一张"))
    line = field(doctor, "attachments").locator("li.file")
    expect(line.get_by_role("alert")).to_have_text(re.compile("网络不好，没有传上"))
    doctor.unroute("**/attachments/*")
    line.get_by_role("button", name="再试").click()
    expect(line.get_by_role("button", name="片子.jpg", exact=True)).to_be_visible()
    line.get_by_role("button", name="移除 片子.jpg").click()
    expect(line).to_have_count(0)


def test_what_may_not_be_kept_is_said_beside_it(sign_in: SignIn, demonstration: Demonstration) -> None:
    doctor = sign_in("mengfan", at=f"/inbox/todo/{started(demonstration)}")
    sheet = {"name": "名单.xlsx", "mimeType": "application/vnd.ms-excel", "buffer": b"PK\x03\x04"}
    false = {"name": "片子.jpg", "mimeType": "image/jpeg", "buffer": b"this is no picture"}
    attach(doctor, "attachments", sheet, false)
    lines = field(doctor, "attachments").locator("li.file")
    expect(lines.filter(has_text="名单.xlsx").get_by_role("alert")).to_have_text("只收 JPG / PNG / PDF，换一个文件。")
    expect(lines.filter(has_text="片子.jpg").get_by_role("alert")).to_have_text("只收 JPG、PNG 图片和 PDF，换一个文件。")
    expect(lines.get_by_role("button", name="再试")).to_have_count(0)
    act(doctor, "提交")
    expect(doctor.get_by_role("alert").get_by_text("有文件没有传上，再试一次或移除它。")).to_be_visible()
    for _ in range(2):
        lines.get_by_role("button", name=re.compile("^移除")).first.click()
    expect(lines).to_have_count(0)
