"""What one answer fills: its own slot, and what else was told with it."""

import re
from itertools import pairwise
from typing import Any

from rasa_sdk import Tracker

from actions.locating import place_told
from actions.reading import Reading
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
from community.emergencies.calm import is_contact
from community.privacy import PrivateKind, private_numbers
from community.reports.answers import (
    UNTOLD,
    insisted_place,
    instead_of_place,
    instead_of_time,
    is_unknown,
    says_nothing,
    with_remark,
)
from community.reports.consent import plain_answer, refuses_calls
from community.reports.corrections import is_correction, named_field
from community.reports.model import (
    SMALL_WORDS_CHARS,
    Account,
    amended,
    place_alone,
    since_in,
    without_since,
)
from community.reports.place_parts import is_part, refined

MAX_CONTACT_CHARS = 40
MIN_PLACE_CHARS = 2
_CALLS = re.compile(
    r"(?:[嗯对好行中我俺这个的是打找回给再留就吧啊哈]|的话|(?:[我俺]|名字)?(?:叫|姓)[\u4e00-\u9fff]{1,3}(?=电话|手机|座机|号|$)|"
    r"(?:[我俺]的?)?(?:老婆|老公|老伴|对象|儿?媳妇?|女婿|孙[子女]|儿子|闺女|女儿|孩子|[爸妈爹娘])的?|电话|手机|座机|家里|号码?|"
    r"联系(?:方式)?|上午|下午|晚上|中午|白天|早上|下班|以?后|都行|就行|转\d{1,4}|"
    r"[别没]?(?:写|记|说|报|发|弄)?错了?|不[对是]|应该|[改换]成?|为|变了|新|一下|用|刚才|那|哦|噢|哎呀?|不好意思|麻烦)*"
)
_SLIP_OF_TONGUE = re.compile(
    r"(.{2,}?)[ ，,。]+(?:[哦噢啊呃]+不|不对|错了|不是|说错了)[了啊]*[ ，,。]*(?:应该)?是?(.+)"
)
"""东关花园10号楼 哦不 9号楼."""
_AGREED = re.compile(r"^(?:[嗯对好行中是][的了吧]*[ ，,。]+)+")
_ANEW = re.compile(r"错|不对|不是|应该|[改换变]|新的")
"""Beside a number: it replaces another one."""
_CALLED_SO = re.compile(r"^[我俺]?的?(?:电话|手机|号码)号?是?[：: ]*")
_ENDS_WRONG = re.compile(r"不是\W*$")
"""Between two numbers: the first one is right."""
_WHO = re.compile(r"(?:[我俺]|名字)(?:姓|叫)[\u4e00-\u9fff]{1,3}")


def answers(
    slot: str, answer: str, reading: Reading, tracker: Tracker
) -> dict[str, Any]:
    """Returns what an answer fills: its own slot, and a time or place told with it."""
    account = account_of(tracker)
    contact = contact_told_in(answer, reading, tracker) if slot != CONFIRM else None
    if contact and slot == PLACE and _asks_for_number(tracker):
        return {PLACE: answer}
    if contact:
        return {CONTACT: contact}
    takes_back = slot != WHICH or named_field(answer) is not None
    if slot != WHAT and takes_back and is_correction(answer):
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
            story = {WHAT: told.what} if told.what != account.what else {}
            return {**changed, **story, **elsewhere(account, told, tracker)}
    since = since_in(answer, reading.entities) if slot == WHICH else None
    if since and len(answer) <= len(since) + SMALL_WORDS_CHARS:
        return {SINCE: since}
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
    changed = {PLACE: told.place, WHICH: None, JOIN: None}
    gives_up = is_asked_again or (slot == PLACE and is_unknown(answer))
    gives_up = gives_up or (plain_answer(answer) == "yes" and "报" in answer)
    return {
        WHAT: told.what,
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
    between = "".join(answer[one.end : other.start] for one, other in pairwise(numbers))
    rest = re.sub(r"\W", "", f"{answer[:start]}{between}{answer[end:]}")
    if not (_CALLS.fullmatch(rest) or is_contact(answer)):
        return None
    if not _ANEW.search(rest):
        return _AGREED.sub("", answer)
    right = numbers[0] if _ENDS_WRONG.search(between) else numbers[-1]
    return answer[right.start : right.end]


def contact_told_in(answer: str, reading: Reading, tracker: Tracker) -> str | None:
    """Returns the contact with the number or the name that a message only gives."""
    known = tracker.get_slot(CONTACT)
    number = with_name(contact_in(answer, reading), known)
    return number or who_in(answer, known)


def contact_told(answer: str, contact: str) -> str:
    """Returns what a ticket is told of a number: a new one, or one instead of another."""
    kind = "更正" if _ANEW.search(answer) else "联系"
    return f"{kind}电话：{without_call(contact)}"


def without_call(contact: str) -> str:
    """Returns a contact without the words that call it one: 电话13812345678."""
    return _CALLED_SO.sub("", contact)


def who_in(answer: str, known: str | None) -> str | None:
    """Returns the contact with the name that a message gives and nothing else: 俺姓张."""
    name = re.sub(r"\W", "", answer)
    if not _WHO.fullmatch(name):
        return None
    return f"{name}，{known}" if known else name


def with_name(contact: str | None, known: str | None) -> str | None:
    """Returns a number with the name that was given before it."""
    is_name = known is not None and _WHO.fullmatch(known)
    return f"{known}，{contact}" if contact and is_name else contact
