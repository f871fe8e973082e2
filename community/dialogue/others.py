"""Somebody else's affairs: never told, and an accusation is shown its way."""

import re

from community.catalog.model import Catalog
from community.contacts import SURNAMES
from community.dialogue.meaning import Context, Meaning, Said
from community.dialogue.wordings import bare

_OTHER = (
    rf"(?:隔壁|邻居|对门|楼[上下]|前楼|后楼|谁家?|哪家|哪户|别人家?|人家|他们?家|她家|"
    rf"老[{SURNAMES}]家?|[{SURNAMES}](?:大爷|大娘|大妈|奶奶|爷爷|婶|叔|嫂|师傅))"
)
_NAMED = rf"[{SURNAMES}](?!龄)[一-鿿]{{1,2}}(?:家)?的"
_BENEFIT = (
    r"(?:低保|补[助贴]|五保|特困|养老金|退休金|救助|残疾证|公租房|高龄津贴|扶助金|"
    r"优抚金|失业金|养老钱|困难户)"
)
_PRIVATE = (
    r"(?:电话|手机号|身份证|住址|住哪|住几|家住|户口|存款|工资|病历|"
    r"[啥什]么?病|几口人|银行卡|家里情况)"
)
_ABOUT_OTHERS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_OTHER}(?!能|可以).{{0,6}}(?:吃|领|拿|享受|办|评|有没有|是不是|申请).{{0,4}}{_BENEFIT}",
        rf"{_OTHER}的?{_BENEFIT}.{{0,4}}(?:多少|批|几|有没|到账|停|是多)",
        rf"(?:查|打听|看看|告诉[我俺]).{{0,4}}(?:{_OTHER}(?:家)?的?|{_NAMED}).{{0,3}}(?:{_BENEFIT}|{_PRIVATE})",
        rf"(?:隔壁|邻居|对门|楼[上下]|老[{SURNAMES}]|他|她)家?.{{0,4}}的?(?:电话|手机号|身份证号?)(?:是)?(?:多少|[啥几])",
        r"谁(?:举报|投诉|告|反映)的?(?:我|俺|咱)|(?:举报|投诉|告)(?:我|俺|咱).{0,2}的?是谁",
        r"(?:我们|俺们?|咱们?)?(?:村|小区|楼|社区)里?(?:都)?(?:有)?(?:谁|哪些人|哪几家|哪几户)(?!能|可以).{0,4}(?:吃|领|是|评).{0,3}"
        + _BENEFIT,
    )
)
_ON_BEHALF = re.compile(
    r"帮[他她]|替[他她]|给[他她]|帮(?:邻居|人家|老)|[他她]能|能不能|想给|没人管"
)


def asks_about_others(text: str) -> bool:
    """Tells whether a message asks for somebody else's private affairs.

    Help for somebody else (能帮邻居申请低保吗) is no such question.
    """
    if _ON_BEHALF.search(text):
        return False
    return any(pattern.search(text) for pattern in _ABOUT_OTHERS)


_ACCUSES = re.compile(
    r"(?:那|就|[我俺]|想|要|得|能|可以)*(?:(?:在|去|上|到)?哪[儿里]?|[咋怎]么?|[找跟向]谁)?(?:去|能)?"
    r"(?:举报|检举|揭发|告)(?:他|她|它|这个|这事|这家|人家|一下)*们?(?:[吧吗不呢啊]|找谁|[咋怎]么?办|去哪)*"
)
_ACCUSES_OF_BENEFIT = re.compile(rf"(?:举报|检举|揭发|告发)[^，。,.]{{0,8}}{_BENEFIT}")
_OFFICIAL = re.compile(r"书记|主任|干部|村长|队长|会计|领导|所长|镇长|局长|当官")
OF_OFFICIALS, OF_BENEFITS = "举报干部", "举报低保"
"""Topics of the two ways that an accusation goes."""


def accusation(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """我要举报他, after what was told of an official or of a neighbour's benefits."""
    if context.requested_slot is not None:
        return None
    if _ACCUSES_OF_BENEFIT.search(said.text):
        return Meaning("oos_gov", clause=OF_BENEFITS)
    if not _ACCUSES.fullmatch(bare(said.text)):
        return None
    told = f"{context.before}，{context.unclear_text}，{context.outside or ''}"
    if _OFFICIAL.search(told):
        return Meaning("oos_gov", clause=OF_OFFICIALS)
    if asks_about_others(told) or OF_BENEFITS in told:
        return Meaning("oos_gov", clause=OF_BENEFITS)
    return None
