"""A problem told in pieces, while it is not clear yet which matter it is.

What is told meanwhile is kept. A yes, or a second message that leaves it open, takes the
choice that the story has a word of: its form files nothing unseen. Where no word speaks
for any of them, it is asked on, and "report it" goes to a person with all that was told.
A place and a time say where and when, and nothing of what it is.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from community.catalog.model import Catalog
from community.catalog.pairs import pairs
from community.dialogue.assurances import OWN_LAMP
from community.dialogue.likeness import likeliest
from community.dialogue.meaning import AT, UNCERTAIN, Context, Meaning, Said
from community.dialogue.questions import said_no, said_yes
from community.dialogue.situations import SITUATION
from community.dialogue.wordings import (
    bare,
    is_question,
    named_services,
    says_small_talk,
)
from community.emergencies.calm import only_denies
from community.errors import RecordError
from community.payloads import ChosenMeaning, read_payload
from community.reports.after_filing import PLAINLY_OTHER
from community.reports.answers import says_when, says_where
from community.reports.consent import plain_answer
from community.reports.model import MAX_PLACE_ALONE_CHARS, happens

_ONLY_DENIES = re.compile(
    r"(?:这|我说的|[我俺])*不是(?:(?!是)[一-龥]){2,6}?(?:的|这个|的事|这事|啊|呀)*"
)
GUESSED = "guessed"
"""Value of a matter that nobody has named; it is said that it is a guess."""
_OPEN = frozenset({"nlu_fallback", "oos_gov", "oos_other", "matter"})
"""Meanings of a message that may be the rest of what was said before."""
_UNKNOWN = ("nlu_fallback", "oos_other")
"""Meanings of what nobody here knows what to do with."""
_REPORTS = re.compile(
    r"(?:行|中|好|那|就|要|你|您|恁|[我俺]|想|替|帮|给|快|赶紧|先|直接)*"
    r"(?:报|反映)(?:吧|上去|上|了|呗|一下|啊)*"
)
_SENDS = re.compile(
    r"(?:那|就|你|您|恁|快|赶紧|赶快|给[我俺])*(?:叫|派|让|喊|找)(?:个)?人(?:来|过来)(?:看看?|修|弄|一趟|吧|呗|啊)*"
)
"""Said to choices, it takes the likeliest."""
LAMPS = "street_lighting"
_OWN_LAMP = re.compile(
    r"(?=.*(?:不是|屋|厅|卧室|厨房|灯))(?:(?:哦|不对|也)*不是(?:路灯|楼道灯?|外[边面头]的?|街上的?)[啊呀]?)?(?:就?是|[我俺]说的是|坏的是)?(?:[我俺咱]们?|自己|自)?"
    r"(?:家|屋|屋里|家里|屋头)?(?:自己)?(?:屋里|家里|家|屋|[客餐]厅里?|卧室里?|厨房里?|[东西堂]屋里?)的?(?:那个|这个)?(?:灯泡?|电灯|吸顶灯)?(?:坏了|不亮了?)?"
    r"(?:不是(?:路灯|楼道灯?|外[边面头]的?|街上的?))?[的了啊呀]*"
)
"""不是路灯 是俺屋里的: a lamp of one's own."""
_DENIED = re.compile(r"不是(?:问|说|要|那个)?([一-龥]{2,6})")


def takes_first(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """行，报上, 你报吧, 叫人来: said to choices that begin with a matter."""
    if context.requested_slot is not None:
        return None
    text = said.text.strip()
    plain = bare(text)
    reports = _REPORTS.fullmatch(plain)
    if not _is_story(context):
        named = context.item == "service/medical_reimbursement"
        if not reports or context.question is not None or named:
            return None
        is_told = context.is_unclear and context.unclear_text
        asked = Meaning("nlu_fallback", value="report")
        return Meaning("talk_handoff") if is_told else asked
    agrees = said_yes(text) or plain_answer(text) == "yes"
    wants_it_done = reports or _SENDS.fullmatch(plain)
    if not (agrees or wants_it_done):
        return None
    item = _supported(context.unclear_text, context.offered_items, catalog)
    if item is None and len(context.offered_items) == 1:
        item = context.offered_items[0]
    if item is None:
        asked = Meaning("nlu_fallback", candidates=context.offered_items)
        return Meaning("talk_handoff") if wants_it_done else asked
    chosen = next(c for c, _ in _offered(context) if c.item == item)
    return Meaning.of_choice(chosen)


def may_go_on(said: Said, meaning: Meaning, context: Context, catalog: Catalog) -> bool:
    """Tells whether a message may be the rest of what was not understood before."""
    if meaning.intent in _OPEN:
        return True
    if context.unclear_text and _only_where_or_when(said, catalog):
        return not is_question(said.text)
    if not _is_story(context) or meaning.chosen:
        return False
    if meaning.intent == "service":
        is_asked = named_services(said.text, catalog) or is_question(said.text)
        return not is_asked
    if said_no(said.text):
        return False
    return not says_small_talk(meaning.intent, said.text)


def may_be_a_beginning(said: Said) -> bool:
    """Tells whether what nobody here does anything about may be the first of a story.

    死猪扔河里了: the next message says where. A joke, the weather, or a question begin
    nothing.
    """
    is_known = said.label == "oos_other" and said.confidence >= PLAINLY_OTHER
    return happens(said.text) and not is_known and not is_question(said.text)


def read_together(
    said: Said,
    meaning: Meaning,
    joined: Meaning,
    told: str,
    context: Context,
    catalog: Catalog,
) -> Meaning | None:
    """Reads a message with what was told before; `None` where it stands alone.

    Args:
        said: The message.
        meaning: What it means by itself.
        joined: What all of it means together.
        told: All of it.
        context: What the conversation knows.
        catalog: The catalogue.
    """
    denied = _denied(said.text, context)
    if denied:
        return _without(denied, meaning, joined, told, context)
    if only_denies(said.text) and context.offered_items:
        return Meaning("nlu_fallback", candidates=_but(said.text, context), clause=told)
    is_fact = _only_where_or_when(said, catalog)
    is_matter = meaning.intent == "matter" and not is_fact
    is_other = is_matter and joined.item != meaning.item
    if joined.intent in ("service", "matter") and not is_other:
        clause = told if joined.intent == "matter" else ""
        return replace(joined, clause=clause)
    if meaning.item in context.offered_items and not is_fact:
        return replace(meaning, clause=told)
    if is_matter or (meaning.value and not _is_place(meaning)):
        return None
    if joined.value and joined.value.startswith(SITUATION):
        return replace(joined, clause=told)
    is_outside = joined.intent == "oos_other"  # its candidates are far behind
    candidates = () if is_outside else joined.candidates
    candidates = candidates or context.offered_items
    guess = _guess(said, candidates, told, context, catalog)
    if guess is not None:
        return Meaning("matter", item=guess, value=GUESSED, clause=told)
    is_open = meaning.intent in _UNKNOWN and (candidates or joined.intent in _UNKNOWN)
    if is_open or is_fact:
        return Meaning("nlu_fallback", candidates=candidates, clause=told)
    return None


def other_matter(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Reads 不是油烟 是下水道臭 within a report of smoke: it is about something else.

    Returns:
        The other matter with all that was told, a no where none is named, or `None`.
    """
    found = _DENIED.search(said.text)
    report = catalog.matters.get((context.report_item or "").removeprefix("matter/"))
    if report is None or said.emergency:
        return None
    if report.id == LAMPS and _OWN_LAMP.fullmatch(bare(said.text)):
        return Meaning("talk_identity", value=OWN_LAMP)
    if found is None:
        return None
    names = (report.short_name, report.name, *report.aliases)
    if not any(pair in name for pair in pairs(found.group(1)) for name in names):
        return None
    is_other = said.label.startswith("matter/") and said.label != report.key
    if is_other and said.confidence >= UNCERTAIN:
        clause = f"{context.account}，{said.text}" if context.account else said.text
        return Meaning("matter", item=said.label, clause=clause)
    return Meaning("talk_deny") if _ONLY_DENIES.fullmatch(bare(said.text)) else None


def _is_story(context: Context) -> bool:
    """A problem is being told, and choices for it are on the table."""
    first = next(iter(context.offered_items), "")
    return context.is_unclear and first.startswith("matter/")


def _only_where_or_when(said: Said, catalog: Catalog) -> bool:
    """坪上镇 大铁牛庙, 今天看到的, 没漏气: whatever a model takes it for, it has no topic."""
    text = said.text.strip()
    if only_denies(text):
        return True  # 没闻着味: no report of the smell
    if len(text) > MAX_PLACE_ALONE_CHARS or happens(text) or said.is_clear_service:
        return False
    matter = catalog.matters.get(said.label.removeprefix("matter/"))
    names = (matter.short_name, matter.name, *matter.aliases) if matter else ()
    if said.is_clear_item and any(name in text for name in names):
        return False
    return says_where(text, said.entities) or says_when(text, said.entities)


def _is_place(meaning: Meaning) -> bool:
    return bool(meaning.value and meaning.value.startswith(AT))


def _guess(
    said: Said,
    candidates: tuple[str, ...],
    told: str,
    context: Context,
    catalog: Catalog,
) -> str | None:
    """Returns the matter to begin with, once the story has a word of one."""
    if not _is_story(context) or is_question(said.text):
        return None
    keys = candidates
    if context.n_unclear == 1:  # what was not offered yet is asked first
        keys = tuple(key for key in candidates if key in context.offered_items)
    for _, place_or_time in said.entities:
        told = told.replace(place_or_time, "，")
    return _supported(told, keys or context.offered_items, catalog)


def _supported(story: str, keys: tuple[str, ...], catalog: Catalog) -> str | None:
    matters = tuple(key for key in keys if key.startswith("matter/"))
    return likeliest(story, matters, catalog)


def _denied(text: str, context: Context) -> tuple[str, ...]:
    """Returns the offered items that a message says it is not: 不是闹矛盾."""
    found = _DENIED.search(text)
    if found is None or not _is_story(context):
        return ()
    denied_pairs = pairs(found.group(1))
    denied: dict[str, None] = {}
    is_lone = len(context.offered_items) == 1
    for chosen, title in _offered(context):
        if is_lone or any(pair in title for pair in denied_pairs):
            denied[chosen.item or ""] = None
    return tuple(denied)


def _but(denial: str, context: Context) -> tuple[str, ...]:
    """Returns the choices that are left after 没漏气: all, if it touches each or none."""
    of_it = pairs(bare(denial))
    left = dict.fromkeys(
        chosen.item or ""
        for chosen, title in _offered(context)
        if not any(pair in title for pair in of_it)
    )
    return tuple(left) or context.offered_items


def _offered(context: Context) -> Iterator[tuple[ChosenMeaning, str]]:
    """Yields the choices on the table that mean an item, with their titles."""
    for title, payload in context.offered:
        try:
            chosen = read_payload(payload)
        except RecordError:
            continue
        if chosen.item is not None:
            yield chosen, title


def _without(
    denied: tuple[str, ...],
    meaning: Meaning,
    joined: Meaning,
    told: str,
    context: Context,
) -> Meaning:
    """Takes what is left: what the message itself means, else the next choice."""
    known = (
        meaning.item,
        *meaning.candidates,
        *context.offered_items,
        *joined.candidates,
        joined.item,
    )
    left = tuple(dict.fromkeys(k for k in known if k and k not in denied))
    if left and left[0].startswith("matter/"):
        return Meaning("matter", item=left[0], value=GUESSED, clause=told)
    return Meaning("nlu_fallback", candidates=left, clause=told)
