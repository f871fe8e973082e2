"""From an understood message to its meaning in this conversation.

The classifier sees one message; this module adds what the conversation knows:
choices offered, the item talked of, the question a form has asked. Readers are asked
in order; the first that knows what the message means decides.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from community.ambiguities import ambiguous
from community.catalog.model import Catalog
from community.choices import first_of_yes_or_no
from community.emergency import detect, hazard
from community.form_interpretation import within_form
from community.meaning import Ask, Context, Meaning, Said
from community.others import asks_about_others
from community.reports import PLACE_ENTITIES, SMALL_WORDS_CHARS, place_in
from community.wordings import (
    asked_with_wish,
    asks_reason,
    bare,
    hints_at,
    is_angry,
    is_bare_reason,
    is_comparison,
    is_question,
    is_return,
    named_services,
    rephrase,
    same_of_another,
    service_with_name,
    wish,
)

__all__ = ["Context", "Meaning", "combine", "interpret", "rephrase"]

ELLIPSIS_MAX_CHARS = 12
CERTAIN_OUTSIDE = 0.9
"""A message that names a service is outside only if it is as sure as this."""
REFUSED_TOPICS = ("forgery", "discipline")
"""Referrals that hold whatever else a message says."""
MIN_KEYWORD_CHARS = 3
NOUN_MAX_CHARS = 6
UNCERTAIN_TALK = 0.4
"""Small talk that is less sure than this is not understood."""


_HOUSE = re.compile(r"[0-9一二三四五六七八九十]+(?:号楼|单元|楼|号|室|层)")
_BOTH = re.compile(r"都|分别|各要|各自|两样|两个")

Reader = Callable[[Said, Context, Catalog], Meaning | None]


def interpret(parse: Mapping[str, Any], context: Context, catalog: Catalog) -> Meaning:
    """Decides what a typed message means in its conversation."""
    said = Said.of(parse)
    for read in READERS:
        meaning = read(said, context, catalog)
        if meaning is not None:
            return meaning
    return _by_label(said, context)


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


def _emergency(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    if said.emergency and (detect(said.text) or not _is_only_a_place(said)):
        return Meaning("emergency", item=said.item)
    for key in (said.item, context.report_item if context.requested_slot else None):
        base, _, item_id = (key or "").partition("/")
        if base != "matter" or catalog.matters[item_id].emergency is None:
            continue
        if hazard(item_id, said.text):
            return Meaning("emergency", item=key)
    return None


def _is_only_a_place(said: Said) -> bool:
    """An address that answers a question holds no danger, whatever a model says."""
    rest = _HOUSE.sub("", said.text)
    for name, value in said.entities:
        if name in PLACE_ENTITIES:
            rest = rest.replace(value, "", 1)
    return len(rest) < len(said.text) and len(bare(rest)) <= SMALL_WORDS_CHARS


def _form(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    if context.requested_slot is None:
        return None
    if asks_about_others(said.text):
        return Meaning("oos_other", value="privacy")
    return within_form(said, context, catalog)


def _others(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    if asks_about_others(said.text):
        return Meaning("oos_other", value="privacy")
    return None


def _supplement(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """A place or number sent after a ticket was filed belongs to that ticket."""
    if context.open_ticket is None:
        return None
    if any(name == "phone" for name, _ in said.entities) and not said.is_clear_item:
        return Meaning("supplement", item=context.item)
    told = place_in(said.text, said.entities)
    if not context.open_ticket_is_urgent or is_question(said.text):
        return None
    if told and not said.is_clear_service:
        return Meaning("supplement", item=context.item)
    return None


def _anger(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    if said.is_clear_item or not is_angry(said.text):
        return None
    return Meaning("talk_feedback_bad", value="angry")


def _again(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """再说一遍材料, 说短点, 没听懂."""
    how = wish(said.text)
    if how is None or said.label == "talk_handoff" or said.is_clear_matter:
        return None
    facets = said.facets if asked_with_wish(said.text) else ()
    facets = facets or context.facets
    return Meaning("repeat", item=context.item, facets=facets, value=how)


def _yes(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    if said.label != "talk_affirm":
        return None
    taken = first_of_yes_or_no(context.offered)
    if taken is not None:
        return Meaning.of_choice(taken)
    return Meaning("nlu_fallback") if context.is_unclear else None


def _return(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    if context.previous_item is None or not is_return(said.text):
        return None
    if named_services(said.text, catalog):
        return None
    base = context.previous_item.split("/")[0]
    return Meaning(base, item=context.previous_item, facets=said.facets)


def _remembered(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    key = context.meanings.get(bare(said.text))
    if key is None:
        return None
    return Meaning(key.split("/")[0], item=key, facets=said.facets)


def _comparison(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    if not is_comparison(said.text):
        return None
    named = list(named_services(said.text, catalog))
    if len(named) < 2 and context.item and context.item.startswith("service/"):
        named += [context.item] if context.item not in named else []
    if len(named) < 2:
        named = list(context.offered_services)
    return Meaning("compare", candidates=tuple(named[:2])) if len(named) > 1 else None


def _same_question(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """那特困呢？ asks the last facet of another item."""
    name = same_of_another(said.text)
    if name is None or not context.facets:
        return None
    named = named_services(name, catalog)
    target = named[0] if named else said.item
    if target is None or not target.startswith("service/"):
        return None
    if said.facets and len(bare(name)) > NOUN_MAX_CHARS:
        return None
    return Meaning("service", item=target, facets=context.facets)


def _reason(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """为啥没批, 停了: only a person can look that up."""
    if not asks_reason(said.text):
        return None
    named = named_services(said.text, catalog)
    item = said.item or (named[0] if named else None)
    unsaid = not named and (not said.is_clear_item or is_bare_reason(said.text))
    if item is None or (unsaid and context.service is not None):
        item = context.service
    if item is None or item.startswith("matter/"):
        return None
    return Meaning("reason", item=item, facets=said.facets)


def _bare_noun(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """A service noun is a question; a facility noun is asked back."""
    noun = bare(said.text)
    if not 1 < len(noun) <= NOUN_MAX_CHARS:
        return None
    key = service_with_name(noun, catalog)
    if key is not None:
        facets = said.facets or _carried(said, context)
        return Meaning("service", item=key, facets=facets)
    if said.item is None or not said.item.startswith("matter/") or len(noun) > 4:
        return None
    matter = catalog.matters[said.item.removeprefix("matter/")]
    if noun in {matter.name, matter.short_name, *matter.aliases}:
        return None
    if not any(noun in alias for alias in (matter.name, *matter.aliases)):
        return None
    return Meaning("nlu_fallback", candidates=(said.item,), value="noun")


def _ambiguous(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    if len(said.text) > ELLIPSIS_MAX_CHARS or said.is_clear_matter:
        return None
    candidates = ambiguous(said.text)
    if not candidates or context.item in candidates:
        return None
    return Meaning(
        "nlu_fallback", candidates=candidates, facets=said.facets, value="which"
    )


def _both(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """低保和残疾证都要带啥 asks one thing about two services."""
    if not said.facets or not _BOTH.search(said.text):
        return None
    named = named_services(said.text, catalog)
    if len(named) < 2:
        return None
    also = (Ask(named[1], said.facets),)
    return Meaning("service", item=named[0], facets=said.facets, also=also)


def _follow_up(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """A short question that names nothing is about the item talked of."""
    vague = said.label.startswith("talk_") and said.confidence < UNCERTAIN_TALK
    if said.label == "talk_ask_facet" and not vague:
        if context.item is None and said.candidates:
            return Meaning(
                "nlu_fallback", candidates=said.candidates, facets=said.facets
            )
        return Meaning("talk_ask_facet", item=context.item, facets=said.facets)
    short = len(said.text) <= ELLIPSIS_MAX_CHARS
    if not said.facets or not short or context.item is None:
        return None
    unsure = said.decision != "answer" and (said.item is not None or said.is_uncertain)
    unnamed = said.is_clear_service and not hints_at(said.text, said.label, catalog)
    if unsure or vague or unnamed:
        return Meaning("talk_ask_facet", item=context.item, facets=said.facets)
    return None


def _referred(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """A topic of another office that the classifier does not see."""
    if said.is_clear_matter or said.emergency:
        return None
    for referral in catalog.referrals:
        refused = referral.id in REFUSED_TOPICS
        if not refused and not said.is_uncertain:
            continue
        for keyword in referral.keywords:
            if keyword in said.text and (refused or len(keyword) >= MIN_KEYWORD_CHARS):
                return Meaning("oos_gov")
    return None


def _named_but_unsure(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Asks rather than turns away a message that names a service."""
    if said.is_clear_item or said.label.startswith("talk_"):
        return None
    if said.decision == "clarify" or said.confidence >= CERTAIN_OUTSIDE:
        return None
    named = named_services(said.text, catalog)
    if len(named) != 1:
        return None
    return Meaning("nlu_fallback", candidates=named, facets=said.facets)


def _by_label(said: Said, context: Context) -> Meaning:
    if said.label.startswith("talk_") and said.confidence < UNCERTAIN_TALK:
        return Meaning("nlu_fallback", facets=said.facets)
    if said.item is None:
        intent = said.label if said.decision != "clarify" else "nlu_fallback"
        return Meaning(intent, candidates=said.candidates, facets=said.facets)
    if said.decision == "answer":
        facets = said.facets or _carried(said, context)
        return Meaning(said.item.split("/")[0], item=said.item, facets=facets)
    candidates = said.candidates if said.decision == "clarify" else ()
    return Meaning("nlu_fallback", candidates=candidates, facets=said.facets)


def _carried(said: Said, context: Context) -> tuple[str, ...]:
    """A correction keeps the question; so does an item that was asked for."""
    corrects = rephrase(said.text) != said.text
    return context.facets if corrects or context.item is None else ()


READERS: tuple[Reader, ...] = (
    _emergency,
    _form,
    _others,
    _supplement,
    _anger,
    _referred,
    _again,
    _yes,
    _return,
    _remembered,
    _comparison,
    _same_question,
    _reason,
    _ambiguous,
    _bare_noun,
    _both,
    _follow_up,
    _named_but_unsure,
)
