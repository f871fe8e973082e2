"""Needs that are told without the name of the service that helps: 住院费还差两万."""

import re

from community.catalog.model import Catalog
from community.dialogue.meaning import Ask, Context, Meaning, Said

HELP = ("service/medical_assistance", "service/temporary_relief")
"""What helps whoever cannot pay the hospital."""
_MONEY_FOR_ILLNESS = re.compile(
    r"(?:住院(?:费|押金)?|医药费|药费|手术费?|看病|治病|医院|报销完|报完)[^。？?]{0,10}"
    r"(?:还?差[^不]{0,2}[0-9一二两三四五六七八九十几]*[千万]|欠了?[^。]{0,3}[千万]|拿不出|没钱|[交掏付]不起|凑不[够齐上])|"
    r"(?:去|在|上)?医院(?:说|张嘴|开口)?(?:就)?[得要][^不]?[0-9一二两三四五六七八九十几]*[千万]"
)
_NOBODY_FOR_ME = re.compile(
    r"[我俺](?:就|现在)?一个人(?:住|过|在家)?[^。？?]{0,6}(?:有人管|谁管|没人管|没人照顾|谁照顾|有没有人|[咋怎]么?(?:办|弄|过))"
)
_NO_NEED = re.compile(r"骗|转账|汇款|投诉|医闹|合理|乱收|告他|让我[转汇]")


def nobody_for_me(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """俺一个人住 有人管俺不 asks for care; nobody else is to be looked after."""
    if said.emergency or context.requested_slot or not _NOBODY_FOR_ME.search(said.text):
        return None
    return Meaning("service", item="service/home_care_services")


def money_for_illness(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Who cannot pay the hospital is told of both kinds of help, within a report too."""
    if said.emergency or not _MONEY_FOR_ILLNESS.search(said.text):
        return None
    if _NO_NEED.search(said.text):
        return None
    return Meaning(
        "service",
        item=HELP[0],
        facets=said.facets if said.is_clear_service else (),
        also=(Ask(HELP[1]),),
    )
