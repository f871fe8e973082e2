"""From an understood message to its meaning in this conversation.

The classifier sees one message; this module adds what the conversation knows:
choices offered, the item talked of, the question a form has asked. Readers are asked
in order; the first that knows what the message means decides.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from community.catalog.model import Catalog
from community.dialogue.about_us import ABOUT_US, asks_about_us
from community.dialogue.ambiguities import ambiguous
from community.dialogue.appeals import appeal
from community.dialogue.assurances import (
    BANK,
    DAMAGES,
    ELSEWHERE,
    MONEY_BACK,
    PRESENT,
    worry_in,
)
from community.dialogue.assurances import MAX_CHARS as MAX_WORRY_CHARS
from community.dialogue.call_back import number_told
from community.dialogue.conditions import cannot_write, no_with_more
from community.dialogue.feedback import ticket_answer
from community.dialogue.filed_tickets import about_filed
from community.dialogue.following import (
    about_outside,
    again,
    carried,
    follow_up,
    going_back,
    of_that_kind,
    of_the_ticket,
    on_condition,
    plain_yes,
    remembered,
    same_again,
    same_question,
    told_of_own_affairs,
)
from community.dialogue.fragments import (
    age_alone,
    bare_noun,
    fragment,
    place_only,
    several_things,
)
from community.dialogue.inquiries import inquiry, just_asking
from community.dialogue.looking_up import (
    WHOM,
    asked_again,
    asks_for_help_with_it,
    calls_in_vain,
    calls_somebody_in_vain,
    missing_money,
)
from community.dialogue.meaning import (
    CERTAIN_OUTSIDE,
    ELLIPSIS_MAX_CHARS,
    UNCERTAIN_TALK,
    Context,
    Meaning,
    Said,
)
from community.dialogue.money import about_money
from community.dialogue.needs import money_for_illness, nobody_for_me
from community.dialogue.others import accusation, asks_about_others
from community.dialogue.own_questions import case_told, lacks_something, photo_to_send
from community.dialogue.pieces import takes_first
from community.dialogue.praise import judged, praise
from community.dialogue.questions import answered
from community.dialogue.rumours import RUMOUR, is_hope
from community.dialogue.situations import asks_about_choices, situation
from community.dialogue.staying import another_errand, goes_on, is_told, of_another
from community.dialogue.suspicious import suspicious
from community.dialogue.ticket_wishes import forget_wish, visit_wish, wishes
from community.dialogue.two_services import (
    all_offered,
    both,
    comparison,
    neighbours,
    one_of_two,
)
from community.dialogue.wordings import (
    asks_reason,
    bare,
    doubts_us,
    has_understood,
    is_angry,
    is_bare_reason,
    is_question,
    named_services,
    praises,
    wants_person,
    wants_to_report,
    wishes_for_somebody,
)
from community.emergencies.interpretation import (
    alarm,
    asked_after_alarm,
    emergency,
    supplement,
)
from community.reports.after_filing import (
    another_problem,
    filed_already,
    not_solved,
    place_told_on,
    told_on,
)
from community.reports.form_interpretation import ordered, within_form
from community.reports.not_the_story import story_of

REFUSED_TOPICS = ("forgery", "discipline")
"""Referrals that hold whatever else a message says."""
MIN_KEYWORD_CHARS = 3
MIN_TOPIC_CHARS = 4
"""Of a keyword that is more than a question about what was talked of: 产假多少天."""
LIKELY = 0.5
"""From here on an item that is not sure enough to be answered is asked for."""
_FIGURES = re.compile(r"^(?!\W*886?\W*$).*\d")
"""Figures other than 88 and 886, which sound like a goodbye."""
_TELL_FIRST = Meaning("nlu_fallback", value="report")
"""Invites to tell what it is about."""
_CALL_ME = re.compile(
    r"(?:请|麻烦|就|直接|你们?)*(?:打|拨|回)(?:给)?[我俺]的?(?:手机|电话|号)?(?:上|就行|吧)?"
)
_SIGNS_OF_THANKS = re.compile("[👍👌🙏🌹❤✅\\ufe0f]+")
_HUMMED = re.compile(r"[哦噢喔奥昂嗯唉啊]+[。！!~，,]*")
Reader = Callable[[Said, Context, Catalog], Meaning | None]


def interpret(parse: Mapping[str, Any], context: Context, catalog: Catalog) -> Meaning:
    """Decides what a typed message means in its conversation."""
    said = Said.of(parse)
    for read in READERS:
        meaning = read(said, context, catalog)
        if meaning is not None:
            return about_money(meaning, said.text, catalog)
    return about_money(_by_label(said, context), said.text, catalog)


def _form(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    if context.requested_slot is None:
        return None
    if asks_about_others(said.text):
        return Meaning("oos_other", value="privacy")
    return within_form(said, context, catalog)


def _person(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Asks for a person in words that the classifier does not know."""
    if calls_somebody_in_vain(said.text) and context.requested_slot is None:
        return Meaning("nlu_fallback", value=WHOM)
    if said.is_clear_matter or len(said.text) > MAX_WORRY_CHARS:
        return None
    if asks_for_help_with_it(said.text) or calls_in_vain(said.text):
        is_known = context.item or context.open_ticket or context.unclear_text
        return Meaning("talk_handoff") if is_known else _TELL_FIRST
    return Meaning("talk_handoff") if wants_person(said.text) else None


def _worry(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """别说是俺说的: what people are afraid of, before or while they say what they want."""
    worry = worry_in(said.text)
    in_form = context.requested_slot is not None
    told = story_of(said.text)
    if in_form and told != said.text and len(told) >= MIN_KEYWORD_CHARS:
        return None  # the form takes what is told, and answers the worry
    on_report = in_form or (context.open_ticket and not said.is_clear_item)
    if worry == DAMAGES and not on_report:
        return None
    if worry == MONEY_BACK and not (on_report or context.worry):
        return None
    if worry == BANK and context.service is not None:
        return None
    if worry == RUMOUR and is_hope(said, catalog):
        return None
    if worry == PRESENT and context.is_unclear:
        return None
    is_long = said.is_clear_item and len(said.text) > MAX_WORRY_CHARS
    if worry is None or (is_long and worry != ELSEWHERE):
        return None
    return Meaning("talk_identity", value=worry)


def _goodbye(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """行，知道了，俺明天去: said at the end, however a model reads it."""
    if said.label.startswith("oos_") and _HUMMED.fullmatch(said.text.strip()):
        return Meaning("talk_affirm")
    if _SIGNS_OF_THANKS.fullmatch(said.text.strip()):
        return Meaning("talk_thanks")
    if len(said.text) > MAX_WORRY_CHARS or is_question(said.text):
        return None
    return Meaning("talk_thanks") if has_understood(said.text) else None


def _others(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    if asks_about_others(said.text):
        return Meaning("oos_other", value="privacy")
    return None


def _anger(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    if not is_angry(said.text) or (said.is_clear_item and "机器人" not in said.text):
        return None
    return Meaning("talk_feedback_bad", value="angry")


def _reason(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """为啥没批, 停了: only a person can look that up."""
    if not asks_reason(said.text):
        return None
    if context.service is None and ambiguous(said.text):
        return None
    named = named_services(said.text, catalog)
    item = said.item or (named[0] if named else None)
    unsaid = not named and (not said.is_clear_item or is_bare_reason(said.text))
    if item is None or (unsaid and context.service is not None):
        item = context.service
    if item is None or item.startswith("matter/"):
        return None
    return Meaning("reason", item=item, facets=said.facets)


def _small_words(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Doubts about the assistant, and a report that is only announced."""
    if wants_to_report(said.text):
        return _TELL_FIRST
    facet = asks_about_us(said.text, alone=context.item is None)
    if facet is not None and not named_services(said.text, catalog):
        return Meaning("talk_ask_facet", facets=(facet.value,), value=ABOUT_US)
    if doubts_us(said.text) and not said.is_clear_item:
        return Meaning("talk_identity")
    return None


def _referred(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """A topic of another office that the classifier does not see."""
    if said.is_clear_matter or said.emergency or is_told(said, context, catalog):
        return None
    asks_on = said.label == "talk_ask_facet"
    min_chars = MIN_KEYWORD_CHARS if said.is_uncertain else MIN_TOPIC_CHARS
    for referral in catalog.referrals:
        refused = referral.id in REFUSED_TOPICS
        if not refused and not said.is_uncertain and not asks_on:
            continue
        for keyword in referral.keywords:
            if keyword in said.text and (refused or len(keyword) >= min_chars):
                return Meaning("oos_gov")
    return None


def _named_but_unsure(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Asks rather than turns away a message that names a service.

    Where the model holds the one that is named for the likeliest, or there is room for
    little else, it is answered.
    """
    if said.is_clear_item or said.label.startswith("talk_"):
        return None
    named = named_services(said.text, catalog)
    if named == (said.label,):
        return Meaning("service", item=said.label, facets=said.facets)
    if said.decision == "clarify" or said.confidence >= CERTAIN_OUTSIDE:
        return None
    if len(named) != 1:
        return None
    if len(bare(said.text)) <= ELLIPSIS_MAX_CHARS:
        return Meaning("service", item=named[0], facets=said.facets)
    return Meaning("nlu_fallback", candidates=named, facets=said.facets)


def _by_label(said: Said, context: Context) -> Meaning:
    if said.label == "talk_goodbye" and _FIGURES.search(said.text):
        return Meaning("nlu_fallback")  # an age or an amount is no farewell
    if said.label == "talk_handoff" and _is_remark(said):
        return Meaning("nlu_fallback", candidates=said.candidates)
    if said.label == "talk_handoff" and _calls_about_nothing(said, context):
        return _TELL_FIRST
    if said.label == "talk_feedback_good" and not praises(said.text):
        return Meaning("nlu_fallback")  # 半夜哭得厉害 praises nobody
    if said.label in ("talk_affirm", "talk_deny") and is_question(said.text):
        return Meaning("nlu_fallback", facets=said.facets)  # 需要多少人同意
    if said.label.startswith("talk_") and said.confidence < UNCERTAIN_TALK:
        return Meaning("nlu_fallback", facets=said.facets)
    if said.item is None:
        intent = said.label if said.decision != "clarify" else "nlu_fallback"
        return Meaning(intent, candidates=said.candidates, facets=said.facets)
    if said.decision == "answer":
        facets = said.facets or carried(said, context)
        return Meaning(said.item.split("/")[0], item=said.item, facets=facets)
    return Meaning("nlu_fallback", candidates=_guesses(said), facets=said.facets)


def _guesses(said: Said) -> tuple[str, ...]:
    """Returns what is asked back; of a service even a likely guess is worth it."""
    if said.decision == "clarify":
        return said.candidates
    is_likely = said.label.startswith("service/") and said.confidence >= LIKELY
    return (said.label,) if is_likely else ()


def _calls_about_nothing(said: Said, context: Context) -> bool:
    """打我手机, with nothing told yet that one could be called about."""
    is_known = context.item or context.open_ticket or context.unclear_text
    return not is_known and _CALL_ME.fullmatch(bare(said.text)) is not None


def _is_remark(said: Said) -> bool:
    """A remark files no ticket for a person: 书记家多了一套."""
    return said.confidence < CERTAIN_OUTSIDE and not wishes_for_somebody(said.text)


READERS: tuple[Reader, ...] = (
    emergency,
    forget_wish,
    ticket_answer,
    answered,
    alarm,
    suspicious,
    praise,
    about_filed,
    wishes,
    filed_already,
    takes_first,
    ordered,
    number_told,
    photo_to_send,
    _person,
    cannot_write,
    _worry,
    money_for_illness,
    nobody_for_me,
    just_asking,
    _form,
    _others,
    accusation,
    case_told,
    _small_words,
    visit_wish,
    place_told_on,
    another_problem,
    not_solved,
    supplement,
    asked_after_alarm,
    place_only,
    judged,
    no_with_more,
    _anger,
    all_offered,
    asks_about_choices,
    another_errand,
    of_another,
    situation,
    _goodbye,
    about_outside,
    on_condition,
    lacks_something,
    _referred,
    again,
    plain_yes,
    going_back,
    remembered,
    one_of_two,
    comparison,
    neighbours,
    same_question,
    missing_money,
    asked_again,
    appeal,
    _reason,
    inquiry,
    told_on,
    both,
    goes_on,
    several_things,
    age_alone,
    bare_noun,
    of_that_kind,
    told_of_own_affairs,
    fragment,
    of_the_ticket,
    same_again,
    follow_up,
    _named_but_unsure,
)
