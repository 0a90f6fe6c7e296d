"""A referral from a branch to the lead hospital and back, every step done in the browser by the person whose step it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.demonstration import Demonstration, until
from tests.browser.slip import act, told, write
from tests.servers.browser import DESK, PHONE

SignIn = Callable[..., Page]
ID_NUMBER = "00000019600304041X"
VITAL = {"脉搏": "128", "收缩压": "82", "舒张压": "50", "血氧": "97", "意识": "昏睡"}


def local(**later: float) -> str:
    """An instant in China as a date field takes it."""
    return (datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(**later)).strftime("%Y-%m-%dT%H:%M")


class Case:
    """One patient's way; everybody keeps the window that he has opened once."""

    def __init__(self, sign_in: SignIn, diagnosis: str, size: tuple[int, int]) -> None:
        self.diagnosis = diagnosis
        self._sign_in = sign_in
        self._size = size
        self._windows: dict[str, Page] = {}

    def window(self, login: str) -> Page:
        """The person's window."""
        if login not in self._windows:
            self._windows[login] = self._sign_in(login, self._size)
        return self._windows[login]

    def row(self, login: str, step: str) -> Locator:
        """The stub of a step in the list that the person looks at."""
        return self.window(login).locator("a.row").filter(has_text=self.diagnosis).filter(has_text=step)

    def open(self, login: str, box: str, step: str) -> Page:
        """The person opens the step from one of his boxes."""
        page = self.window(login)
        page.goto(f"/inbox/{box}")
        self.row(login, step).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(self.diagnosis)
        return page

    def do(self, login: str, box: str, step: str, outcome: str, answers: Mapping[str, str | Sequence[str]] | None = None) -> None:
        """The person opens the step, fills in his part and acts."""
        page = self.open(login, box, step)
        write(page, answers or {})
        act(page, outcome)
        told(page, outcome if "已" in outcome else f"已{outcome}")

    def has_nothing(self, login: str) -> None:
        """The case is in none of the person's boxes."""
        page = self.window(login)
        for box in ("todo", "claimable", "copied"):
            page.goto(f"/inbox/{box}")
            expect(page.locator(".list[aria-busy=false]")).to_be_visible()
            expect(page.locator("a.row").filter(has_text=self.diagnosis)).to_have_count(0)


@pytest.mark.timeout(300)
def test_a_routine_referral_goes_up_and_comes_back(sign_in: SignIn, demonstration: Demonstration) -> None:
    case = Case(sign_in, "右膝骨关节炎（常规）", DESK)
    doctor = case.window("mengfan")
    doctor.goto("/start")
    doctor.get_by_role("button", name="发起 双向转诊（上转）").click()
    expect(doctor.get_by_role("heading", name="双向转诊单")).to_be_visible()
    write(
        doctor,
        {
            "类别": "住院",
            "医师判断": "常规",
            "姓名": "钱荣·演示",
            "性别": "男",
            "出生日期": "1960-03-04",
            "证件类型": "居民身份证",
            "证件号码": ID_NUMBER,
            "电话": "199-0000-0512",
            "险种": "居民医保",
            "门诊或住院号": "ZY0001",
            "转出科室": "全科",
            "转出医师": "孟凡·演示",
            "转出电话": "199-0000-0501",
            "转入机构": "县总医院",
            "转入科室": "骨科",
            "主要诊断编码": "M17.1",
            "主要诊断": case.diagnosis,
            "上转标准": ["U4 技术设备不能处置"],
            "现病史": "右膝疼痛三年，加重一月，行走困难。",
            "过敏史": "无",
            "转运方式": "机构自备车",
            "陪护": "护士",
        },
    )
    act(doctor, "提交")
    told(doctor, "已提交")
    case.do(
        "mengfan",
        "todo",
        "知情同意",
        "同意转诊",
        {"方式": "纸质签字", "签署人": "钱荣·演示", "与患者关系": "本人", "签署时间": local(minutes=-5)},
    )

    case.has_nothing("hemin")
    case.do("xiongli", "claimable", "院内审核", "通过", {"审核说明": "同意转诊。"})
    case.has_nothing("hanlijun")
    centre = case.open("hemin", "claimable", "调派")
    expect(centre.get_by_text("推荐去向")).to_be_visible()
    expect(centre.locator('[data-field="toDept"] select')).to_have_value("ORTH")
    expect(centre.get_by_text(ID_NUMBER[-4:])).to_have_count(0)
    act(centre, "征询接收")
    told(centre, "已征询接收")

    case.has_nothing("pengzhiqiang")
    case.has_nothing("fengliping")
    head = case.open("hanlijun", "claimable", "接收")
    expect(head.get_by_text(ID_NUMBER[-4:])).to_have_count(0)
    write(
        head,
        {
            "接收方式": "住院床位",
            "预约时间": local(days=1),
            "就诊地点": "骨科病区",
            "接诊医师": "余帆·演示",
            "接诊电话": "199-0000-0601",
        },
    )
    act(head, "接收")
    told(head, "已接收")
    case.do("fengliping", "claimable", "落实床位", "已留床", {"床位所在科室": "骨科", "床号": "骨科 12 床"})

    case.do(
        "mengfan",
        "claimable",
        "转出交接",
        "已出发",
        {"陪护人员": "熊丽·演示", "出发时间": local(minutes=-1), "出发时病情": "平稳"},
    )
    case.open("xiongli", "claimable", "途中与送达")
    receiver = case.open("yufan", "claimable", "到诊登记")
    expect(receiver.locator('[data-field="idNo"]')).to_contain_text(ID_NUMBER[-4:])
    write(receiver, {"到诊时间": local()})
    act(receiver, "已到诊")
    told(receiver, "已到诊")
    expect(case.row("xiongli", "途中与送达")).to_have_count(0)
    case.do(
        "yufan",
        "claimable",
        "转入交接",
        "双方已签",
        {"到达时病情": "平稳", "交出人签名": "熊丽·演示", "接收人签名": "余帆·演示", "签名时间": local()},
    )
    case.do(
        "yufan", "claimable", "首次反馈", "反馈", {"初步诊断": "右膝骨关节炎", "去向": "住院", "处理与建议": "择期行关节置换。"}
    )
    case.do("yufan", "todo", "诊疗与出院登记", "已开出院", {"出院时间": local(), "出院诊断": "右膝关节置换术后"})

    case.do("yufan", "todo", "下转或结案", "下转", {"诊疗小结": "术后恢复良好。"})
    case.do(
        "yufan",
        "todo",
        "填写回转单",
        "提交",
        {
            "接收分院": "东湾分院",
            "下转标准": ["D3 自愿回基层康复"],
            "体征平稳小时数": "48",
            "危急值": "已全部回报",
            "分院用药": "齐全",
            "今后治疗方案": "继续抗凝两周，每周理疗两次。",
            "方式": "纸质签字",
            "签署人": "钱荣·演示",
            "与患者关系": "本人",
            "签署时间": local(),
        },
    )
    case.has_nothing("taohongying")
    case.do("xiongli", "claimable", "接收并指定医师", "接收", {"负责机构": "东湾分院", "负责岗位": "全科医生"})
    case.do("mengfan", "claimable", "返回接诊", "已接诊", {"返回时间": local(), "康复与用药计划": "股四头肌训练，每日两次。"})
    case.do("longxiaomei", "claimable", "随访", "随访结束", {"随访时间": local(), "方式": "上门", "情况": "行走平稳，疼痛减轻。"})

    all_parts_have_ended(case, demonstration)


def all_parts_have_ended(case: Case, demonstration: Demonstration) -> None:
    """The sender's case and all that hang together with it have ended, and its timeline tells who did what."""
    page = case.window("mengfan")

    def ended() -> str | None:
        rows = demonstration.person("mengfan").get("/instances?box=started")["items"]
        return next((row["id"] for row in rows if case.diagnosis in row["subject"] and row["state"] == "completed"), None)

    address = f"/cases/{until(ended)}"
    page.goto(address)
    parts = page.get_by_role("complementary", name="各方").get_by_role("listitem")
    expect(parts).to_have_text([re.compile("东湾分院转出机构.*办结"), re.compile("东湾分院接收分院.*办结")])
    course = page.locator("ol.tl")
    for words in ("孟凡", "熊丽", "收到总医院的消息"):
        expect(course).to_contain_text(words)
    for login in ("hanlijun", "hemin", "qinchuan"):
        other = case.window(login)
        other.goto(address)
        expect(other.get_by_role("heading", name="这件事现在不归您看。")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_half_filled_slip_is_discarded_by_its_author(
    sign_in: SignIn, demonstration: Demonstration, size: tuple[int, int]
) -> None:
    started = demonstration.start("mochenglin", "referral_from")
    address = f"/inbox/todo/{started['nextTask']['id']}"
    doctor = sign_in("mochenglin", size, at=address)
    write(doctor, {"医师判断": "常规", "姓名": "误建·演示", "电话": "1990"})
    doctor.get_by_role("button", name="加一行").first.click()

    act(doctor, "作废")
    if size == DESK:
        expect(doctor.get_by_text("作废须写明原因。").first).to_be_visible()
        doctor.get_by_role("textbox", name=re.compile("^意见")).fill("误建。")
        act(doctor, "作废")
    else:
        sheet = doctor.get_by_role("dialog")
        sheet.get_by_label("意见").fill("误建。")
        sheet.get_by_role("button", name="作废").click()
    warning = doctor.get_by_role("dialog", name="作废前看一眼")
    expect(warning.get_by_role("listitem")).to_have_text(["电话不是电话号码，手机填 11 位，座机带区号。"])
    warning.get_by_role("button", name="回去改").click()
    expect(doctor.get_by_label("电话").first).to_have_value("1990")

    act(doctor, "作废")
    if size == PHONE:
        doctor.get_by_role("dialog").get_by_role("button", name="作废").click()
    warning.get_by_role("button", name="不带这些，作废").click()
    told(doctor, "已作废")
    case = demonstration.person("mochenglin").get(f"/instances/{started['instance']['id']}")
    assert case["state"] == "terminated"


@pytest.mark.timeout(240)
def test_the_green_channel_asks_nobody_for_approval(sign_in: SignIn, demonstration: Demonstration) -> None:
    case = Case(sign_in, "骨盆骨折、失血性休克（绿色通道）", PHONE)
    doctor = case.window("qinchuan")
    doctor.goto("/start")
    doctor.get_by_role("button", name="发起 双向转诊（上转）").click()
    write(
        doctor,
        {
            "类别": "急诊",
            "医师判断": "绿色通道",
            "姓名": "赵国·演示",
            "性别": "男",
            "出生日期": "1968-05-06",
            "转出医师": "秦川·演示",
            "转出电话": "199-0000-0502",
            "转入机构": "县总医院",
            "转入科室": "急诊科",
            "主要诊断": case.diagnosis,
            "危急征象": ["创伤"],
            "转运方式": "120 转运",
            "陪护": "医师",
            **VITAL,
            "测量时间": local(minutes=-5),
        },
    )
    act(doctor, "提交")
    told(doctor, "已提交")

    centre = case.open("songjia", "claimable", "调派")
    expect(centre.get_by_role("img", name="绿色通道").first).to_be_visible()
    expect(centre.locator("header .sla")).to_have_text(re.compile("剩|超|不足"))
    write(centre, {"转入机构": "县总医院", "转入科室": "急诊科"})
    act(centre, "征询接收")
    told(centre, "已征询接收")

    ready = case.open("renyuan", "claimable", "备妥待接")
    expect(ready.get_by_role("toolbar", name="办理").get_by_role("button", name="不能接收")).to_have_count(0)
    write(ready, {"备妥情况": "抢救室已备妥"})
    act(ready, "已备妥")
    told(ready, "已备妥")
    case.do(
        "qinchuan",
        "claimable",
        "转出交接",
        "已出发",
        {
            "陪护人员": "秦川·演示",
            "出发时间": local(minutes=-1),
            "出发时病情": "休克，已补液",
            **VITAL,
            "测量时间": local(minutes=-2),
        },
    )
    case.do("qinchuan", "claimable", "途中与送达", "已送达", {"送达时间": local()})
    case.do(
        "renyuan",
        "claimable",
        "转入交接",
        "双方已签",
        {"到达时病情": "休克", "交出人签名": "秦川·演示", "接收人签名": "任远·演示", "签名时间": local()},
    )
    case.do(
        "qinchuan",
        "claimable",
        "补签知情同意",
        "已补签",
        {"方式": "纸质签字", "签署人": "赵芳·演示", "与患者关系": "配偶", "签署时间": local()},
    )
    case.do("renyuan", "claimable", "首次反馈", "反馈", {"初步诊断": "骨盆骨折", "去向": "手术", "处理与建议": "急诊手术。"})

    doctor.goto("/mine")
    doctor.get_by_role("link", name=re.compile(re.escape(case.diagnosis))).click()
    course = doctor.locator("ol.tl")
    expect(course).to_contain_text("补签知情同意")
    expect(course).not_to_contain_text("院内审核")
    assert demonstration.person("xiongli").get("/tasks?box=done&q=绿色通道")["items"] == []
