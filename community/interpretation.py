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

FORM_DIGRESSIONS = frozenset({"talk_cancel", "talk_handoff", "talk_ticket_status"})
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
        return ChosenMeaning("talk_deny")
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


def interpret(parse: Mapping[str, Any], context: Context, catalog: Catalog) -> Meaning:
    """Decides what a typed message means in its conversation."""
    text: str = parse["text"]
    ranking = parse.get("label_ranking") or []
    label: str = ranking[0]["label"] if ranking else "oos_other"
    facets = tuple(parse.get("facets") or ())
    decision: str = parse.get("decision", "answer")
    item = label if "/" in label else None
    candidates = tuple(parse.get("candidates") or ())
    if parse.get("emergency"):
        return Meaning("emergency", item=item)
    if context.requested_slot is not None:
        return _within_form(text, label, item, facets, decision, parse)
    compared = _compared(text, catalog)
    if len(compared) == 2:
        return Meaning("compare", candidates=compared)
    same = _same_question(text, item, facets, context, catalog)
    if same is not None:
        return same
    if label == "talk_ask_facet" or (
        facets and item and decision != "answer" and _may_follow(text, context)
    ):
        return Meaning("talk_ask_facet", item=context.item, facets=facets)
    if item is None:
        intent = label if decision != "clarify" else "nlu_fallback"
        return Meaning(intent, candidates=candidates)
    if decision == "answer":
        return Meaning(item.split("/")[0], item=item, facets=facets)
    if decision == "clarify":
        return Meaning("nlu_fallback", candidates=candidates, facets=facets)
    return Meaning("nlu_fallback")


def _within_form(
    text: str,
    label: str,
    item: str | None,
    facets: tuple[str, ...],
    decision: str,
    parse: Mapping[str, Any],
) -> Meaning:
    if label in FORM_DIGRESSIONS:
        return Meaning(label)
    is_question = bool(QUESTION.search(text)) and not parse.get("entities")
    if label == "talk_ask_facet" and is_question and len(text) <= ELLIPSIS_MAX_CHARS:
        return Meaning(label, facets=facets)
    if item and item.startswith("service/") and decision == "answer" and is_question:
        return Meaning("service", item=item, facets=facets)
    value = {"talk_affirm": "yes", "talk_deny": "no"}.get(label)
    return Meaning("inform", value=value)


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
    if match is None or facets or not context.facets:
        return None
    named = named_services(match.group(1), catalog)
    target = named[0] if named else item
    if target is None or not target.startswith("service/"):
        return None
    return Meaning("service", item=target, facets=context.facets)


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
