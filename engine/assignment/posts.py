"""The posts of a county medical community that every store begins with, and to whom the work of each one climbs.

`superior` answers for a post's overdue work; `leader` must act when it stays undone. Both are posts: who sits in them is
found at the moment of need, nearest first. The list is a default, a community may change it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PostDefault:
    """One post as a new store has it."""

    code: str
    name: str
    name_en: str
    superior: str | None = None
    leader: str | None = None


DEPARTMENTAL_POSTS = frozenset({"DEPT_HEAD", "SPEC_DOC", "EXPERT"})
"""Posts that exist once a department; one of another department is neither superior nor stand-in."""


def _post(code: str, name: str, name_en: str, superior: str | None = None, leader: str | None = None) -> PostDefault:
    return PostDefault(code=code, name=name, name_en=name_en, superior=superior, leader=leader)


INTERNAL_POSTS = (
    _post("PARTY_SEC", "党委书记", "Party secretary"),
    _post("PRESIDENT", "院长", "President", "PARTY_SEC", "PARTY_SEC"),
    _post("PARTY_MEM", "党委委员", "Party committee member", "PARTY_SEC", "PARTY_SEC"),
    _post("DISC_SEC", "纪委书记", "Discipline secretary", "PARTY_SEC", "PARTY_SEC"),
    _post("VP_MED", "分管医疗副院长", "Vice president, medicine", "PRESIDENT", "PARTY_SEC"),
    _post("VP_DRUG", "分管药械副院长", "Vice president, drugs and devices", "PRESIDENT", "PARTY_SEC"),
    _post("CHIEF_ACC", "总会计师", "Chief accountant", "PRESIDENT", "PARTY_SEC"),
    _post("MC_OFFICE", "医共体办公室", "Community office", "PRESIDENT", "PARTY_SEC"),
    _post("HR", "人力资源中心", "Human resources centre", "PRESIDENT", "PARTY_SEC"),
    _post("FIN_AUD", "财务核算中心审核", "Finance centre, auditor", "CHIEF_ACC", "PRESIDENT"),
    _post("CASHIER", "财务核算中心出纳", "Finance centre, cashier", "CHIEF_ACC", "PRESIDENT"),
    _post("MED_DIR", "医务部主任", "Director of medical affairs", "VP_MED", "PRESIDENT"),
    _post("QC", "医疗质控管理中心", "Quality control centre", "VP_MED", "PRESIDENT"),
    _post("REF_CTR", "转诊中心协调员", "Referral centre coordinator", "MED_DIR", "VP_MED"),
    _post("BED_MGR", "床位管理员", "Bed manager", "MED_DIR", "VP_MED"),
    _post("DEPT_HEAD", "科主任", "Head of department", "MED_DIR", "VP_MED"),
    _post("SPEC_DOC", "专科医师", "Specialist", "DEPT_HEAD", "VP_MED"),
    _post("EXPERT", "会诊专家", "Consulting expert", "DEPT_HEAD", "VP_MED"),
    _post("PHARM_DIR", "药学部主任", "Director of pharmacy", "VP_DRUG", "PRESIDENT"),
    _post("BUYER", "采购员", "Buyer", "PHARM_DIR", "VP_DRUG"),
    _post("RX_REV", "审方药师", "Prescription reviewer", "PHARM_DIR", "VP_DRUG"),
    _post("TCM_DISP", "中药调剂煎药", "Chinese medicine dispenser", "PHARM_DIR", "VP_DRUG"),
    _post("DEV", "设备科", "Devices", "VP_DRUG", "PRESIDENT"),
    _post("INS", "医保结算管理中心", "Insurance settlement centre", "CHIEF_ACC", "PRESIDENT"),
    _post("PH_CTR", "公卫慢病管理中心", "Public health and chronic disease centre", "VP_MED", "PRESIDENT"),
    _post("SVC_CTR", "患者服务中心", "Patient service centre", "VP_MED", "PRESIDENT"),
    _post("IT_ADMIN", "信息中心流程管理员", "Process administrator", "MC_OFFICE", "PRESIDENT"),
    _post("BR_DIR", "院长", "Branch director", "VP_MED", "PRESIDENT"),
    _post("BR_VD", "派驻副院长", "Branch deputy director", "BR_DIR", "VP_MED"),
    _post("BR_OFF", "综合办", "Branch office", "BR_DIR", "MC_OFFICE"),
    _post("BR_FIN", "报账员", "Branch finance clerk", "BR_DIR", "CHIEF_ACC"),
    _post("BR_PHARM", "药房负责人", "Branch pharmacy", "BR_DIR", "PHARM_DIR"),
    _post("BR_REF", "转诊专员", "Branch referral officer", "BR_DIR", "VP_MED"),
    _post("BR_GP", "全科医生", "Branch general practitioner", "BR_DIR", "VP_MED"),
    _post("BR_PH", "公卫科", "Branch public health", "BR_DIR", "PH_CTR"),
    _post("BR_NURSE", "进驻护理", "Branch consultation nurse", "BR_DIR", "VP_MED"),
    _post("V_DOC", "村医", "Village doctor", "BR_DIR", "VP_MED"),
)
"""The 37 posts of the community's own institutions."""

OTHER_POSTS = (
    _post("BR_SEC", "党支部书记", "Branch party secretary", "PARTY_SEC", "PARTY_SEC"),
    _post("X_HEALTH", "县卫健局经办", "County health bureau"),
    _post("X_ESTAB", "县委编办经办", "County staffing office"),
    _post("X_HRSS", "县人社局经办", "County human resources bureau"),
    _post("X_INS", "县医保局经办", "County insurance bureau"),
    _post("X_FIN", "县财政局经办", "County finance bureau"),
    _post("X_DISC", "派驻纪检组", "Resident discipline group"),
    _post("X_SUPPLY", "配送企业客服", "Supplier service desk"),
    _post("X_HOSP", "上级医院联络员", "Partner hospital liaison"),
    _post("X_CARE", "养老机构联络员", "Nursing home liaison"),
    _post("X_EMS", "急救调度", "Ambulance dispatch"),
)
"""Party branches, and the desks outside the community."""

DEFAULT_POSTS = INTERNAL_POSTS + OTHER_POSTS
