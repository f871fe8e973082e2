"""What happened to somebody, told without the name of a service: 俺娘瘫了三年.

The table is `catalog/situations.yml`. What helps is offered as choices, which stay while
the story goes on.
"""

import re

from community.catalog.model import Catalog
from community.catalog.situations import Situation, situation_in
from community.dialogue.looking_up import PAID
from community.dialogue.meaning import CERTAIN_OUTSIDE, Context, Meaning, Said
from community.dialogue.told_facts import fact_in
from community.dialogue.wordings import bare, hints_at, is_question, named_services

EVENTS = frozenset(
    {
        *("bereavement", "childbirth", "pregnancy", "released", "work_injury"),
        *("disaster", "new_trade", "new_name", "child_left_alone", "lonely"),
        "fear_of_falls",
    }
)
"""Situations that bring a wish of their own, whatever was talked of before."""
CANNOT_COME = frozenset({"bedridden", "injury", "disability"})
_ANY_HELP = re.compile(
    r"补[助贴]|津贴|救助|待遇|优惠|优待|政策|照顾|[啥什]么?好处|福利"
)
"""Whoever asks for any help at all asks on about no service."""

SITUATION = "situation:"
"""Before the id, in the value of a meaning that tells a situation."""
THESE = "these"
"""Value of a question about all the choices on the table: 能给点啥."""
OF_PEOPLE = frozenset({"vulnerable_care", "dispute", "party_mass", "public_security"})
"""Categories of matters that what is told of a family sounds like."""
_STILL = re.compile(r"还[^，。]{0,6}[吗不么]\W*$")
"""Asks whether it goes on all the same."""
_OF_OTHERS = re.compile(r"楼[上下]|邻居|隔壁|对门|人家|别人|谁家|有户|有一家")
_MISREAD = re.compile(
    r"[说打]错|误会|不是(?:这|那)(?:个)?意思|没死|还活着|还在世|想多了|听错|理解错"
)
MAX_CHARS = 40
"""A longer message tells more than what happened."""
FRAGMENT_CHARS = 3
"""Of an aspect that is named and nothing else."""
MAX_MORE_CHARS = 14
"""Of a few words more about what was told before."""


def situation(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Offers what helps in a situation that is told, and keeps offering it."""
    if said.emergency or len(said.text) > MAX_CHARS:
        return None
    told = situation_in(said.text, context.before, catalog.situations)
    if told is not None and not is_of_others(said.text):
        is_known = _is_known(said.text, told, context)
        if is_known or _asks_something_else(said, told, catalog):
            return None
        if _is_of_service(said, told, context):
            facets = said.facets or _asked_by(told, context)
            return Meaning("talk_ask_facet", item=context.service, facets=facets)
        return _offered(told, said)
    before = situation_of_choices(context, catalog)
    if before is not None and _MISREAD.search(said.text):
        return Meaning("talk_deny")
    if before is not None and _tells_more(said, catalog):
        return _offered(before, said)
    return None


def is_of_others(text: str) -> bool:
    """Tells whether a message tells of a neighbour's family."""
    return bool(_OF_OTHERS.search(text))


def situation_of_choices(context: Context, catalog: Catalog) -> Situation | None:
    """Returns the situation whose choices are on the table."""
    if not context.is_unclear:
        return None
    offered = context.offered_items
    return next((s for s in catalog.situations if s.items == offered), None)


def asks_about_choices(
    said: Said, context: Context, catalog: Catalog
) -> Meaning | None:
    """Takes 能给点啥, 要钱吗 for a question about the choices on the table.

    It is about the service talked of, where that is among them.
    """
    if not context.is_unclear or not _asks(said):
        return None
    if len(said.text) > MAX_MORE_CHARS or named_services(said.text, catalog):
        return None
    if said.is_clear_item and hints_at(said.text, said.label, catalog):
        return None
    if said.label == "oos_gov" and said.confidence >= CERTAIN_OUTSIDE:
        return None
    facets, items = said.facets, context.offered_items
    if facets and context.item in context.offered_services:
        return Meaning("talk_ask_facet", item=context.item, facets=facets)
    if facets and len(items) == 1 and items == context.offered_services:
        return Meaning("service", item=items[0], facets=facets)
    if situation_of_choices(context, catalog) is None:
        return None
    return Meaning("nlu_fallback", candidates=items, facets=facets, value=THESE)


def _asks(said: Said) -> bool:
    """A question, or an aspect and nothing else: 材料."""
    is_noun = len(bare(said.text)) <= FRAGMENT_CHARS and not said.is_clear_item
    return is_question(said.text) or (is_noun and bool(said.facets))


def _offered(told: Situation, said: Said) -> Meaning:
    facets = said.facets if is_question(said.text) else ()
    value = f"{SITUATION}{told.id}"
    return Meaning("nlu_fallback", candidates=told.items, facets=facets, value=value)


def _asks_something_else(said: Said, told: Situation, catalog: Catalog) -> bool:
    """Tells whether the classifier knows better what a message is about.

    A question that it is sure of is about that service, whatever else is told.
    """
    if named_services(said.text, catalog):
        return True
    if said.is_clear_service:
        sure = said.label in told.items or is_question(said.text)
        return sure or hints_at(said.text, said.label, catalog)
    if said.is_clear_matter:
        matter = catalog.matters[said.label.removeprefix("matter/")]
        return matter.category not in OF_PEOPLE
    outside = said.label == "oos_gov" and said.confidence >= CERTAIN_OUTSIDE
    return outside and is_question(said.text)


def _is_known(text: str, told: Situation, context: Context) -> bool:
    """Of the service talked of it asks whether that is enough, and needs no choices."""
    if context.talked_of is None:
        return False
    return context.service in told.items or fact_in(bare(text)) is not None


def _is_of_service(said: Said, told: Situation, context: Context) -> bool:
    """Tells whether somebody's age or illness is told for the service talked of."""
    if context.talked_of is None:
        return False
    if said.is_clear_service and said.label == context.service:
        return True
    asks_for_any = is_question(said.text) and _ANY_HELP.search(said.text)
    if asks_for_any:
        return False
    return told.id not in EVENTS or _asks_on(said)


def _asks_on(said: Said) -> bool:
    """Whether what happened stands in a question about the talk: 老头子没了还给不."""
    asks = bool(said.facets) and bool(_STILL.search(said.text))
    return asks and said.label == "talk_ask_facet"


def _asked_by(told: Situation, context: Context) -> tuple[str, ...]:
    """Who cannot come asks who may, except where money is given for that very reason."""
    cannot_come = told.id in CANNOT_COME and context.service not in PAID
    return ("proxy_visit",) if cannot_come else ("eligibility",)


def _tells_more(said: Said, catalog: Catalog) -> bool:
    """Tells whether a few words go on with what was told: 上三年级, 俺俩都有病."""
    if is_question(said.text) or len(said.text) > MAX_MORE_CHARS:
        return False
    is_noun = said.is_clear_service and len(bare(said.text)) <= FRAGMENT_CHARS
    if is_noun and hints_at(said.text, said.label, catalog):
        return False
    is_talk = said.label.startswith("talk_") and said.label != "talk_ask_facet"
    if is_talk or named_services(said.text, catalog):
        return False
    return not said.is_clear_matter
