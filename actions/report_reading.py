"""What one answer fills: its own slot, and what else was told with it."""

import re
from typing import Any

from rasa_sdk import Tracker

from actions.locating import place_told
from actions.reading import Reading
from actions.report_slots import (
    CONFIRM,
    CONTACT,
    JOIN,
    OPENING,
    PLACE,
    SINCE,
    WHAT,
    WHICH,
    account_of,
    n_answers_to,
)
from community.corrections import is_correction
from community.form_interpretation import refuses_calls
from community.place_parts import is_part, refined
from community.privacy import PrivateKind, private_numbers
from community.report_answers import UNTOLD, instead_of_place, instead_of_time
from community.reports import (
    SMALL_WORDS_CHARS,
    Account,
    amended,
    place_alone,
    since_in,
    without_since,
)

MAX_CONTACT_CHARS = 40
MIN_PLACE_CHARS = 2
_CALLS = re.compile(
    r"(?:[我俺这个的是打找回给再留就吧啊哈]|(?:[我俺]|名字)?(?:叫|姓)[\u4e00-\u9fff]{1,3}(?=电话|手机|座机|号|$)|"
    r"(?:[我俺]的?)?(?:老婆|老公|老伴|对象|媳妇|儿子|闺女|女儿|孩子|[爸妈爹娘])的?|电话|手机|座机|家里|号码?|"
    r"联系(?:方式)?|上午|下午|晚上|中午|白天|早上|下班|以?后|都行|就行|转\d{1,4})*"
)


def answers(
    slot: str, answer: str, reading: Reading, tracker: Tracker
) -> dict[str, Any]:
    """Returns what an answer fills: its own slot, and a time or place told with it."""
    account = account_of(tracker)
    contact = contact_in(answer, reading) if slot not in (CONFIRM, JOIN) else None
    if contact:
        return {CONTACT: contact}
    if slot not in (WHAT, WHICH, JOIN) and is_correction(answer):
        told = amended(account, answer, reading.entities)
        changed = {
            name: new
            for name, old, new in (
                (PLACE, account.place, told.place),
                (SINCE, account.since, told.since),
            )
            if name != slot and old is not None and new != old
        }
        if changed:
            return {**changed, **elsewhere(account, told, tracker)}
    since = since_in(answer, reading.entities) if slot == WHICH else None
    if since and len(answer) <= len(since) + SMALL_WORDS_CHARS:
        return {SINCE: since}
    instead = _said_instead(slot, answer, reading, tracker)
    if instead:
        return instead
    if slot == WHAT:
        return _details(answer, reading, tracker)
    filled: dict[str, Any] = {slot: answer}
    if slot == PLACE:
        since = since_in(answer, reading.entities)
        rest = without_since(answer, since) if since else answer
        if since and len(rest) < MIN_PLACE_CHARS:
            return {SINCE: since}
        if since and tracker.get_slot(SINCE) is None:
            filled = {PLACE: rest, SINCE: since}
    return filled


def _details(answer: str, reading: Reading, tracker: Tracker) -> dict[str, Any]:
    """Returns what an answer to "what is wrong" fills, beside the words before it.

    Whoever says where instead has said what is wrong already: 路灯坏了.
    """
    opening = str(tracker.get_slot(OPENING) or "")
    known = tracker.get_slot(PLACE)
    place = place_alone(answer, reading.entities)
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

    The same question is asked once more, and then any text will do for the place; the
    time may stay untold.
    """
    account = account_of(tracker)
    if slot not in (PLACE, SINCE) or not account.what or reading.value:
        return {}
    read = instead_of_place if slot == PLACE else instead_of_time
    told = read(answer, reading.entities, account)
    is_asked_again = n_answers_to(tracker, slot) > 1
    if told is None or (is_asked_again and slot == PLACE):
        return {}
    changed = {PLACE: told.place, WHICH: None, JOIN: None}
    return {
        WHAT: told.what,
        **(changed if told.place != account.place else {}),
        **({SINCE: UNTOLD} if is_asked_again else {}),
    }


def elsewhere(before: Account, told: Account, tracker: Tracker) -> dict[str, Any]:
    """Forgets what was decided about the neighbours of another place.

    Which of several places was meant still holds where only a part of it is new.
    """
    if told.place == before.place:
        return {}
    which = tracker.get_slot(WHICH)
    is_same = which and told.place and told.place.startswith(str(before.place))
    return {JOIN: None, WHICH: {**which, "text": told.place} if is_same else None}


def contact_in(answer: str, reading: Reading) -> str | None:
    """Returns how to be reached, where a message says nothing else.

    A number, with when to call; or that nobody shall call.
    """
    if len(answer) > MAX_CONTACT_CHARS:
        return None
    if refuses_calls(answer):
        return "不打电话，在这里回"
    numbers = [n for n in private_numbers(answer) if n.kind is PrivateKind.PHONE]
    if not numbers:
        return None
    start, end = numbers[0].start, numbers[-1].end
    rest = re.sub(r"\W", "", answer[:start] + answer[end:])
    return answer if _CALLS.fullmatch(rest) else None
