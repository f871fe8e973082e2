"""Alarms, and what is added afterwards to what they or a report filed."""

import re

from community.after_alarm import CALLS_OFF, After, after_alarm
from community.catalog.model import Catalog
from community.emergency import detect, hazard
from community.meaning import ELLIPSIS_MAX_CHARS, Context, Meaning, Said
from community.reports import (
    PLACE_ENTITIES,
    SMALL_WORDS_CHARS,
    phone_in,
    place_in,
)
from community.wordings import bare, is_question, named_services, praises

_HOUSE = re.compile(r"[0-9一二三四五六七八九十]+(?:号楼|单元|楼|号|室|层)")
WHERE_CHARACTERS = 30
"""Longer than people say where they are."""
_MAY_HAVE_CALLED = re.compile(
    r"(?:打|报|叫|喊)(?:了|过|完|好)|(?:120|110|119|救护车|警察|民警|消防)[^，。]{0,6}(?:来|到|说|路上|马上)"
)
"""Help was called, or is on its way, by the look of it: no new alarm. What is answered to a
sure word of it stands in `community.after_alarm`."""
SURE_OF_A_WISH = 0.8
"""能喘气 is a wish for a person by a weak guess only."""
FEARS_FOR_LIFE = ("self_harm", "matter/elder_welfare_check")
"""Alarms for somebody whom the resident cannot reach or hold."""
_HERE = re.compile(r"(?:[我俺]们?|人)?(?:就)?在.{0,8}$")


def emergency(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """The danger of the matter itself, or any danger that was detected."""
    guess = said.item if said.is_clear_item or not _is_short(said) else None
    for key in (context.report_item if context.requested_slot else None, guess):
        base, _, item_id = (key or "").partition("/")
        if base != "matter" or catalog.matters[item_id].emergency is None:
            continue
        if hazard(item_id, said.text):
            return Meaning("emergency", item=key)
    called = context.open_ticket_is_urgent and _MAY_HAVE_CALLED.search(said.text)
    is_news = called or _about_the_alarm(said, context, catalog) is not None
    # 他把门锁上了, 有股味儿: no fragment turns the fear for a life to another danger.
    is_news = is_news or (_fears_for_life(context) and _is_short(said))
    certain = detect(said.text) is not None
    if said.emergency and (certain or not (is_news or _is_only_facts(said))):
        return Meaning("emergency", item=said.item)
    return None


def _is_short(said: Said) -> bool:
    return len(bare(said.text)) <= ELLIPSIS_MAX_CHARS


def _is_on_alarm(context: Context) -> bool:
    """An alarm is out, and nothing but problems was talked of since."""
    is_out = context.open_ticket_is_urgent and context.requested_slot is None
    return is_out and (context.item or "").startswith("matter/")


def _fears_for_life(context: Context) -> bool:
    return _is_on_alarm(context) and context.open_alarm in FEARS_FOR_LIFE


def _about_the_alarm(said: Said, context: Context, catalog: Catalog) -> After | None:
    """What a message says of the alarm that is out, as long as nothing else was asked."""
    if not context.open_ticket_is_urgent or context.requested_slot is not None:
        return None
    kind = after_alarm(said.text, context.open_alarm)
    if kind is None or kind in CALLS_OFF:
        return kind
    goes_on = _is_on_alarm(context) and not named_services(said.text, catalog)
    return kind if goes_on else None


def alarm(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """没事吧, 找到了, 要不要打电话: noted on the ticket, with words that fit."""
    kind = _about_the_alarm(said, context, catalog)
    if kind is None:
        return None
    return Meaning("supplement", item=context.item, value=f"alarm:{kind.value}")


def _is_only_facts(said: Said) -> bool:
    """A place or a telephone number holds no danger, whatever a model says."""
    phone = phone_in(said.entities)
    rest = said.text.replace(phone, "", 1) if phone else said.text
    return _is_only_a_place(said) or (
        phone is not None and len(bare(rest)) <= SMALL_WORDS_CHARS
    )


def _is_only_a_place(said: Said) -> bool:
    """An address that answers a question holds no danger, whatever a model says."""
    rest = _HOUSE.sub("", said.text)
    for name, value in said.entities:
        if name in PLACE_ENTITIES:
            rest = rest.replace(value, "", 1)
    return len(rest) < len(said.text) and len(bare(rest)) <= SMALL_WORDS_CHARS


def supplement(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """A place or number sent after a ticket was filed belongs to that ticket."""
    if context.open_ticket is None:
        return None
    if any(name == "phone" for name, _ in said.entities) and not said.is_clear_item:
        return Meaning("supplement", item=context.item)
    told = place_in(said.text, said.entities) or _HERE.match(said.text)
    if is_question(said.text):
        return None
    if context.open_ticket_wants_place and told and _is_only_a_place(said):
        return Meaning("supplement", item=context.item)
    if not context.open_ticket_is_urgent:
        return None
    if told and (not said.is_clear_service or _is_only_a_place(said)):
        return Meaning("supplement", item=context.item)
    if context.open_ticket_wants_place and _may_say_where(said):
        return Meaning("supplement", item=context.item)
    if not said.is_clear_item and _MAY_HAVE_CALLED.search(said.text):
        return Meaning("supplement", item=context.item)
    if _tells_on(said, context, catalog):
        return Meaning("supplement", item=context.item)
    return None


def _tells_on(said: Said, context: Context, catalog: Catalog) -> bool:
    """六十八 穿个红褂子, 不是很大: more words to an alarm, and to nothing else."""
    if not _is_on_alarm(context) or len(said.text) > WHERE_CHARACTERS:
        return False
    if said.is_clear_matter and said.item == context.item:
        return True
    if not _is_short(said) or named_services(said.text, catalog):
        return False
    if _fears_for_life(context) and said.is_clear_matter:
        return True
    denies = said.label in ("talk_deny", "talk_cancel") and not context.offered
    unasked = said.label == "talk_handoff" and said.confidence < SURE_OF_A_WISH
    return denies or unasked or _may_say_where(said)


def _may_say_where(said: Said) -> bool:
    """A few words that mean nothing else: the answer to where the danger is."""
    is_open = said.is_uncertain or said.decision != "answer"
    is_open = is_open or (said.label == "talk_feedback_good" and not praises(said.text))
    return is_open and len(said.text) <= WHERE_CHARACTERS
