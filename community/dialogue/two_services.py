"""Two services in one message: told apart, or both answered: 低保和残疾证都要带啥."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from community.catalog.model import Catalog
from community.dialogue.meaning import Ask, Context, Meaning, Said
from community.dialogue.wordings import bare, named_services, named_spans
from community.payloads import read_payload

_COMPARE = re.compile(
    r"区别|不一样|不同|一回事|一码事|一样[吗么不]|是不是一样|[啥哪]两样|哪[个样](?:更)?(?:好|合适|划算|合算)|咋分|怎么分|"
    r"(?:先|该|应该|能|要|得)(?:办|领|报|申请|弄|去|选|享受)哪[一]?[个样]|[选挑]哪[个样]|哪一?[个样](?:适合|更?对|该)"
)
_ELSE = re.compile(
    r"有[^，。？?]{0,3}(?:别的|其他|另外的?)[^，。？?]{0,8}[吗么不没？?]|有[啥什]么?(?:别的|其他)|"
    r"(?:别的|其他)的?(?:补[助贴]|救助|办法|路子|待遇|帮)"
)
OTHERS = "others"
"""Value of choices that are next to what was talked of."""
_BOTH = re.compile(
    r"都|分别|各要|各自|两样|两个|哪一?[个样](?:给的?|的|发的?)?(?:钱|补贴)?(?:更|来得)?[多快早高]"
)
_ONE_OF = re.compile(
    r"(?:那|就)?(?:说|问)?(?:(?P<first>第?[一1]个|头一?个|前一?个|前(?:面|头)那?个|上[面头边]那?个)|第?[二2]个|后一?个|后(?:面|头|边)那?个|下[面头边]那?个)"
    r"(?:呢|的|要|[咋怎去能给多在上办领])(.*)"
)
"""Of two services that were both answered or told apart: 第二个呢."""
_ALL_OF_THEM = re.compile(
    r"(?:全|都|两个?|三个?|几个|每个)+(?:都)?(?:想|要|得)?(?:问问?|听听?|说说?|看看?|知道|了解|要|办)(?:一?下)?"
)
_ANY_OF_THEM = re.compile(
    r"随便(?:哪个|你|一个|都行)?|哪个都(?:行|中|可以)|都(?:行|中|可以)|你看着(?:办|说)"
)
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


def one_of_two(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Takes 第二个呢 for the second of the services that the last answer was about."""
    if len(context.compared) < 2 or named_services(said.text, catalog):
        return None
    found = _ONE_OF.fullmatch(bare(said.text)) or _ONE_OF.fullmatch(said.text.strip())
    if found is None:
        return None
    item = context.compared[0 if found["first"] else 1]
    facets = said.facets or context.facets
    return Meaning("service", item=item, facets=facets)


def all_offered(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Answers 都想问 with all that was offered of one service, or with two services."""
    plain = bare(said.text)
    is_any = context.is_unclear and _ANY_OF_THEM.fullmatch(plain)
    if not is_any and not _ALL_OF_THEM.fullmatch(plain):
        return None
    keys = context.offered_services
    if not keys or keys != context.offered_items:
        return None
    facets = context.facets if len(keys) > 1 else _facets_offered(context)
    also = tuple(Ask(key, facets) for key in keys[1:2])
    return Meaning("service", item=keys[0], facets=facets, also=also)


def _facets_offered(context: Context) -> tuple[str, ...]:
    facets: dict[str, None] = {}
    for _, payload in context.offered:
        if payload.startswith("/service"):
            known = read_payload(payload)
            facets.update(dict.fromkeys(facet.value for facet in known.facets))
    return tuple(facets)


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

    A problem to report comes first: its form goes on after the other answer. A danger
    is answered alone.
    """
    told = [replace(p, clause=c) for p, c in zip(parts, clauses, strict=True)]
    danger = next((part for part in told if part.intent == "emergency"), None)
    if danger is not None:
        return danger
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
