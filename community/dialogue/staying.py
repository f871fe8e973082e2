"""In a talk about a service, what names nothing else is about that service.

People answer an answer with what they leave out: a question without its subject
(怎么报, 购房合同行吗) or a fact about themselves (我爸79, 买房了). A classifier that
sees the few words alone takes them for another service or for nothing at all.
"""

import re

from community.catalog.model import Catalog
from community.dialogue.meaning import (
    CERTAIN_OUTSIDE,
    ELLIPSIS_MAX_CHARS,
    UNCERTAIN,
    Context,
    Meaning,
    Said,
)
from community.dialogue.wordings import (
    bare,
    is_question,
    named_services,
    rephrase,
)

TOLD = "told"
"""Value of a fact that is told of the case, and asks whether that is enough."""
MAX_FACT_CHARS = 24
CERTAIN_OTHER = 0.95
"""A fact that names nothing is about another service only if that is as sure as this."""
_LEFT_OUT = re.compile(
    r"[我俺咱你您恁他她它这那个些吗么呢吧啊呀的了得地着过]|们|什么|啥|怎么|咋|怎样|如何|哪[里儿]?|几|多[少久长大咱]|"
    r"谁|为什么|[能要可给想会该需必须应]|可以|不|没|有|是|"
    r"[办领交报查开弄整拿带发打到下来批走跑去上找问看做转换补取存用收缴续填写提回等]|申请|登记|报名|办理|"
    r"[钱卡证表]|材料|手续|证件|东西|费用?|手机|网上|电话|地方|窗口|社区|街道|时候|[天月年号日岁次步级]|本人|自己|"
    r"人|家里|代办|上门|流程|条件|标准|[0-9一二两三四五六七八九十百千半]|都|也|还|再|就|先|后|只|光|最|快|大概|一般|"
    r"现在|今年|明年|去年|周末|星期|上班|下班|开门|一共|总共|长时间|另外|里|往|从|在|跟|和|对|让|叫|块|元"
)
"""Words that ask, point and count, and those of any errand: they name no topic."""
_SUFFICES = re.compile(
    r"(?:行不行|中不中|可不可以|够不够|[行中够]吗|[行中够]不|可以[吗不么]|能用[吗不么]|算数?[吗不么])\W*$|"
    r"^(?:那|还|也|另外)*(?:要|用|得|需要)(?!钱|多少|几|怎么|不要).{1,8}?(?:不|吗|么)\W*$"
)
"""Asks whether something is enough or needed, which only the errand talked of tells."""
_WANTS = re.compile(
    r"想|要(?!的)|帮|替我|求|申请|报名|咨询|问问|打听|能不能|有没有|谁|怎么|咋|多[少久长大]|几[个天年月号]|办个|办一|麻烦|投诉|反映|举报"
)
_STATED = re.compile(r"(?<=[还在没正有])([^呢]*)呢\W*$")
"""户口还在老家呢 asks nothing."""
_ENDS_ASKING = re.compile(r"不\W*$")
_NOT_OF_IT = re.compile(r"丢|掉|坏|过期|到期|烧|停|错|没[给发批办到打]|不[给发批]")
"""Something that happened to what is named: that is a matter of its own."""
_FACT_OF = re.compile(r"没|不|有|是|在|跟|吃|领着|农村|城镇|外地|本地|也")


def goes_on(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Takes few words that name no topic, or a fact, for more on the service talked of."""
    if not _is_talk(context) or said.emergency or said.is_clear_matter:
        return None
    if _is_small_talk(said):
        return None
    is_other = bool(_others(said, context, catalog))
    if asks_only(said.text) and (said.facets or is_question(said.text)):
        return None if is_other else _asks(said, context)
    if is_told(said, context, catalog):
        return Meaning("talk_ask_facet", context.service, ("eligibility",), value=TOLD)
    is_short = len(bare(said.text)) <= ELLIPSIS_MAX_CHARS
    if is_short and _SUFFICES.search(said.text) and not is_other:
        return _asks(said, context)
    return None


def asks_only(text: str) -> bool:
    """Tells whether few words ask and name no topic: 手机上怎么交, 能领几个月."""
    plain = bare(text)
    return 1 < len(plain) <= ELLIPSIS_MAX_CHARS and len(_LEFT_OUT.sub("", plain)) < 2


def is_told(said: Said, context: Context, catalog: Catalog) -> bool:
    """Tells whether a message only tells something, in a talk about a service.

    A service that it names stands within the fact (没残疾证, 户口不在这); what happened
    to something (身份证丢了) is no fact about another service.
    """
    if not _is_talk(context) or len(said.text) > MAX_FACT_CHARS:
        return False
    text = _STATED.sub(r"\1", said.text)
    if (
        is_question(text)
        or _ENDS_ASKING.search(text)
        or _WANTS.search(text)
        or len(bare(text)) < 2
    ):
        return False
    if rephrase(text) != text.strip():
        return False  # a correction: 不是低保，是临时救助
    if _others(said, context, catalog):
        return bool(_FACT_OF.search(text)) and not _NOT_OF_IT.search(text)
    if said.label.startswith("oos_"):
        return said.confidence < CERTAIN_OUTSIDE
    if said.is_clear_item and said.label != context.service:
        return said.confidence < CERTAIN_OTHER
    return said.label != context.service or not said.is_clear_item


def _is_talk(context: Context) -> bool:
    """A service is talked of, and no other choices are on the table."""
    others = {*context.offered_items} - {context.service}
    return context.talked_of is not None and not context.is_unclear and not others


def _is_small_talk(said: Said) -> bool:
    if said.label == "talk_ask_facet":
        return False
    return said.label.startswith("talk_") and said.confidence >= UNCERTAIN


def _others(said: Said, context: Context, catalog: Catalog) -> tuple[str, ...]:
    named = named_services(said.text, catalog)
    return tuple(key for key in named if key != context.service)


def _asks(said: Said, context: Context) -> Meaning:
    """Without an aspect the question is read once more with the service's name."""
    if not said.facets:
        return Meaning("nlu_fallback")
    return Meaning("talk_ask_facet", item=context.service, facets=said.facets)
