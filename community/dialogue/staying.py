"""In a talk about a service, what names nothing else is about that service.

People answer an answer with what they leave out: a question without its subject
(怎么报, 购房合同行吗) or a fact about themselves (我爸79, 买房了). A classifier that
sees the few words alone takes them for another service or for nothing at all.
"""

import re

from community.catalog.model import Catalog, Service
from community.catalog.situations import WORDS
from community.catalog.topics import topics_said
from community.dialogue.circumstances import names_case
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
    hints_at,
    is_question,
    named_services,
    rephrase,
)

TOLD = "told"
"""Value of a fact that is told of the case, and asks whether that is enough."""
MAX_FACT_CHARS = 24
CERTAIN_OTHER = 0.95
"""A fact that names nothing is about another service only if that is as sure as this."""
MAX_GUESSED_CHARS = 3
"""So short that any label is a guess: 二胎."""
_COUNTS = re.compile(r"[0-9一二两三四五六七八九十]")
_CORRECTS_TOPIC = re.compile(r"问|说|办|查|补|申请|登记")
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
    r"想|要(?!的)|帮|替我|求|申请|报名|咨询|问问|打听|能不能|有没有|谁|怎么|咋|多[少久长大]|几[个天年月号岁次点样]|办个|办一|麻烦|投诉|反映|举报"
)
_OWNS = re.compile(
    r"(?:[我俺咱他她]们?|家里?|还|也|就|都|名下)*有(?:[0-9一两二三几半]*[个辆台套间亩头]|点)"
    r"(?!.*(?:挡|堵|占|停在|坏|漏|吵|咬|没人))[^，。]{1,8}"
)
_STATED = re.compile(r"(?<=[还在没正有])([^呢]*)呢\W*$")
"""户口还在老家呢 asks nothing."""
_ENDS_ASKING = re.compile(r"不\W*$")
_NOT_OF_IT = re.compile(r"丢|掉|坏|过期|到期|烧|停|错|没[给发批办到打]|不[给发批]")
"""Something that happened to what is named: that is a matter of its own."""
_FACT_OF = re.compile(r"没|不|有|是|在|跟|吃|领着|农村|城镇|外地|本地|也")
_OF_ANOTHER = re.compile(
    r"(?:那|那么|还有|要是|如果|换成)*(.{1,8}?)(?:呢|(?<=的)(?:咋样|怎么样))[?？，,。 ]*(.{0,10})"
)
"""那离婚呢, 那我妈呢 82: of whom or what the same is asked, and what is told of it."""
_ANOTHER_TOO = re.compile(
    r"(?:[也还又]|顺便|再)(?:想|要|得|打算|准备|是)*(?:去|给.{1,4})?(?:办|弄|领|申请|补|换|交|问|做)"
)
"""那个公交卡俺也想办: another errand is wished, too."""
_FOR_THIS = re.compile(
    r"(.{2,10}?)(?:用不用|要不要|需不需要|用不用得着|用得着|用得上|需要|[要用得])(?:带|交|办|拿|看|有|用)?"
    r"(?:这个|这张?|它)(?:证|卡|本|东西|单子|手续)?[吗不么呢啊]*\W*"
)
"""孩子上学用不用这个: whether another errand needs what is talked of."""
_PERSON = re.compile(
    rf"(?:那|是|给|就是|[我俺咱你恁他她]们?|家|的|要是)*"
    rf"({WORDS['family']}|小孩|大人|本人|朋友|同事|亲戚)(?:的|们|也|呀|啊)*"
)
_WHEN_OPEN = re.compile(
    r"周末|周[一二三四五六日天]|星期|礼拜|几点|[上下]班|开门|节假日|中午"
)
_ANYBODY = re.compile(rf"{WORDS['family']}|当[爸妈爹娘]|[爸妈爹娘]|小孩|大人|老人|孩子")
_OF_WHOM = re.compile(r"够|格|符合|享受|条件|要求高|[我俺他她]这|这样|这种|哪些|啥样")
_ERRAND = re.compile(
    r"(?:补|换|丢|掉|坏|首|新|重|注销|销|变更|改|更正|异地|外地|本地|挂失|迁|到期|过期|年审|续|农村|城[里镇]|"
    r"单位|自己|网上|手机|[办领证卡的了次名信息签申请一二个交])+"
)
"""Kinds of errands and cases, which name no service: 换证, 丢了, 外地的."""


def of_another(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Asks the same of another errand or person, in a talk about a service: 那离婚呢.

    What names a case of the service is answered with that case; anything else (纹身呢,
    那我妈呢) is a fact, of which the texts say something or nothing.
    """
    if not _is_talk(context) or said.emergency or len(said.text) > MAX_FACT_CHARS:
        return None
    found = _OF_ANOTHER.fullmatch(said.text.strip())
    if found is None or context.service is None:
        return None
    what, told = found[1], found[2]
    if is_question(told) or _others(said, context, catalog):
        return None
    if names_case(catalog.services[context.service.removeprefix("service/")], what):
        facets = context.facets or said.facets or ("process",)
        return Meaning("talk_ask_facet", context.service, facets)
    is_kind = _PERSON.fullmatch(what) or _ERRAND.fullmatch(what)
    if not is_kind and (said.facets and asks_only(what)):
        return None  # 那材料呢
    if not is_kind and (said.is_clear_matter or _is_another(what, said, catalog)):
        return None
    return Meaning("talk_ask_facet", context.service, ("eligibility",), value=TOLD)


def another_errand(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Goes to another service that is wished, too, or that may need this one."""
    if not _is_talk(context) or said.emergency or len(said.text) > MAX_FACT_CHARS:
        return None
    for_this = _FOR_THIS.fullmatch(said.text.strip())
    if for_this is not None:
        named = _others(said, context, catalog)
        if named:
            return Meaning("service", named[0], ("materials",))
    is_other = said.label.startswith("service/") and said.label != context.service
    if not is_other or said.confidence < UNCERTAIN:
        return None
    if not hints_at(said.text, said.label, catalog):
        return None
    if for_this is not None:
        return Meaning("service", said.label, ("materials",))
    too = _ANOTHER_TOO.search(said.text) is not None
    return Meaning("service", said.label, said.facets) if too else None


def told_in(text: str) -> str:
    """Returns what is told without the words that ask for the same: 那我妈呢 82."""
    meant = rephrase(text).strip()
    found = _OF_ANOTHER.fullmatch(meant)
    return f"{found[1]}{found[2]}" if found else meant


def person_told(text: str) -> str | None:
    """Returns whom few words name and nothing else: 是俺婆婆, 那我妈呢."""
    found = _OF_ANOTHER.fullmatch(text.strip())
    named = _PERSON.fullmatch(found[1] if found else bare(text))
    return named[1] if named else None


def _is_another(what: str, said: Said, catalog: Catalog) -> bool:
    """Whether few words are about another service: 那特困呢."""
    is_service = said.label.startswith("service/")
    return is_service and hints_at(what, said.label, catalog)


def goes_on(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Takes few words that name no topic, or a fact, for more on the service talked of."""
    if not _is_talk(context) or said.emergency:
        return None
    if said.is_clear_matter and not _owns(said.text):
        return None
    if _is_small_talk(said):
        return None
    is_other = bool(_others(said, context, catalog))
    told = Meaning("talk_ask_facet", context.service, ("eligibility",), value=TOLD)
    if topics_said(said.text) and is_told(said, context, catalog):
        return told  # 还有三亩地 asks nothing, of whatever words it is made
    if asks_only(said.text) and (said.facets or is_question(said.text)):
        return None if is_other else _asks(said, context)
    if is_told(said, context, catalog):
        return told
    is_short = len(bare(said.text)) <= ELLIPSIS_MAX_CHARS
    if is_short and _SUFFICES.search(said.text) and not is_other:
        return _asks(said, context)
    return None


def asks_of_something(text: str, service: Service) -> bool:
    """Tells whether a question names a thing that is none of any errand: 管饭不.

    What it says of the service itself, of a count and of who qualifies is no such thing.
    """
    if not is_question(text) and not _ENDS_ASKING.search(text):
        return False
    if _COUNTS.search(text) or _OF_WHOM.search(text) or len(bare(text)) > 12:
        return False
    names = f"{service.name}{service.short_name}{''.join(service.aliases)}"
    left = _LEFT_OUT.sub("", _ANYBODY.sub("", bare(text)))
    return len([c for c in left if c not in names]) > 1


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
    if not states(said.text):
        return False
    meant = rephrase(said.text)
    if meant != said.text.strip() and _is_topic(meant, context, catalog):
        return False  # a correction: 不是低保，我问的是临时救助
    if _others(said, context, catalog):
        return bool(_FACT_OF.search(said.text)) and not _NOT_OF_IT.search(said.text)
    if said.label.startswith("oos_"):
        return said.confidence < CERTAIN_OUTSIDE or _owns(said.text)
    if said.is_clear_item and said.label != context.service:
        is_guess = len(bare(meant)) <= MAX_GUESSED_CHARS
        names = (
            said.label.startswith("service/")
            and hints_at(meant, said.label, catalog)
            and not _COUNTS.search(meant)
        )
        return said.confidence < CERTAIN_OTHER or (is_guess and not names)
    return said.label != context.service or not said.is_clear_item


def states(text: str) -> bool:
    """Tells whether a message asks and wants nothing."""
    text = _STATED.sub(r"\1", text)
    if is_question(text) or _ENDS_ASKING.search(text):
        return False
    return not _WANTS.search(text) and len(bare(text)) > 1


def _is_topic(meant: str, context: Context, catalog: Catalog) -> bool:
    """Whether a correction names another errand, not another fact."""
    named = set(named_services(meant, catalog)) - {context.service}
    return bool(named or _CORRECTS_TOPIC.search(meant))


def _owns(text: str) -> bool:
    """Whether somebody tells what he has, which asks nobody to come: 有辆面包车."""
    return bool(_OWNS.fullmatch(bare(text)) and topics_said(text))


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
    when_open = "place" in said.facets and _WHEN_OPEN.search(said.text)
    facets = ("place",) if when_open else said.facets
    return Meaning("talk_ask_facet", item=context.service, facets=facets)
