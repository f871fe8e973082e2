"""Short wordings that mean several services, whatever the classifier believes.

Residents say 优待证 or 社保 and mean one of two things; only they know which.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """A short wording that means several services unless more is said."""

    wording: re.Pattern[str]
    unless: re.Pattern[str]
    candidates: tuple[str, ...]


AMBIGUITIES = (
    Ambiguity(
        re.compile(r"优待证"),
        re.compile(r"老[人年]|岁|兵|军|退[役伍]|烈|公交|公园|奶奶|爷爷"),
        ("service/senior_preference", "service/veteran_services"),
    ),
    Ambiguity(
        re.compile(r"社保"),
        re.compile(r"社保卡|养老|医|看病|失业|退休|转|灵活|4050|补贴|单位|老板"),
        ("service/pension_enrollment", "service/resident_medical_insurance"),
    ),
    Ambiguity(
        re.compile(r"老[人年](?:.{0,4}(?:补[助贴]|每[个]?月.{0,3}钱|的钱)|钱)"),
        re.compile(
            r"[岁龄]|[七八九]十|[7-9]\d|养老|照|认证|失能|残|低保|独生|退休|退[役伍]|农村"
        ),
        (
            "service/senior_age_allowance",
            "service/pension_claim",
            "service/home_care_services",
        ),
    ),
    Ambiguity(
        re.compile(
            r"^(?:那个)?(?:补[助贴]|救助|补助金)(?:咋|怎么)?(?:办|领|申请|拿)?$"
        ),
        re.compile(r"$^"),
        (
            "service/subsistence_allowance",
            "service/temporary_relief",
            "service/disability_subsidies",
        ),
    ),
    Ambiguity(
        re.compile(
            r"^(?:[我俺]|[我俺]们|[我俺]家|家里)*(?:很|太|特别|实在)?困难(?:户|补助|救助|了|啊)?$|"
            r"困难.{0,4}(?:能|可以)(?:申请|享受|办|领)(?:点|些)?(?:[啥什]么?|哪些)"
        ),
        re.compile(r"残|大病|住院|学|失业|没工作|老[人年]|孤|火|灾|车祸|退[休役伍]"),
        (
            "service/subsistence_allowance",
            "service/temporary_relief",
            "service/low_income_recognition",
        ),
    ),
    Ambiguity(
        re.compile(r"(?:钱|补[助贴]).{0,6}(?:没[给打发到]|还没|不[给发]|没动静)"),
        re.compile(
            r"养老|低保|残|[高年]龄|工[资钱]|老板|工地|报销|退|押金|医|生|失业|救助"
        ),
        (
            "service/pension_claim",
            "service/senior_age_allowance",
            "service/subsistence_allowance",
        ),
    ),
)


def ambiguous(text: str) -> tuple[str, ...]:
    """Returns the services that a short message may mean, else nothing."""
    for known in AMBIGUITIES:
        if known.wording.search(text) and not known.unless.search(text):
            return known.candidates
    return ()
