"""What one answer fills: its own slot, and what else was told with it."""

import re
from typing import Any

from rasa_sdk import Tracker

from actions.locating import place_told
from actions.reading import Reading, reading_of
from actions.report_slots import (
    CONFIRM,
    CONTACT,
    ITEM,
    JOIN,
    OPENING,
    PLACE,
    SINCE,
    WHAT,
    WHICH,
    account_of,
    n_answers_to,
    place_before,
)
from actions.wiring import ports
from community.contacts import MAX_CONTACT_CHARS, contact_in, name_in, with_name
from community.dialogue.assurances import DISCREET
from community.reports.answers import (
    UNTOLD,
    insisted_place,
    instead_of_place,
    instead_of_time,
    is_unknown,
    known_part,
    names_only_a_place,
    says_more_than,
    says_nothing,
    since_beside,
    with_remark,
)
from community.reports.consent import refuses_calls
from community.reports.corrections import is_correction, named_field
from community.reports.filing_order import words_with_order
from community.reports.model import (
    SMALL_WORDS_CHARS,
    Account,
    amended,
    place_alone,
    since_in,
    without_since,
)
from community.reports.not_the_story import story_of, worry_beside
from community.reports.place_parts import is_part, refined

NO_CALLS = "不打电话，在这里回"
HERE = "在这里回"
UNNAMED = "别说是谁报的"
"""Stands with the contact, for whoever works on it."""
MIN_PLACE_CHARS = 2
_SLIP_OF_TONGUE = re.compile(
    r"(.{2,}?)[ ，,。]+(?:[哦噢啊呃]+不|不对|错了|不是|说错了)[了啊]*[ ，,。]*(?:应该)?是?(.+)"
)
"""东关花园10号楼 哦不 9号楼."""


def answers(
    slot: str, answer: str, reading: Reading, tracker: Tracker
) -> dict[str, Any]:
    """Returns what an answer fills: its own slot, and a time or place told with it."""
    if slot != CONFIRM and not reading.value:
        answer = story_of(answer) or answer
    if slot in (WHAT, PLACE, SINCE) and not reading.value:
        ordered = words_with_order(answer)
        if ordered is not None:
            return _left_open(slot, ordered, reading, tracker)
    contact = contact_told_in(answer, tracker) if slot != CONFIRM else None
    if contact and slot == PLACE and _asks_for_number(tracker):
        return {PLACE: answer}
    if contact:
        return {CONTACT: contact}
    changed = _taken_back(slot, answer, reading, tracker)
    return changed or _told(slot, answer, reading, tracker)


def _taken_back(
    slot: str, answer: str, reading: Reading, tracker: Tracker
) -> dict[str, Any]:
    """Returns what a message corrects of the answers before it."""
    takes_back = slot != WHICH or named_field(answer) is not None
    if slot == WHAT or not takes_back or not is_correction(answer):
        return {}
    account = account_of(tracker)
    told = amended(account, answer, reading.entities)
    changed = {
        name: new
        for name, old, new in (
            (PLACE, account.place, told.place),
            (SINCE, account.since, told.since),
        )
        if name != slot and new != old and (old is not None or name == PLACE)
    }
    if not changed:
        return {}
    story = {WHAT: told.what} if told.what != account.what else {}
    return {**changed, **story, **elsewhere(account, told, tracker)}


def _told(slot: str, answer: str, reading: Reading, tracker: Tracker) -> dict[str, Any]:
    """Returns what an answer fills that is neither an order, a number nor a correction."""
    since = since_in(answer, reading.entities) if slot in (WHICH, SINCE) else None
    if slot == SINCE and since and not reading.value:
        return _since_and_more(since, answer, reading, tracker)
    if since and len(answer) <= len(since) + SMALL_WORDS_CHARS:
        return {SINCE: since}
    answer = known_part(answer) if slot == PLACE else answer
    instead = _said_instead(slot, answer, reading, tracker)
    if instead:
        return instead
    if slot == WHAT and says_nothing(answer) and tracker.get_slot(OPENING):
        return {WHAT: None}
    if slot == WHAT:
        return _details(answer, reading, tracker)
    if slot == PLACE and not reading.value:
        return _where(answer, reading, tracker)
    return {slot: answer}


def _since_and_more(
    since: str, answer: str, reading: Reading, tracker: Tracker
) -> dict[str, Any]:
    """Returns the time, and the answer as a part of the story where it tells more."""
    account = account_of(tracker)
    instead = _said_instead(SINCE, answer, reading, tracker)
    if instead or not account.what or not says_more_than(since, answer):
        return instead or {SINCE: answer}
    return {SINCE: since, WHAT: with_remark(account, answer).what}


def _left_open(
    slot: str, words: str, reading: Reading, tracker: Tracker
) -> dict[str, Any]:
    """Leaves the question open of whoever wants it filed now: 没啥了 报上吧."""
    told = answers(slot, words, reading, tracker) if words else {}
    first_words = tracker.get_slot(OPENING)
    known = first_words if slot == WHAT else UNTOLD
    return told if told.get(slot) else {**told, **({slot: known} if known else {})}


def _where(answer: str, reading: Reading, tracker: Tracker) -> dict[str, Any]:
    """Returns what an answer to "where" fills, and the time told with it.

    A house alone belongs to the estate that was told before.
    """
    since = since_in(answer, reading.entities)
    rest = without_since(answer, since) if since else answer
    if since and len(rest) < MIN_PLACE_CHARS:
        return {SINCE: since}
    named = named_field(rest)
    rest = named[1] if named and named[1] else rest
    known = place_before(tracker)
    keeps = since is None or tracker.get_slot(SINCE) is not None
    place = rest if named or not keeps else answer
    slip = _SLIP_OF_TONGUE.match(place)
    if slip and is_part(slip[2]):
        place = refined(slip[1], slip[2])
    if known and is_part(place):
        place = refined(known, place)
    return {PLACE: place} if keeps else {PLACE: place, SINCE: since}


def _asks_for_number(tracker: Tracker) -> bool:
    """Tells whether the question for the place asks for a number: of a swindler."""
    key = str(tracker.get_slot(ITEM)).removeprefix("matter/")
    matter = ports().catalog().matters.get(key)
    return matter is not None and "电话号码" in matter.ask_place


def _details(answer: str, reading: Reading, tracker: Tracker) -> dict[str, Any]:
    """Returns what an answer to "what is wrong" fills, beside the words before it.

    Whoever says where instead has said what is wrong already: 路灯坏了.
    """
    opening = str(tracker.get_slot(OPENING) or "")
    known = tracker.get_slot(PLACE)
    place = place_alone(answer, reading.entities) or (
        names_only_a_place(answer, reading.entities)
        and place_told(answer, reading.entities, tracker)
    )
    if opening and (place or is_part(answer)):
        return {WHAT: opening, PLACE: refined(known, answer)}
    filled: dict[str, Any] = {WHAT: f"{opening}，{answer}" if opening else answer}
    since = since_in(answer, reading.entities)
    if since and tracker.get_slot(SINCE) is None:
        filled[SINCE] = since
    if known is None:
        filled[PLACE] = place_told(answer, reading.entities, tracker)
    return filled


def _said_instead(
    slot: str, answer: str, reading: Reading, tracker: Tracker
) -> dict[str, Any]:
    """Returns what a text fills that answers another question than the form's.

    The same question is asked once more; then place or time stay untold.
    """
    account = account_of(tracker)
    if slot not in (PLACE, SINCE) or not account.what or reading.value:
        return {}
    is_asked_again = n_answers_to(tracker, slot) > 1
    if slot == PLACE:
        told = _instead_of_place(answer, reading, tracker, account)
        name = insisted_place(answer, account) if told and is_asked_again else None
        if name is not None:
            return {PLACE: name, WHAT: str(account.what).rpartition("；")[0]}
    else:
        told = instead_of_time(answer, reading.entities, account)
    if told is None:
        return {}
    since = since_beside(answer, reading.entities) if slot == PLACE else None
    time = {SINCE: since} if since and not tracker.get_slot(SINCE) else {}
    changed = {PLACE: told.place, WHICH: None, JOIN: None}
    gives_up = is_asked_again or (slot == PLACE and is_unknown(answer))
    return {
        WHAT: told.what,
        **time,
        **(changed if told.place != account.place else {}),
        **({slot: UNTOLD} if gives_up else {}),
    }


def _instead_of_place(
    answer: str, reading: Reading, tracker: Tracker, account: Account
) -> Account | None:
    """As `instead_of_place`; places of the gazetteer, and times, are none of it."""
    since = since_in(answer, reading.entities)
    rest = without_since(answer, since) if since else answer
    if since and len(rest) < MIN_PLACE_CHARS:
        return None
    if place_told(rest, reading.entities, tracker):
        return None
    told = instead_of_place(rest, reading.entities, account)
    return None if told is None else with_remark(account, answer)


def elsewhere(before: Account, told: Account, tracker: Tracker) -> dict[str, Any]:
    """Forgets what was decided about the neighbours of another place.

    Which of several places was meant still holds where only a part of it is new.
    """
    if told.place == before.place:
        return {}
    which = tracker.get_slot(WHICH)
    is_same = which and told.place and told.place.startswith(str(before.place))
    return {JOIN: None, WHICH: {**which, "text": told.place} if is_same else None}


def contact_told_in(answer: str, tracker: Tracker) -> str | None:
    """Returns how to be reached, where a message says nothing else.

    A number or a name, with what was known of the other; or that nobody shall call.
    """
    if len(answer) <= MAX_CONTACT_CHARS and refuses_calls(answer):
        return NO_CALLS
    before = tracker.get_slot(CONTACT) or ""
    wish = f"，{UNNAMED}" if before.endswith(UNNAMED) else ""
    known = before.removesuffix(wish).removeprefix(HERE)
    number = with_name(contact_in(answer), known)
    name = name_in(answer)
    told = number or (f"{name}，{known}" if name and known else name)
    return f"{told}{wish}" if told else None


def kept_unnamed(contact: str | None, tracker: Tracker) -> str | None:
    """Returns the contact with the wish that nobody learns who reported it.

    Returns:
        `None` where there is no such wish, or it stands there already.
    """
    wishes = worry_beside(reading_of(tracker).text) == DISCREET
    if UNNAMED in (contact or "") or not wishes:
        return None
    return f"{contact or HERE}，{UNNAMED}"
