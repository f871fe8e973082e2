"""Messages that mean something only after what was said before."""

import re

from community.catalog.model import Catalog
from community.dialogue.choices import first_of_yes_or_no
from community.dialogue.meaning import (
    CERTAIN_OUTSIDE,
    ELLIPSIS_MAX_CHARS,
    NOUN_MAX_CHARS,
    UNCERTAIN,
    UNCERTAIN_TALK,
    Context,
    Meaning,
    Said,
)
from community.dialogue.staying import CERTAIN_OTHER, TOLD, asks_only, is_told
from community.dialogue.told_facts import fact_in, lacks_paper
from community.dialogue.wordings import (
    asked_of_earlier,
    asked_with_wish,
    bare,
    hints_at,
    is_question,
    is_return,
    named_services,
    rephrase,
    same_of_another,
    wish,
)
from community.reports.form_interpretation import ANSWER_ENTITIES

MAX_KIND_CHARS = 3
"""So short that any label is a guess: 大人的."""
UNWRITTEN = "unwritten"
"""Value of a question about the service talked of that asks no known aspect."""
UNNAMED = ("oos_gov", "oos_other", "nlu_fallback")
"""What a short question may be held for that leaves out what it is about."""
OF_FAMILIES = frozenset({"vulnerable_care", "party_mass"})
OF_DEALINGS = frozenset({"dispute", "public_security"})
"""Categories of matters that what is told of a family, of work or money sounds like."""
MAX_PERSONAL_CHARS = 20
"""Of a question whether the resident himself qualifies."""
_WHOSE = re.compile(
    r"管不管|不管[吗么]|归谁|归哪|谁管|谁负责|哪[里儿]?管|[找问]谁|[找问]哪|打哪|去哪|上哪|电话|怎么办|咋办|咋整"
)
_CONDITION = re.compile(
    r"(?:那|要是|如果|就|我|俺)*(?:没有?|不是|不在|没在|没交|没办|只有|光有|缺)(?!.*[？?，,].)[\u4e00-\u9fff0-9]{2,10}?"
    r"(?:还|也)?(?:能|可以|可不可以|能不能|给)(?:给)?[\u4e00-\u9fff]{0,4}[吗不么]|"
    r"(?:那|要是|如果|就|我|俺)*(?:没有?|不是|不在|没在|没交|没办|只有|光有|缺)[\u4e00-\u9fff0-9]{2,10}?"
    r"(?:还|也)?(?:行不行|中不中|行[吗不么]|中[吗不么]|可以[吗不么])"
)
_IS_IT_DONE = re.compile(
    r"(?:那|现在|这|它|那个)*(?:修|弄|办|处理|解决|搞)?好了[吗没么不]|(?:有人|派人|人)?来了[吗没么不]|"
    r"(?:修|弄|办|处理|解决)了[吗没么]|(?:到|办到|弄到|走到)哪(?:一?步)?了?"
)
_OWN = re.compile(r"(?:[我俺咱]|他|她|老人|老伴|孩子)")
_ALARMING = re.compile(
    r"联系|[接回]电话|打不通|没动静|没出门|不见|走丢|丢了|摔|打|骂|吵|闹|不开门|敲门|哭|饿|冻|虐|欺|偷|骗|死|"
    r"想不开|难受|害怕|人(?:来|去)(?:看看|瞧瞧)|[去来]看"
)
"""Said of somebody who needs help now."""
_WRONG = re.compile(
    r"欠|拖|扣|赖|讹|坑|撬|赔|漏|堵|占|跑路|假的|冒充|转账|转了|验证码|链接|中奖|投资|威胁|动手|拉黑|只给|"
    r"[不没](?:给|发|交|签|退|让|管|认|承认)|隔壁|邻居|对门|楼[上下]|有人|劝劝|半夜|整夜"
)
"""Said of whoever was wronged: of work, money and neighbours it tells a problem."""
_GENERIC = re.compile(r"补[助贴]|津贴|救助|待遇|报名|申请|登记|优惠|政策")
"""Words in the names of many services, which name none of them."""
_OF_ITS_OWN = re.compile(
    r"^那?个?[\u4e00-\u9fff]{2,6}?(?:过期|到期|丢|坏|[涨降停]没?[涨降停]?|[咋怎]么?(?:办|弄|领|申请|报|交))"
)
"""Asked of what is named and not of what was talked of: 身份证过期了咋弄."""
_THAT = re.compile(r"^(?:那|这|它|他|她)")
_KIND = re.compile(
    r"(?:不是|要|给|就是|是|[我俺]是|[我俺]们?是)?(?!好|是|对|行|中|真|有|假|知道|可以|怎么|会|刚才|谢)"
    r"[\u4e00-\u9fff0-9]{1,6}(?<!好|是|对|行|道|谢)的"
)
"""Of which kind what was talked of is meant: 大人的, 不是老年的."""


def again(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Says the last answer again or shorter: 再说一遍材料, 说短点, 没听懂."""
    how = wish(said.text)
    if how is None or said.label == "talk_handoff":
        return None
    says_more = asked_with_wish(said.text)
    if says_more and said.is_clear_matter:
        return None
    facets = said.facets if says_more else ()
    facets = facets or context.facets
    named = named_services(said.text, catalog)
    item = named[0] if named else context.item
    return Meaning("repeat", item=item, facets=facets, value=how)


def plain_yes(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Takes the first of a yes-or-no question; a yes to a list is unclear."""
    if said.label != "talk_affirm" or is_question(said.text):
        return None
    taken = first_of_yes_or_no(context.offered)
    if taken is not None:
        return Meaning.of_choice(taken)
    return Meaning("nlu_fallback") if context.is_unclear else None


def going_back(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Returns to the item talked of before: 回到刚才那个."""
    if named_services(said.text, catalog):
        return None
    if asked_of_earlier(said.text):
        return _of_earlier(said, context)
    if context.previous_item is None or not is_return(said.text):
        return None
    base = context.previous_item.split("/")[0]
    return Meaning(base, item=context.previous_item, facets=said.facets)


def _of_earlier(said: Said, context: Context) -> Meaning | None:
    """Asks on about the service before the present one, or about that where it is the first."""
    key = context.previous_item or context.talked_of
    if key is None or not key.startswith("service/") or said.is_clear_matter:
        return None
    return Meaning("service", item=key, facets=said.facets or context.facets)


def remembered(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Reads an unclear wording as the resident chose it before."""
    key = context.meanings.get(bare(said.text))
    if key is None:
        return None
    return Meaning(key.split("/")[0], item=key, facets=said.facets)


def same_question(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Asks the last facet of another item: 那特困呢."""
    name = same_of_another(said.text)
    if name is None or not context.facets or is_told(said, context, catalog):
        return None
    named = named_services(name, catalog)
    target = named[0] if named else said.item
    if target is None or not target.startswith("service/"):
        return None
    if said.facets and len(bare(name)) > NOUN_MAX_CHARS:
        return None
    return Meaning("service", item=target, facets=context.facets)


def follow_up(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Takes a short question that names nothing for one about the item."""
    vague = said.label.startswith("talk_") and said.confidence < UNCERTAIN_TALK
    named = named_services(said.text, catalog)
    is_asked = said.label == "talk_ask_facet"
    if is_asked and len(named) == 1 and _OF_ITS_OWN.search(said.text):
        return Meaning("service", item=named[0], facets=said.facets)
    if is_asked and not vague:
        if context.item is None and not is_question(said.text):
            return Meaning("nlu_fallback", facets=said.facets)
        services = tuple(c for c in said.candidates if c.startswith("service/"))
        if context.item is None and services:
            return Meaning("nlu_fallback", candidates=services, facets=said.facets)
        return Meaning("talk_ask_facet", item=context.item, facets=said.facets)
    if not said.facets or context.item is None:
        return None
    if vague or _asks_on(said, context, catalog):
        return Meaning("talk_ask_facet", item=context.item, facets=said.facets)
    return None


def about_outside(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Answers 那找谁, 你们管不管 about the topic of another office talked of before.

    Only where that office is known; else there is nothing to add.
    """
    topic = context.outside
    if topic is None or len(bare(said.text)) > ELLIPSIS_MAX_CHARS:
        return None
    if not any(word in topic for r in catalog.referrals for word in r.keywords):
        return None
    if named_services(said.text, catalog) or _has_own_office(said.text, topic, catalog):
        return None
    is_sure = said.is_clear_matter or said.confidence >= CERTAIN_OUTSIDE
    if said.is_clear_item and is_sure and not asks_only(said.text):
        return None
    named = same_of_another(said.text)
    asks = (
        said.label == "talk_ask_facet"
        or (named is not None and len(bare(named)) <= NOUN_MAX_CHARS)
        or _WHOSE.search(said.text) is not None
        or (said.item is not None and is_question(said.text))
    )
    return Meaning("oos_gov", clause=topic) if asks else None


def _has_own_office(text: str, topic: str, catalog: Catalog) -> bool:
    """Whether a message names a topic of another office than the one talked of."""
    return any(
        any(word in text for word in referral.keywords)
        and not any(word in topic for word in referral.keywords)
        for referral in catalog.referrals
    )


def service_asked_on(
    text: str, meaning: Meaning, context: Context, catalog: Catalog
) -> str | None:
    """Returns a short question with the name of the service that it may be about.

    医院在哪评, after an answer about the disability certificate. Nothing for what names
    another service or a topic of another office.
    """
    key = context.service
    if key is None or context.item != key or meaning.intent not in UNNAMED:
        return None
    if meaning.candidates:
        return None
    if meaning.value or meaning.clause or len(bare(text)) > ELLIPSIS_MAX_CHARS:
        return None
    if not is_question(text) or named_services(text, catalog):
        return None
    if any(word in text for r in catalog.referrals for word in r.keywords):
        return None
    service = catalog.services[key.removeprefix("service/")]
    return f"{service.short_name}，{text}"


def is_unwritten(text: str, meaning: Meaning) -> bool:
    """Tells whether a question that was read with the service's name stays with it.

    Only where nothing else is likely: 需要多少人同意, 纹身呢.
    """
    is_noun = len(bare(text)) <= NOUN_MAX_CHARS and text.rstrip("?？").endswith("呢")
    return meaning.intent == "nlu_fallback" or is_noun


def told_of_own_affairs(
    said: Said, context: Context, catalog: Catalog
) -> Meaning | None:
    """俺娘自己住, 公司给交社保, told in a talk about a service, report nothing."""
    if context.talked_of is None:
        return None
    if said.emergency or not said.is_clear_matter or is_question(said.text):
        return None
    matter = catalog.matters[said.label.removeprefix("matter/")]
    if len(said.text) > MAX_PERSONAL_CHARS or _ALARMING.search(said.text):
        return None
    if ANSWER_ENTITIES & {name for name, _ in said.entities}:
        return None
    of_family = matter.category in OF_FAMILIES and _OWN.match(said.text)
    if not of_family and (
        matter.category not in OF_DEALINGS or _WRONG.search(said.text)
    ):
        return None
    return Meaning("talk_ask_facet", item=context.service, facets=("eligibility",))


def on_condition(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Takes 没有房产证能上吗 for a question about the service talked of.

    So it takes 没空去, 租的房子: a fact says what is asked. Without a service it is part
    of a story, and refuses nothing.
    """
    fact = fact_in(bare(said.text))
    if fact is not None and context.open_ticket is None:
        if context.talked_of is None:
            if said.is_clear_service:
                return None
            return Meaning("nlu_fallback", candidates=said.candidates)
        return Meaning("talk_ask_facet", context.service, (fact,), value=TOLD)
    if context.talked_of is None:
        return None
    if lacks_paper(bare(said.text)) and not _is_of_another(said, context, catalog):
        return Meaning("talk_ask_facet", context.service, ("eligibility",), value=TOLD)
    is_sure = said.is_clear_matter or said.confidence >= CERTAIN_OTHER
    if (said.is_clear_item and is_sure) or named_services(said.text, catalog):
        return None
    if not _CONDITION.fullmatch(bare(said.text)):
        return None
    facets = said.facets or ("eligibility",)
    return Meaning("talk_ask_facet", item=context.service, facets=facets)


def _is_of_another(said: Said, context: Context, catalog: Catalog) -> bool:
    """Whether the paper that was lost is what another service gives: 身份证丢了."""
    if said.emergency:
        return True
    named = {*named_services(said.text, catalog)} - {context.service}
    is_sure = said.is_clear_service and said.label != context.service
    return bool(named) or (is_sure and hints_at(said.text, said.label, catalog))


def of_that_kind(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Takes 大人的, 我是六楼的 for a word more on the service talked of."""
    if context.talked_of is None or context.is_unclear:
        return None
    is_short = len(bare(said.text)) <= MAX_KIND_CHARS
    if (said.is_clear_item and not is_short) or named_services(said.text, catalog):
        return None
    if not _KIND.fullmatch(re.sub(r"\W", "", said.text)):
        return None
    return Meaning("talk_ask_facet", item=context.service, facets=context.facets)


def of_the_ticket(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Looks up a report that was filed just now, where its progress is asked: 好了吗."""
    about_report = context.item is None or context.item.startswith("matter/")
    if context.open_ticket is None or not about_report:
        return None
    asked = said.label == "talk_ask_facet" and said.facets[:1] == ("progress",)
    if asked or _IS_IT_DONE.fullmatch(bare(said.text)):
        return Meaning("talk_ticket_status")
    return None


def same_again(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """A question about what was reported just now opens no second report.

    It goes to those who deal with the first one. Another place is another report.
    """
    is_same = said.is_clear_matter and said.label == context.item
    if not is_same or context.open_ticket is None or not is_question(said.text):
        return None
    if ANSWER_ENTITIES & {name for name, _ in said.entities}:
        return None
    return Meaning("supplement", item=context.item)


def _asks_on(said: Said, context: Context, catalog: Catalog) -> bool:
    """Tells whether the label of a message is only a guess about an ellipsis."""
    if said.label == "talk_ticket_status":
        about_service = context.item == context.service
        return about_service and said.facets[0] != "progress"
    limit = MAX_PERSONAL_CHARS if _THAT.match(said.text) else ELLIPSIS_MAX_CHARS
    if said.label.startswith("oos_"):
        personal = "eligibility" in said.facets and "我" in said.text.replace(
            "俺", "我"
        )
        limit = MAX_PERSONAL_CHARS if personal else limit
        sure = said.confidence >= (CERTAIN_OUTSIDE if personal else UNCERTAIN)
        return not sure and len(said.text) <= limit
    if len(said.text) > limit or said.item is None:
        return False
    specific = _GENERIC.sub("", said.text)
    unnamed = said.is_clear_service and not hints_at(specific, said.label, catalog)
    return said.decision != "answer" or unnamed


def carried(said: Said, context: Context) -> tuple[str, ...]:
    """Returns the facets that a correction, or an item asked for, keeps."""
    corrects = rephrase(said.text) != said.text
    return context.facets if corrects or context.item is None else ()
