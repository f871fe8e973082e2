"""Two services in one message: told apart, or both answered: 低保和残疾证都要带啥."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from community.catalog.model import Catalog
from community.dialogue.meaning import Ask, Context, Meaning, Said
from community.dialogue.wordings import named_services, named_spans

_COMPARE = re.compile(
    r"区别|不一样|不同|一回事|一码事|一样[吗么不]|是不是一样|[啥哪]两样|哪[个样](?:更)?(?:好|合适|划算|合算)|咋分|怎么分|"
    r"先(?:办|领|报|申请|弄|去)哪[个样]|[选挑]哪[个样]"
)
_ELSE = re.compile(
    r"有[^，。？?]{0,3}(?:别的|其他|另外的?)[^，。？?]{0,8}[吗么不没？?]|有[啥什]么?(?:别的|其他)|"
    r"(?:别的|其他)的?(?:补[助贴]|救助|办法|路子|待遇|帮)"
)
OTHERS = "others"
"""Value of choices that are next to what was talked of."""
_BOTH = re.compile(r"都|分别|各要|各自|两样|两个")
_AND = re.compile(r"[的费钱]?(?:和|跟|与|同|、|还有|以及|[，, ]+)")
_OR = re.compile(r"的?[，, ]*(?:还是|或者)(?:是|算|办|领)?")
"""Between the names of two services of which it is asked which is the right one."""


def is_comparison(text: str) -> bool:
    """Tells whether a message asks for the difference between things."""
    return bool(_COMPARE.search(text))


def comparison(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Tells two services apart: those named, talked of, or offered."""
    either = _joined(said.text, _OR, catalog)
    if either:
        return Meaning("compare", candidates=either)
    if not is_comparison(said.text):
        return None
    named = list(named_services(said.text, catalog))
    if len(named) < 2 and len(context.compared) > 1 and not named:
        named = list(context.compared)
    if len(named) < 2 and context.item and context.item.startswith("service/"):
        named += [context.item] if context.item not in named else []
    if len(named) < 2:
        named = list(context.offered_services)
    return Meaning("compare", candidates=tuple(named[:2])) if len(named) > 1 else None


def both(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Answers two services that are named side by side, and what is asked of both.

    Where the classifier is sure of a third one, they are what it takes: 办残疾证要身份证和
    户口本吗.
    """
    named = _joined(said.text, _AND, catalog)
    if named and said.is_clear_service and said.label not in named:
        return None
    if not named and said.facets and _BOTH.search(said.text):
        named = named_services(said.text, catalog)
        if not named and said.label == "talk_ask_facet":
            named = context.compared
    if len(named) < 2:
        return None
    also = (Ask(named[1], said.facets),)
    return Meaning("service", item=named[0], facets=said.facets, also=also)


def neighbours(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Offers what is next to the service talked of: 还有别的能帮的吗."""
    key = context.talked_of
    if key is None:
        return None
    if said.is_clear_item or not _ELSE.search(said.text):
        return None
    service = catalog.services[key.removeprefix("service/")]
    keys = tuple(rule.to for rule in service.not_here if rule.to.startswith("service/"))
    if not keys or named_services(said.text, catalog):
        return None
    return Meaning("nlu_fallback", candidates=keys, value=OTHERS)


def combine(
    whole: Meaning, clauses: Sequence[str], parts: Sequence[Meaning]
) -> Meaning:
    """Joins the meanings of two clauses, where both are clear and differ.

    A problem to report comes first: its form goes on after the other answer.
    """
    told = [replace(p, clause=c) for p, c in zip(parts, clauses, strict=True)]
    first, second = sorted(told, key=lambda part: part.intent != "matter")
    clear = all(part.intent in ("service", "matter") for part in parts)
    if not clear or first.item == second.item or second.item is None:
        return whole
    return replace(first, also=(Ask(second.item, second.facets, second.clause),))


def _joined(text: str, word: re.Pattern[str], catalog: Catalog) -> tuple[str, ...]:
    """Returns the first two services between whose names nothing but a word stands."""
    spans = named_spans(text, catalog)
    for one, other in pairwise(spans):
        between = text[one.end : other.start]
        if one.key != other.key and word.fullmatch(between):
            return (one.key, other.key)
    return ()
