"""From an understood message to its meaning in this conversation.

The classifier sees one message; this module adds what the conversation knows:
choices offered, the item talked of, the question a form has asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from community.catalog.model import Catalog
from community.errors import RecordError
from community.payloads import ChosenMeaning, read_payload

ELLIPSIS_MAX_CHARS = 12
ELLIPSIS_MIN_CHARS = 3
ANSWER_ENTITIES = frozenset(
    {"building", "unit", "room", "address", "phone", "id_number"}
)
"""Who names one of these answers the form's question."""
NUMBER_WORDS = {
    **{str(n): n for n in range(1, 4)},
    **dict(zip("一二三", range(1, 4), strict=True)),
    "１": 1,
    "２": 2,
    "３": 3,
    "①": 1,
    "②": 2,
    "③": 3,
    "头一个": 1,
    "最后一个": -1,
}
_NUMBER = re.compile(
    r"(?:选|按|回|就是|我选|俺选|是)?第?([123１２３①②③一二三]|头一个|最后一个)"
    r"(?:个|项|条|号|种)?(?:吧|啊|呀|的|那个)?"
)
_NONE = re.compile(r"(?:都|全)?(?:不是|不对)(?:这些|这几个|的|啊|呀)?")
_SAME = re.compile(r"^(?:那|那么|那个)?(.{1,10}?)(?:呢|咋样|怎么样)[?？]?$")
_CONTRAST = re.compile(
    r"(?:我?说的)?不是.{1,12}?[,，。 ]?(?:而?是|我问的是|我说的是|问的是|要问)(.{2,})"
)
_COMPARE = re.compile(r"区别|不一样|有啥不同|有什么不同|一回事|啥两样|哪个好|和.*还是")

FORM_DIGRESSIONS = frozenset(
    {"talk_handoff", "talk_ticket_status", "talk_feedback_bad"}
)
_CANCEL = re.compile(
    r"取消|不报|别报|不用了|不要了|算了|拉倒|退出|撤了|撤回|先不|不说了|不反映"
)
_EARLIER = re.compile(r"报过|报的|反映|编号|进[度展]|上次|上回|之前|查一?下|那个事")
_REPEAT = re.compile(
    r"(?:再|重新?)(?:说|讲|念|发)(?:一?[遍次回])|没听清|没看清|重复一[遍下]|刚才说的啥"
)
_SHORTER = re.compile(
    r"说?(?:短|简单|少|简短)(?:一?点|些)|太长|太啰嗦|听不懂这么多|简单说|长话短说"
)
_REASON = re.compile(
    r"(?:为|因)(?:啥|什么|么|何|吗).{0,10}(?:没批|不批|没通过|停|取消|不给|没给|退回|驳回|拒|降|少了)"
    r"|凭(?:啥|什么).{0,8}(?:停|不批|不给|取消|降|退)"
    r"|(?:没批|不批|被停|停发|停了|取消|驳回|没通过).{0,8}(?:为啥|为什么|啥原因|什么原因|咋回事|怎么回事|给个说法)"
)
_OTHERS = re.compile(
    r"(?:谁|哪)家.{0,6}(?:吃|领|办|拿|享受).{0,4}(?:低保|补[贴助]|特困|救助)"
    r"|(?:谁|哪些人|哪几户|哪几家).{0,4}(?:吃|领|拿|享受)着?.{0,4}(?:低保|补[贴助]|特困|救助)"
    r"|(?:[张王李赵刘陈杨孙周吴徐马朱胡][一-龥]{0,2}|对门|隔壁|邻居|楼[上下]|人家|他们?|她们?)家.{0,6}"
    r"(?:吃|领|办|拿|享受).{0,4}(?:低保|补[贴助]|特困|救助|残疾证).{0,6}(?:吗|不|没|没有|多少)"
)
_TROUBLE = re.compile(
    r"坏|不亮|不[走来通热响]|没[水电气人]|漏|堵|吵|臭|脏|破|断|裂|歪|掉|丢|满|乱|冒|塌|挡|占|咬|叫|打|骗|欠|闹|停|暗|黑|慢|差|投诉|反映|举报"
)
_SECOND = re.compile(
    r"[，。；,;? ？]*(?:还有(?:就是|一个)?|另外|再就是|再问(?:一下|个)?|顺便(?:再)?问?|对了)[，, ]?"
)
NOUN_MAX_CHARS = 4
QUESTION = re.compile(r"[?？吗呢么]$|咋|怎么|啥|什么|多少|几|哪|能不能|要不要|可以")


@dataclass(frozen=True, slots=True)
class Context:
    """What the conversation knows before a message."""

    item: str | None = None
    facets: tuple[str, ...] = ()
    offered: tuple[tuple[str, str], ...] = ()
    """Title and payload of the choices on the table."""
    requested_slot: str | None = None
    """Slot that a form is asking for."""
    is_unclear: bool = False
    """The message before was not understood; `facets` are what it asked."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the dialogue is told."""

    intent: str
    item: str | None = None
    facets: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    value: str | None = None
    chosen: bool = False
    """The resident chose among offered choices."""
    also: tuple[str, tuple[str, ...]] | None = None
    """A second service that the message asks about, with its facets."""


_NO = ChosenMeaning("talk_deny")


def choose(
    text: str, payload: str | None, offered: Sequence[tuple[str, str]]
) -> ChosenMeaning | None:
    """Finds the offered choice that a message takes, by tap, number or words."""
    payloads = [known for _, known in offered]
    if payload is not None:
        if payload not in payloads and not _is_harmless(payload):
            return None
        return _read(payload)
    clean = re.sub(r"[\s，。！!、.]", "", text)
    if not offered or not clean:
        return None
    for title, known in offered:
        if clean == re.sub(r"\W", "", title) or clean == title:
            return _read(known)
    match = _NUMBER.fullmatch(clean)
    if match is not None:
        number = NUMBER_WORDS[match.group(1)]
        position = number - 1 if number > 0 else len(offered) - 1
        return _read(payloads[position]) if position < len(offered) else None
    if _NONE.fullmatch(clean):
        of_form = any(known.startswith("/inform") for known in payloads)
        return ChosenMeaning("inform", value="no") if of_form else _NO
    return None


def _is_harmless(payload: str) -> bool:
    """A choice of an earlier message may still be tapped, unless it fills a form."""
    return payload.startswith(("/service", "/matter", "/talk_"))


def _read(payload: str) -> ChosenMeaning | None:
    try:
        return read_payload(payload)
    except RecordError:
        return None


def rephrase(text: str) -> str:
    """Returns the part of a correction that says what is meant.

    不是低保，是临时救助 → 临时救助; other texts come back as they are.
    """
    match = _CONTRAST.fullmatch(text.strip())
    return match.group(1) if match else text


def two_asks(text: str) -> tuple[str, str] | None:
    """Splits a message that asks two things, or returns None."""
    match = _SECOND.search(text, 4)
    if match is None or len(text) - match.end() < ELLIPSIS_MIN_CHARS:
        return None
    return text[: match.start()], text[match.end() :]


def interpret(parse: Mapping[str, Any], context: Context, catalog: Catalog) -> Meaning:
    """Decides what a typed message means in its conversation."""
    text: str = parse["text"]
    ranking = parse.get("label_ranking") or []
    label: str = ranking[0]["label"] if ranking else "oos_other"
    facets = tuple(parse.get("facets") or ())
    item = label if "/" in label else None
    if parse.get("emergency"):
        return Meaning("emergency", item=item)
    if context.requested_slot is not None:
        return _within_form(label, item, facets, parse, catalog)
    special = _by_wording(text, item, facets, context, catalog)
    if special is not None:
        return special
    unsure = parse.get("decision", "answer") != "answer"
    follows = facets and item is not None and _may_follow(text, context)
    if follows and (unsure or not _names(text, item, catalog)):
        return Meaning("talk_ask_facet", item=context.item, facets=facets)
    return _by_decision(label, item, facets, parse, context)


def _names(text: str, item: str | None, catalog: Catalog) -> bool:
    """Tells whether a text has any two characters of an item's names in it."""
    if item is None:
        return False
    if not item.startswith("service/"):
        return True
    return any(
        name[i : i + 2] in text
        for name in service_names(item, catalog)
        for i in range(len(name) - 1)
    )


def _by_wording(
    text: str,
    item: str | None,
    facets: tuple[str, ...],
    context: Context,
    catalog: Catalog,
) -> Meaning | None:
    """Reads what a set phrase says, whatever the classifier thinks."""
    if _OTHERS.search(text):
        return Meaning("other_people")
    compared = _compared(text, catalog)
    if len(compared) == 2:
        return Meaning("compare", candidates=compared)
    if context.item and _SHORTER.search(text) and len(text) <= ELLIPSIS_MAX_CHARS:
        return Meaning("shorter", item=context.item, facets=context.facets)
    if context.item and _REPEAT.search(text):
        asked = facets or context.facets
        return Meaning("talk_ask_facet", item=context.item, facets=asked)
    if _REASON.search(text) and (item or context.item):
        about = item if item and item.startswith("service/") else context.item
        return Meaning("reason", item=about)
    bare = re.sub(r"\W", "", text)
    is_noun = len(bare) <= NOUN_MAX_CHARS and not _TROUBLE.search(bare)
    if is_noun and item and item.startswith("matter/"):
        return Meaning("nlu_fallback", candidates=(item,))
    return _same_question(text, item, facets, context, catalog)


def _by_decision(
    label: str,
    item: str | None,
    facets: tuple[str, ...],
    parse: Mapping[str, Any],
    context: Context,
) -> Meaning:
    decision: str = parse.get("decision", "answer")
    candidates = tuple(parse.get("candidates") or ())
    if label == "talk_ask_facet":
        if context.item is None and candidates:
            return Meaning("nlu_fallback", candidates=candidates, facets=facets)
        return Meaning(label, item=context.item, facets=facets)
    if item is None:
        intent = label if decision != "clarify" else "nlu_fallback"
        return Meaning(intent, candidates=candidates, facets=facets)
    if decision == "answer":
        return Meaning(item.split("/")[0], item=item, facets=facets)
    if decision == "clarify":
        return Meaning("nlu_fallback", candidates=candidates, facets=facets)
    return Meaning("nlu_fallback")


def _within_form(
    label: str,
    item: str | None,
    facets: tuple[str, ...],
    parse: Mapping[str, Any],
    catalog: Catalog,
) -> Meaning:
    """An answer to the form's question, unless it clearly is something else."""
    text: str = parse["text"]
    if _CANCEL.search(text) and len(text) <= ELLIPSIS_MAX_CHARS:
        return Meaning("talk_cancel")
    if label in FORM_DIGRESSIONS and (
        label != "talk_ticket_status" or _EARLIER.search(text)
    ):
        return Meaning(label)
    named = named_services(text, catalog)
    if named and text.strip() in service_names(named[0], catalog):
        return Meaning("service", item=named[0])
    entities = {entity["entity"] for entity in parse.get("entities") or ()}
    is_question = bool(QUESTION.search(text)) and not entities & ANSWER_ENTITIES
    if label == "talk_ask_facet" and is_question and len(text) <= ELLIPSIS_MAX_CHARS:
        return Meaning(label, facets=facets)
    sure = parse.get("decision", "answer") == "answer"
    if item and item.startswith("service/") and sure and is_question:
        return Meaning("service", item=item, facets=facets)
    value = {"talk_affirm": "yes", "talk_deny": "no"}.get(label)
    return Meaning("inform", value=value)


def service_names(key: str, catalog: Catalog) -> frozenset[str]:
    """Returns all names of a service."""
    service = catalog.services[key.removeprefix("service/")]
    return frozenset({service.name, service.short_name, *service.aliases})


def _may_follow(text: str, context: Context) -> bool:
    return (
        context.item is not None
        and context.item.startswith("service/")
        and len(text) <= ELLIPSIS_MAX_CHARS
    )


def _same_question(
    text: str,
    item: str | None,
    facets: tuple[str, ...],
    context: Context,
    catalog: Catalog,
) -> Meaning | None:
    """那特困呢？ asks the last facet of another item."""
    match = _SAME.match(text.strip())
    if match is None or not context.facets:
        return None
    named = named_services(match.group(1), catalog)
    if named:
        return Meaning("service", item=named[0], facets=context.facets)
    if facets or item is None or not item.startswith("service/"):
        return None
    return Meaning("service", item=item, facets=context.facets)


def _compared(text: str, catalog: Catalog) -> tuple[str, ...]:
    if not _COMPARE.search(text):
        return ()
    return named_services(text, catalog)[:2]


def named_services(text: str, catalog: Catalog) -> tuple[str, ...]:
    """Returns keys of services named in a text, in the order of their mention."""
    found: dict[str, int] = {}
    taken: list[tuple[int, int]] = []
    names = sorted(
        (
            (name, service.key)
            for service in catalog.services.values()
            for name in {service.name, service.short_name, *service.aliases}
        ),
        key=lambda pair: -len(pair[0]),
    )
    for name, key in names:
        start = text.find(name)
        end = start + len(name)
        if start < 0 or any(start < t and s < end for s, t in taken):
            continue
        taken.append((start, end))
        found.setdefault(key, start)
    return tuple(sorted(found, key=found.__getitem__))
