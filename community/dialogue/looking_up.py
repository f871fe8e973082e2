"""What only a person can look up: money that did not come, 咋回事, 你帮俺问问."""

import re

from community.catalog.model import Catalog
from community.dialogue.meaning import ELLIPSIS_MAX_CHARS, Context, Meaning, Said
from community.dialogue.wordings import named_services

_MISSING = re.compile(
    r"(?:少|扣|缺|差)了?(?:我|俺)?(?:[0-9]{2,}|[一二两三四五六七八九几]+[十百千]|[0-9一二两三四五六七八九十几]+[块元])(?![张个份样人天])|"
    r"(?:没|未)(?:有)?(?:给)?(?:[我俺])?(?:打|发|到账|打钱|给钱|发钱|到钱)(?:过来|下来|过)?(?:钱)?[了啊呀呢]?[。！!？?]?$"
)
"""Said of a benefit: less of it came than before, or none."""
PAID = frozenset(
    f"service/{name}"
    for name in (
        *("subsistence_allowance", "destitute_support", "temporary_relief"),
        *("senior_age_allowance", "home_care_services", "disability_subsidies"),
        *("child_welfare", "pension_claim", "unemployment_benefit", "student_aid"),
        *("flexible_employment_subsidy", "family_planning_support"),
        *("birth_registration", "veteran_services", "medical_assistance"),
        *("medical_reimbursement", "public_rental_housing", "funeral_benefit"),
        *("long_term_care_insurance", "disability_rehab_aids"),
    )
)
"""Services from which money may fail to come."""
OFTEN_PAID = (
    *("service/pension_claim", "service/senior_age_allowance"),
    "service/disability_subsidies",
)
"""What is asked back where nobody said which money."""
_LOOK_UP = re.compile(
    r"(?:到底)?(?:是)?(?:咋|怎么|啥|什么)回事(?:儿|啊|呀|呢)?|(?:该|得)?(?:找|问)谁(?:查|问|要)(?:去|啊|呢)?"
)
"""Asked about money of one's own: only a person can tell."""
_FOR_ME = re.compile(
    r"(?:那|要不|麻烦|你|您|恁|你们|能不能|能)*(?:给|帮|替)[我俺](?:们)?(?:去|先)?"
    r"(?:查[查询]?|问问|问一下|打听(?:打听)?|查一下|登个?记|报个?名|填个?表)(?:一?[下个])?(?:吧|呗|啊|不|吗|行不|中不)*"
)
"""Somebody else shall ask, or do it."""

_IN_VAIN = re.compile(
    r"(?:打|给)?(?:你们?|恁|社区|居委会?|街道|窗口|大厅|社保局?|医保局?|民政局?|残联|12\d{3})(?:的)?(?:电话|热线)?"
    r"(?:打|拨)?(?:了)?(?:老是?|总是?|一直|都|也|还|根本)?(?:打不通|没(?:有)?人接|不接|占线|打不进去)[了啊呀]*"
)
"""An office that does not answer."""
_SOMEBODY_IN_VAIN = re.compile(
    r"(?:打|拨)?(?:了)?(?:好几|几|三|两)?(?:遍|次|个)?(?:的)?电话(?:了)?(?:老是?|总是?|一直|都|也|还)?(?:打不通|没(?:有)?人接)[了啊呀]*"
)
"""Nobody knows yet who does not answer."""
WHOM = "whom"
"""Value of 打电话打不通: it is asked whose telephone that is."""


def misses_money(text: str) -> bool:
    """Tells whether less money came than before, or none: 少了二百, 今年没打."""
    return bool(_MISSING.search(text))


def asks_to_look_up(text: str) -> bool:
    """Tells whether a message asks only what the matter is: 咋回事, 找谁查."""
    return bool(_LOOK_UP.fullmatch(text.strip(" ？?。！!")))


def asks_for_help_with_it(text: str) -> bool:
    """Tells whether somebody else shall ask, or do it: 你帮俺问问, 帮俺登个记."""
    return bool(_FOR_ME.fullmatch(text.strip(" ？?。！!")))


def calls_in_vain(text: str) -> bool:
    """Tells whether an office does not answer the telephone: 12333打不通."""
    return bool(_IN_VAIN.fullmatch(text.strip(" 。！!")))


def calls_somebody_in_vain(text: str) -> bool:
    """Tells whether somebody does not answer who is not named: 打电话打不通."""
    return bool(_SOMEBODY_IN_VAIN.fullmatch(text.strip(" 。！!")))


def missing_money(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """少了二百, 今年没打: of which money is asked where nobody said it."""
    if not misses_money(said.text) or said.is_clear_matter:
        return None
    named = named_services(said.text, catalog)
    label = said.label if said.is_clear_service else context.service
    item = named[0] if named else label
    if item in PAID:
        return Meaning("reason", item=item, facets=said.facets)
    is_short = len(said.text) <= ELLIPSIS_MAX_CHARS and said.label != "oos_gov"
    if item is None and is_short:
        items, facets = OFTEN_PAID, said.facets
        return Meaning("nlu_fallback", None, facets, items, "which")
    return None


def asked_again(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """咋回事, after somebody was called: he is told, and no second one is called."""
    of_ticket = context.open_ticket is not None and context.item == context.service
    if context.service is None or not of_ticket or not asks_to_look_up(said.text):
        return None
    return Meaning("reason", item=context.service, facets=said.facets)
