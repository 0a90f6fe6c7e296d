"""Invented patients: names that say so, identity numbers of a district that does not exist, telephone numbers of nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
MEN, WOMEN = (
    ("建国", "志强", "海波", "永平", "德明", "文斌", "立新", "长河", "春生", "大山", "友良", "家旺"),
    ("秀英", "桂兰", "玉梅", "春燕", "丽华", "小红", "雪琴", "美玲", "凤霞", "月娥", "巧云", "慧敏"),
)
DISTRICT = "000000"
WEIGHTS, CHECKS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
"""Of the check digit (GB 11643-1999)."""


@dataclass(frozen=True, kw_only=True)
class Patient:
    """Somebody who falls ill."""

    name: str
    sex: str
    """GB/T 2261.1: 1 is male, 2 female."""
    birth: date
    number: str
    phone: str

    @property
    def fields(self) -> dict[str, str]:
        """What a slip says of them."""
        return {
            "name": self.name,
            "sex": self.sex,
            "birth": self.birth.isoformat(),
            "idType": "01",
            "idNo": self.number,
            "phone": self.phone,
        }


def patient(random: Random, today: date, *, ages: tuple[int, int], sex: str | None = None) -> Patient:
    """Somebody of an age in years between the two, both included."""
    sex = sex or random.choice("12")
    birth = today - timedelta(days=random.randint(ages[0] * 365, ages[1] * 365 + 364))
    sequence = random.randint(0, 499) * 2 + (1 if sex == "1" else 0)
    digits = f"{DISTRICT}{birth:%Y%m%d}{sequence:03d}"
    check = CHECKS[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True)) % 11]
    given = random.choice(MEN if sex == "1" else WOMEN)
    name = f"{random.choice(SURNAMES)}{given}·演示"
    return Patient(name=name, sex=sex, birth=birth, number=digits + check, phone=f"199-0000-{random.randint(0, 9999):04d}")
